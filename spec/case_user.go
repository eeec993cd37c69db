package spec

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// account reads an account of a case: its name, or all that there is to say.
func (p *caseParser) account(n *yaml.Node) (CaseUser, bool) {
	a := CaseUser{Pos: p.pos(n)}
	if n.Kind == yaml.ScalarNode {
		a.Name = p.accountName("account", n)
		return a, a.Name != ""
	}
	fs := p.userFields(&a)
	fs["name"] = func(v *yaml.Node) { a.Name = p.accountName("name", v) }
	fs["profile"] = func(v *yaml.Node) { a.Profile, _ = p.word("profile", v) }
	fs["vars"] = func(v *yaml.Node) { a.Vars = p.localVars(v) }
	if !p.mapping("account", n, fs) {
		return a, false
	}
	p.require(n, "name")
	return a, a.Name != ""
}

func (p *caseParser) userFields(u *CaseUser) fields {
	return fields{
		"uid":    func(v *yaml.Node) { u.UID = p.id("uid", v, 0) },
		"gid":    func(v *yaml.Node) { u.GID = p.id("gid", v, 0) },
		"group":  func(v *yaml.Node) { u.Group = p.accountName("group", v) },
		"groups": func(v *yaml.Node) { u.Groups = p.nameList("groups", v) },
		"home":   func(v *yaml.Node) { u.Home = p.absolute("home", v) },
	}
}

func (p *caseParser) nameList(what string, n *yaml.Node) []string {
	var names []string
	p.each(what, n, func(item *yaml.Node) {
		if name := p.accountName(what, item); name != "" {
			names = append(names, name)
		}
	})
	return names
}

// users lays the users of a case over those of its file.
func (p *caseParser) users(common []CaseUser, n *yaml.Node) []CaseUser {
	all := slices.Clone(common)
	p.named("users", n, func(name string, key, value *yaml.Node) {
		u := CaseUser{Pos: p.pos(key), Name: name}
		switch {
		case value == nil || value.Tag == "!!null":
		case value.Kind == yaml.ScalarNode:
			u.UID = p.id(show(name), value, 0)
		default:
			p.mapping(show(name), value, p.userFields(&u))
		}
		all = append(without(all, name), u)
	})
	return all
}

// groups lays the groups of a case over those of its file.
func (p *caseParser) groups(common []CaseGroup, n *yaml.Node) []CaseGroup {
	all := slices.Clone(common)
	p.named("groups", n, func(name string, key, value *yaml.Node) {
		g := CaseGroup{Pos: p.pos(key), Name: name}
		switch {
		case value == nil || value.Tag == "!!null":
		case value.Kind == yaml.ScalarNode:
			g.GID = p.id(show(name), value, 0)
		case value.Kind == yaml.SequenceNode:
			g.Members = p.nameList(show(name), value)
		default:
			p.mapping(show(name), value, fields{
				"gid":     func(v *yaml.Node) { g.GID = p.id("gid", v, 0) },
				"members": func(v *yaml.Node) { g.Members = p.nameList("members", v) },
			})
		}
		all = slices.DeleteFunc(all, func(other CaseGroup) bool { return other.Name == name })
		all = append(all, g)
	})
	return all
}

// named reads a list of names, or a mapping that says something of each; in a list
// the value is nil.
func (p *caseParser) named(what string, n *yaml.Node, each func(name string, key, value *yaml.Node)) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if name := p.accountName(what, item); name != "" {
				each(name, item, nil)
			}
		}
		return
	}
	p.entries(what, n, func(key, value *yaml.Node) {
		if name := p.accountName(what, key); name != "" {
			each(name, key, value)
		}
	})
}

// Own is the account of the case, in whose home relative paths are.
func (c *Case) Own() CaseUser { return c.Accounts[0] }

// With is p for one case: listed accounts that the case does not name are not on
// its host, and those of which it says profile or vars have an entry of their own.
// The error is an [Errors].
func (p *Policy) With(c *Case) (*Policy, error) {
	with := *p
	with.Sources = nil
	var errs Errors
	for _, s := range p.Sources {
		s.Listed = slices.DeleteFunc(slices.Clone(s.Listed), func(l Listed) bool {
			return !slices.ContainsFunc(c.Accounts, func(a CaseUser) bool { return a.Name == l.Name && !a.listed() })
		})
		with.Sources = append(with.Sources, s)
	}
	for _, a := range c.Accounts {
		if !a.listed() {
			continue
		}
		source, err := p.list(a)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		with.Sources = append(with.Sources, source)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return &with, nil
}

func (a *CaseUser) listed() bool { return a.Profile != "" || a.Vars != nil }

// list is a source for one account of a case. What the policy's own entry says of
// it, if there is one, stays.
func (p *Policy) list(a CaseUser) (Source, *Error) {
	s := Source{Pos: a.Pos, Kind: SourceList}
	l := Listed{Pos: a.Pos, Name: a.Name}
	follows := map[string]bool{}
	for _, other := range p.Sources {
		follows[other.Profile] = true
		for _, own := range other.Listed {
			if own.Name == a.Name {
				l, s.Profile, s.Vars = own, other.Profile, other.Vars
			}
		}
	}
	if s.Profile == "" && len(follows) == 1 {
		s.Profile = slices.Collect(maps.Keys(follows))[0]
	}
	if a.Profile != "" {
		s.Profile = a.Profile
	}
	known := slices.Sorted(maps.Keys(p.Profiles))
	switch {
	case s.Profile == "":
		return s, &Error{a.Pos, "profile: missing; the accounts of the policy follow several"}
	case p.Profiles[s.Profile] == nil:
		return s, &Error{a.Pos, "unknown profile " + show(s.Profile) + meant(s.Profile, known)}
	}
	vars := maps.Clone(l.Vars)
	if vars == nil {
		vars = map[string]Value{}
	}
	maps.Copy(vars, a.Vars)
	l.Vars = vars
	s.Listed = []Listed{l}
	return s, nil
}
