package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// draft is a profile as it is written, before its parents are folded in.
type draft struct {
	Profile
	extends    []use
	createHome *bool
	layout     []layoutLine
	accessNone Pos // of access: none
}

func (p *parser) profiles(n *yaml.Node) {
	p.entries("profiles", n, func(key, value *yaml.Node) {
		d := &draft{Profile: Profile{Pos: p.pos(key), Name: key.Value}}
		if key.Value == "" {
			p.errorf(key, "profiles: a name is empty")
		}
		read := p.mapping(show(key.Value), value, fields{
			"extends":     func(v *yaml.Node) { d.extends = p.extends(v) },
			"owner":       func(v *yaml.Node) { d.Owner = p.ownerNames("owner", v) },
			"group":       func(v *yaml.Node) { d.Group = p.ownerNames("group", v) },
			"take_from":   func(v *yaml.Node) { d.TakeFrom = p.names("take_from", v) },
			"create_home": func(v *yaml.Node) { d.createHome = p.boolean("create_home", v) },
			"layout":      func(v *yaml.Node) { d.layout = p.layout(v) },
			"rules":       func(v *yaml.Node) { d.Rules = p.rules(v, KindRule) },
			"keep":        func(v *yaml.Node) { p.each("keep", v, func(item *yaml.Node) { p.keep(d, item) }) },
			"access":      func(v *yaml.Node) { p.access(d, v) },
			"checks":      func(v *yaml.Node) { d.Checks = p.checks(v) },
		})
		if p.once(p.defined, key.Value, key, "profile") && read {
			p.drafts[key.Value] = d
		}
	})
}

func (p *parser) extends(n *yaml.Node) []use {
	var parents []use
	p.oneOrEach("extends", n, func(item *yaml.Node) {
		if name, ok := p.word("extends", item); ok {
			parents = append(parents, use{p.pos(item), name})
		}
	})
	return parents
}

func (p *parser) keep(d *draft, n *yaml.Node) {
	k := Keep{Pos: p.pos(n)}
	if !p.mapping("keep", n, fields{
		"mode": func(v *yaml.Node) {
			m, ok := p.mode("mode", v)
			bits, exact := m.Exact()
			if ok && !exact {
				p.errorf(v, "mode: keep needs an exact mode, like 0000, found %s", m)
			}
			k.Mode = bits
		},
	}) {
		return
	}
	p.require(n, "mode")
	d.Keep = append(d.Keep, k)
}

// foldProfiles makes a profile of every draft. A parent that is there only to be
// extended may leave lines incomplete: its children say the rest.
func (p *parser) foldProfiles() {
	complete := map[string]bool{}
	for name := range p.drafts {
		complete[name] = true
	}
	for _, d := range p.drafts {
		for _, parent := range d.extends {
			complete[parent.name] = false
		}
	}
	for _, f := range p.follows {
		complete[f.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(p.drafts)) {
		l := lineage{p: p, placed: map[string]bool{}}
		l.place(name, nil)
		p.policy.Profiles[name] = p.fold(l.order, complete[name])
	}
}

// lineage is a profile with what it inherits from, parents first, each once.
type lineage struct {
	p      *parser
	order  []*draft
	placed map[string]bool
}

// place appends the named profile after its parents. path is how it was reached.
func (l *lineage) place(name string, path []string) {
	d := l.p.drafts[name]
	if l.placed[name] {
		return
	}
	path = append(path, name)
	for _, parent := range d.extends {
		switch {
		case slices.Contains(path, parent.name):
			l.cycle(parent, path)
		case l.p.drafts[parent.name] != nil:
			l.place(parent.name, path)
		default:
			l.p.undefined("profile", []use{parent}, slices.Sorted(maps.Keys(l.p.defined)))
		}
	}
	l.placed[name] = true
	l.order = append(l.order, d)
}

// cycle reports a circle at the one of its profiles whose name comes first, and
// only when that one begins the path: else each of them would report it.
func (l *lineage) cycle(parent use, path []string) {
	if path[0] == parent.name && slices.Min(path) == path[0] {
		l.p.errorAt(parent.pos, "extends: goes in a circle: %s", show(strings.Join(append(path, parent.name), " -> ")))
	}
}

// fold lays children over parents.
func (p *parser) fold(order []*draft, complete bool) *Profile {
	last := order[len(order)-1]
	sum := &Profile{Pos: last.Pos, Name: last.Name}
	var layout []layoutLine
	for _, d := range order {
		sum.Owner = cmp.Or(d.Owner, sum.Owner)
		sum.Group = cmp.Or(d.Group, sum.Group)
		sum.TakeFrom = appendNames(sum.TakeFrom, d.TakeFrom)
		sum.Rules = append(sum.Rules, d.Rules...)
		sum.Keep = append(sum.Keep, d.Keep...)
		sum.Access = append(sum.Access, d.Access...)
		sum.AccessNone = sum.AccessNone || d.AccessNone
		sum.Checks = foldChecks(sum.Checks, d.Checks)
		if d.createHome != nil {
			sum.CreateHome = *d.createHome
		}
		layout = foldLayout(layout, d.layout)
	}
	p.settleAccess(sum, last)
	for _, l := range layout {
		l.NoCreate = l.create != nil && !*l.create
		if complete {
			p.checkLayoutLine(l.Line)
		}
		sum.Layout = append(sum.Layout, l.Line)
	}
	return sum
}

// foldLayout keeps the parents' order; a path that is new comes last.
func foldLayout(layout, more []layoutLine) []layoutLine {
	for _, l := range more {
		at := slices.IndexFunc(layout, func(have layoutLine) bool { return have.Match[0] == l.Match[0] })
		if at < 0 {
			layout = append(layout, l)
		} else {
			layout[at] = l.over(layout[at])
		}
	}
	return layout
}

// checkLayoutLine checks what can be checked before an account is known.
func (p *parser) checkLayoutLine(l Line) {
	if err := checkLayout(l); err != nil {
		p.errorAt(l.Pos, "%v", err)
	}
	fixed := !strings.Contains(l.Match[0]+l.Target, "${")
	if l.Target != "" && fixed {
		if err := checkTarget(l.Match[0], l.Target); err != nil {
			p.errorAt(l.TargetPos, "target: %v", err)
		}
	}
}
