package spec

import (
	"fmt"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// acl reads the named entries of an ACL: a list of setfacl(1)'s words, one of
// them, none, or any.
func (p *parser) acl(n *yaml.Node) *ACL {
	a := &ACL{Pos: p.pos(n)}
	errs := len(p.errs)
	switch {
	case n.Kind == yaml.SequenceNode:
		p.each("acl", n, func(item *yaml.Node) { p.addACL(a, item) })
	case n.Kind == yaml.ScalarNode && n.Value == "any":
		a.Any = true
	case n.Kind != yaml.ScalarNode || n.Value != "none":
		p.addACL(a, n)
	}
	for _, e := range a.Entries {
		// An entry that could not be understood may be the one it is for.
		if a.idle(e) && len(p.errs) == errs {
			p.errorAt(e.Pos, "acl: %s has no named entries to limit; leave it out, and narrow the group by mode", e)
		}
	}
	return a
}

func (p *parser) addACL(a *ACL, n *yaml.Node) {
	text, ok := p.word("acl", n)
	switch {
	case !ok:
		return
	case text == "any" || text == "none":
		p.errorf(n, "acl: %s stands alone, not in a list", text)
		return
	}
	e, err := parseACL(text)
	if err == nil {
		err = a.clash(e)
	}
	if err != nil {
		p.errorf(n, "acl: %v", err)
		return
	}
	if p.template("acl", n, e.Name.Text) {
		e.Pos = p.pos(n)
		a.Entries = append(a.Entries, e)
	}
}

// idle reports whether e is a mask without named entries to limit.
func (a *ACL) idle(e ACLEntry) bool {
	return e.Tag == ACLMask && !slices.ContainsFunc(a.Entries, func(have ACLEntry) bool {
		return have.Tag != ACLMask && have.Default == e.Default
	})
}

// clash refuses a second entry for the same user, group or mask.
func (a *ACL) clash(e ACLEntry) error {
	for _, have := range a.Entries {
		if have.Default == e.Default && have.Tag == e.Tag && have.Name == e.Name {
			return fmt.Errorf("%s: given twice, first as %s", show(e.String()), show(have.String()))
		}
	}
	return nil
}

// acl fills in names. An identity is meant only where its name is written: the
// value of a variable is the host's name of a user, whatever the policy calls
// others.
func (b *binder) acl(s scope, a *ACL) *ACL {
	if a == nil || len(a.Entries) == 0 {
		return a
	}
	bound := &ACL{Pos: a.Pos}
	for _, e := range a.Entries {
		for _, name := range b.aclNames(s, e) {
			e.Name = name
			if bound.has(e) {
				continue
			}
			if err := bound.clash(e); err != nil {
				b.fail(e.Pos, err)
			}
			bound.Entries = append(bound.Entries, e)
		}
	}
	kept := &ACL{Pos: a.Pos}
	for _, e := range bound.Entries {
		if !bound.idle(e) { // else empty lists left it nothing to limit
			kept.Entries = append(kept.Entries, e)
		}
	}
	return kept
}

// has reports whether a asks for e already, maybe by another word.
func (a *ACL) has(e ACLEntry) bool {
	return slices.ContainsFunc(a.Entries, func(have ACLEntry) bool {
		have.Pos = e.Pos
		return have == e
	})
}

func (b *binder) aclNames(s scope, e ACLEntry) []Name {
	switch {
	case e.Tag == ACLMask || e.Name.Numeric:
		return []Name{e.Name}
	case e.Tag == ACLUser && e.Name.Text == IdentityAccount:
		return b.name(s, e.Pos, Name{Text: "${account}"})
	case e.Tag == ACLUser && b.written[e.Name.Text] != nil:
		return []Name{b.identity(e.Name.Text).name()}
	}
	return b.name(s, e.Pos, e.Name)
}

// name is the user that i is, for an ACL.
func (i *Identity) name() Name {
	if i.User != nil {
		return *i.User
	}
	return Name{Text: strconv.FormatUint(uint64(i.UID), 10), ID: i.UID, Numeric: true}
}
