package spec

import (
	"gopkg.in/yaml.v3"
)

// rules reads a list of rules.
func (p *parser) rules(n *yaml.Node, kind Kind) []Line {
	var lines []Line
	p.each("rules", n, func(item *yaml.Node) {
		if l, ok := p.rule(item, kind); ok {
			lines = append(lines, l)
		}
	})
	return lines
}

func (p *parser) rule(n *yaml.Node, kind Kind) (Line, bool) {
	l := Line{Pos: p.pos(n), Kind: kind}
	fs := p.attributes(&l)
	fs["match"] = func(v *yaml.Node) { l.Match = p.patterns(v, checkPattern) }
	fs["manage"] = func(v *yaml.Node) { l.Manage = p.boolean("manage", v) }
	if !p.mapping("rules", n, fs) {
		return l, false
	}
	p.require(n, "match")
	p.oneMode(n)
	if len(n.Content) == 2 && has(n, "match") {
		p.errorf(n, "match: the rule says nothing about what it matches")
	}
	return l, true
}

func (p *parser) patterns(n *yaml.Node, check func(string) error) []string {
	var patterns []string
	p.oneOrEach("match", n, func(item *yaml.Node) {
		if text, ok := p.pattern(item, check); ok {
			patterns = append(patterns, text)
		}
	})
	return patterns
}

// attributes are the keys that rules and layout lines share.
func (p *parser) attributes(l *Line) fields {
	return fields{
		"mode": func(v *yaml.Node) {
			l.FileMode = p.modes("mode", v, Mode.forFiles, Mode.forDirectories)
			l.DirMode = l.FileMode
		},
		"file_mode":      func(v *yaml.Node) { l.FileMode = p.modes("file_mode", v, Mode.forFiles) },
		"directory_mode": func(v *yaml.Node) { l.DirMode = p.modes("directory_mode", v, Mode.forDirectories) },
		"owner":          func(v *yaml.Node) { l.Owner = p.ownerNames("owner", v) },
		"group":          func(v *yaml.Node) { l.Group = p.ownerNames("group", v) },
		"enforce":        func(v *yaml.Node) { l.Report = p.report(v) },
		"acl":            func(v *yaml.Node) { l.ACL = p.acl(v) },
	}
}

// oneMode refuses a line on which the order of keys would decide.
func (p *parser) oneMode(n *yaml.Node) {
	if has(n, "mode") && (has(n, "file_mode") || has(n, "directory_mode")) {
		p.errorf(n, "mode: is file_mode and directory_mode at once; write these two, or mode alone")
	}
}

func (p *parser) report(n *yaml.Node) *bool {
	text, ok := p.word("enforce", n)
	if ok && text != "report" {
		p.errorf(n, "enforce: unknown value %s; the only one is report", show(text))
		ok = false
	}
	return &ok
}

// modes reads the value of a mode: one, a list, or any.
func (p *parser) modes(what string, n *yaml.Node, checks ...func(Mode) error) *Modes {
	modes := &Modes{Pos: p.pos(n)}
	if n.Kind == yaml.ScalarNode && n.Value == "any" {
		modes.Any = true
		return modes
	}
	p.oneOrEach(what, n, func(item *yaml.Node) {
		if m, ok := p.mode(what, item, checks...); ok {
			modes.Allowed = append(modes.Allowed, m)
		}
	})
	return modes
}

func (p *parser) mode(what string, n *yaml.Node, checks ...func(Mode) error) (Mode, bool) {
	text, ok := p.word(what, n)
	if !ok {
		return Mode{}, false
	}
	m, err := ParseMode(text)
	for i := 0; err == nil && i < len(checks); i++ {
		err = checks[i](m)
	}
	if err != nil {
		p.errorf(n, "%s: %v", what, err)
		return Mode{}, false
	}
	return m, true
}
