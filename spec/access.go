package spec

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// rightNames are the words of can and cannot, by [Right].
func rightNames() []string {
	return []string{Read: "read", Write: "write", Execute: "execute", List: "list", Search: "search"}
}

func (r Right) String() string { return rightNames()[r] }

// access reads what a profile expects: a list, or that it expects nothing.
func (p *parser) access(d *draft, n *yaml.Node) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "none":
		d.AccessNone, d.accessNone = true, p.pos(n)
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		p.errorf(n, "access: the list is empty; write none if nothing is expected")
	default:
		d.Access = p.expectations(n)
	}
}

func (p *parser) expectations(n *yaml.Node) []Expectation {
	var all []Expectation
	p.each("access", n, func(item *yaml.Node) {
		if e, ok := p.expectation(item); ok {
			all = append(all, e)
		}
	})
	return all
}

func (p *parser) expectation(n *yaml.Node) (Expectation, bool) {
	e := Expectation{Pos: p.pos(n), Cannot: has(n, "cannot")}
	if !p.mapping("access", n, fields{
		"identity": func(v *yaml.Node) { e.Identity = p.refer("identity", v) },
		"can":      func(v *yaml.Node) { e.Rights = p.rights("can", v) },
		"cannot":   func(v *yaml.Node) { e.Rights = p.rights("cannot", v) },
		"match":    func(v *yaml.Node) { e.Match = p.patterns(v, checkGlob) },
	}) {
		return e, false
	}
	p.require(n, "identity", "match")
	if has(n, "can") == e.Cannot {
		p.errorf(n, "access: want exactly one of can and cannot in each line")
	}
	return e, true
}

func (p *parser) rights(what string, n *yaml.Node) []Right {
	var rights []Right
	p.oneOrEach(what, n, func(item *yaml.Node) {
		word, ok := p.word(what, item)
		r := Right(slices.Index(rightNames(), word))
		switch {
		case !ok:
		case r < Read:
			p.errorf(item, "%s: unknown right %s; the rights are read, write and execute of files, list and search of directories%s",
				what, show(word), meant(word, rightNames()[Read:]))
		case slices.Contains(rights, r):
			p.errorf(item, "%s: %s is given twice", what, word)
		default:
			rights = append(rights, r)
		}
	})
	return rights
}

// settleAccess holds the none of a profile against what it inherits. The none of
// a parent says nothing about its children: what they list lifts it, and so does
// the list of another parent.
func (p *parser) settleAccess(sum *Profile, last *draft) {
	if len(sum.Access) == 0 {
		return
	}
	sum.AccessNone = false
	if last.AccessNone {
		p.errorAt(last.accessNone, "access: none, but the profile inherits an expectation from %s", sum.Access[0].Pos)
	}
}

func (b *binder) access(expectations []Expectation) []Expectation {
	var bound []Expectation
	for _, e := range expectations {
		e.Who = b.identity(e.Identity)
		e.Match = b.patterns(e.Pos, e.Match, checkGlob)
		bound = append(bound, e)
	}
	return bound
}
