package spec

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// layoutLine is a line as one profile has it: what it leaves open its parents
// may say, so that create: true and no create differ.
type layoutLine struct {
	Line
	create *bool
}

func (p *parser) layout(n *yaml.Node) []layoutLine {
	var lines []layoutLine
	p.entries("layout", n, func(key, value *yaml.Node) {
		if l, ok := p.layoutLine(key, value); ok {
			lines = append(lines, l)
		}
	})
	return lines
}

func (p *parser) layoutLine(key, n *yaml.Node) (layoutLine, bool) {
	ok := p.template("layout", key, key.Value)
	if ok {
		if err := checkRelative(key.Value); err != nil {
			p.errorf(key, "layout: %v", err)
			ok = false
		}
	}
	l := layoutLine{Line: Line{Pos: p.pos(key), Kind: KindLayout, Match: []string{key.Value}}}
	ok = p.mapping(show(key.Value), n, p.layoutFields(&l)) && ok
	p.oneMode(n)
	if l.Content != nil && l.From != "" {
		p.errorf(n, "content and from: a file begins with one of them; leave the other out")
	}
	p.checkPermissions(n, l.Line)
	return l, ok
}

// checkPermissions refuses what no entry of the line's only type can have.
func (p *parser) checkPermissions(n *yaml.Node, l Line) {
	if only(Symlink, l.Types) && (l.FileMode != nil || l.DirMode != nil) {
		p.errorf(n, "mode: a symlink has none; leave it out")
	}
	if only(Symlink, l.Types) && l.ACL != nil {
		p.errorAt(l.ACL.Pos, "acl: a symlink has none; leave it out")
	}
	if only(File, l.Types) && l.ACL != nil {
		for _, e := range l.ACL.Entries {
			if e.Default {
				p.errorAt(e.Pos, "acl: only a directory has a default ACL, and this is a file")
			}
		}
	}
}

func (p *parser) layoutFields(l *layoutLine) fields {
	fs := p.attributes(&l.Line)
	fs["type"] = func(v *yaml.Node) { l.Types = p.types(v) }
	fs["target"] = func(v *yaml.Node) {
		l.Target, l.TargetPos = p.target(v), p.pos(v)
	}
	fs["content"] = func(v *yaml.Node) {
		if text, ok := p.text("content", v); ok {
			l.Content = &text
		}
	}
	fs["from"] = func(v *yaml.Node) { l.From = p.fixed("from", v) }
	fs["create"] = func(v *yaml.Node) { l.create = p.boolean("create", v) }
	fs["replace"] = func(v *yaml.Node) { l.Replace = p.boolean("replace", v) }
	return fs
}

func (p *parser) types(n *yaml.Node) []Type {
	types := []Type{} // not nil: what cannot be understood is not missing
	p.oneOrEach("type", n, func(item *yaml.Node) {
		word, ok := p.word("type", item)
		t, known := map[string]Type{"directory": Directory, "file": File, "symlink": Symlink, "absent": Absent}[word]
		switch {
		case !ok:
		case !known:
			p.errorf(item, "type: unknown type %s%s", show(word), meant(word, []string{"directory", "file", "symlink", "absent"}))
		case slices.Contains(types, t):
			p.errorf(item, "type: %s is given twice", word)
		default:
			types = append(types, t)
		}
	})
	return types
}

func (p *parser) target(n *yaml.Node) string {
	text, ok := p.word("target", n)
	if !ok || !p.template("target", n, text) {
		return ""
	}
	return text
}

// fixed is an absolute path that is the same for all accounts.
func (p *parser) fixed(what string, n *yaml.Node) string {
	text := p.absolute(what, n)
	if strings.Contains(text, "${") {
		p.errorf(n, "%s: variables cannot be used here", what)
	}
	return text
}

// over lays the line of a child profile over that of its parent.
func (l layoutLine) over(parent layoutLine) layoutLine {
	merged := layoutLine{Line: overlay(parent.Line, l.Line), create: parent.create}
	if l.create != nil {
		merged.create = l.create
	}
	return merged
}

// overlay takes from above what it says and from below the rest. What belongs
// to a type that is no longer allowed goes with it.
func overlay(below, above Line) Line {
	if slices.Contains(above.Types, Absent) {
		return above
	}
	l := below
	l.Pos = above.Pos
	l.FileMode = cmp.Or(above.FileMode, l.FileMode)
	l.DirMode = cmp.Or(above.DirMode, l.DirMode)
	l.Owner = cmp.Or(above.Owner, l.Owner)
	l.Group = cmp.Or(above.Group, l.Group)
	l.ACL = cmp.Or(above.ACL, l.ACL)
	l.Report = cmp.Or(above.Report, l.Report)
	l.Replace = cmp.Or(above.Replace, l.Replace)
	if above.Types != nil {
		l.Types = above.Types
		if !slices.Contains(l.Types, Symlink) {
			l.Target = ""
		}
		if !slices.Contains(l.Types, File) {
			l.Content, l.From = nil, ""
		}
	}
	if above.Target != "" {
		l.Target, l.TargetPos = above.Target, above.TargetPos
	}
	if above.Content != nil || above.From != "" {
		l.Content, l.From = above.Content, above.From
	}
	return l
}

// checkLayout says what a line lacks once all profiles have had their say.
func checkLayout(l Line) error {
	switch {
	case l.Types == nil:
		return errors.New("type: missing; want directory, file or symlink")
	case len(l.Types) == 0:
		return nil
	case slices.Contains(l.Types, Absent):
		return checkAbsent(l)
	}
	first := l.Types[0]
	mode, key := l.DirMode, "directory_mode"
	if first == File {
		mode, key = l.FileMode, "file_mode"
	}
	switch {
	case l.Match[0] == "." && (len(l.Types) > 1 || first != Directory):
		return errors.New("type: a home is a directory")
	case l.Target != "" && !slices.Contains(l.Types, Symlink):
		return errors.New("target: only a symlink has one; its type is symlink")
	case (l.Content != nil || l.From != "") && !slices.Contains(l.Types, File):
		return errors.New("content and from: only a file has them; its type is file")
	case l.NoCreate:
		return nil
	case first == Symlink && l.Target == "":
		return errors.New("target: missing; a symlink that may be created needs one")
	case first == File && l.Content == nil && l.From == "":
		return errors.New("content: missing; a file that may be created needs content or from, or write create: false")
	case first != Symlink && !creates(mode):
		return fmt.Errorf("%s: a line that creates needs an exact mode, like 0755, as the first or only one; or write create: false", key)
	}
	return nil
}

// checkAbsent keeps a line that takes something away from saying how it should
// look, in case one of the two is a mistake.
func checkAbsent(l Line) error {
	switch {
	case l.Match[0] == ".":
		return errors.New("type: a home is never taken away")
	case len(l.Types) > 1:
		return errors.New("type: absent goes with no other type")
	case l.DirMode != nil || l.FileMode != nil || l.Owner != nil || l.Group != nil || l.ACL != nil ||
		l.Target != "" || l.Content != nil || l.From != "" || l.NoCreate || l.Replace != nil:
		return errors.New("type: what is to be absent has no mode, owner, group, acl, target, content, create or replace")
	}
	return nil
}

// creates reports whether something new can be given one of modes.
func creates(modes *Modes) bool {
	if modes == nil || len(modes.Allowed) == 0 {
		return false
	}
	_, exact := modes.Allowed[0].Exact()
	return exact
}

func only(t Type, types []Type) bool { return len(types) == 1 && types[0] == t }

// checkTarget keeps a symlink's target inside the home, as far as text can tell.
func checkTarget(link, target string) error {
	switch {
	case strings.HasPrefix(target, "/"):
		return fmt.Errorf("%s is absolute; the target must be relative and inside the home", show(target))
	case strings.Contains(target, "\x00"):
		return fmt.Errorf("%s has a NUL byte", show(target))
	case len(target) > maxPath:
		return fmt.Errorf("it is longer than %d bytes", maxPath)
	}
	switch there := path.Join(path.Dir(link), target); {
	case there == link:
		return fmt.Errorf("%s points to itself", show(link))
	case there == ".." || strings.HasPrefix(there, "../"):
		return fmt.Errorf("%s leaves the home; the target must be inside it", show(target))
	}
	return nil
}
