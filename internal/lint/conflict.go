package lint

import (
	"maps"
	"slices"
	"strings"

	"rightful/spec"
)

// claim is one attribute of one line.
type claim struct {
	line spec.Pos
	attr attribute
}

// conflicting reports pairs of lines of one list that speak of the same paths and
// want different things of them.
func (c *checker) conflicting() {
	for _, name := range slices.Sorted(maps.Keys(c.policy.Profiles)) {
		p := c.policy.Profiles[name]
		var own []*spec.Line
		for i := range p.Rules {
			if c.owner(p.Rules[i].Pos) == p.Name {
				own = append(own, &p.Rules[i])
			}
		}
		c.compareLines(own, samePatterns)
	}
	byAccount := map[string][]*spec.Line{}
	for i := range c.policy.Exceptions {
		e := &c.policy.Exceptions[i]
		for j := range e.Rules {
			byAccount[e.Account] = append(byAccount[e.Account], &e.Rules[j])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byAccount)) {
		c.compareLines(byAccount[name], samePatterns)
	}
	for _, s := range c.subjects {
		c.compareLayout(s)
	}
}

func samePatterns(a, b *spec.Line) bool {
	return slices.Equal(sorted(a.Match), sorted(b.Match))
}

func sorted(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return slices.Compact(texts)
}

// compareLines compares each line with the last one before it that speaks of the
// same paths and attribute.
func (c *checker) compareLines(lines []*spec.Line, same func(a, b *spec.Line) bool) {
	for j, later := range lines {
		for a := range attributes {
			for _, earlier := range slices.Backward(lines[:j]) {
				if a.said(earlier) != "" && a.said(later) != "" && same(earlier, later) {
					c.compareClaims(earlier, later, a)
					break
				}
			}
		}
	}
}

func (c *checker) compareClaims(earlier, later *spec.Line, a attribute) {
	if a.said(earlier) == a.said(later) {
		return
	}
	c.conflicts[claim{earlier.Pos, a}] = true
	if other, both := a.twin(later); both && other < a && c.conflicts[claim{earlier.Pos, other}] {
		return // said of the other half
	}
	c.reportIn(conflict, a.pos(later), later.Pos, "%s %s of %s, of which %s wants %s; this line, the later one, decides",
		a.word(later), a.said(later), show(strings.Join(later.Match, ",")), earlier.Pos, a.said(earlier))
}

// compareLayout finds layout lines that variables make the same path. Bind lays
// one over the other, so that each is bound alone here.
func (c *checker) compareLayout(s *subject) {
	at := map[string][]*spec.Line{}
	for i := range s.profile.Layout {
		alone := &spec.Profile{Name: s.profile.Name, Layout: s.profile.Layout[i : i+1]}
		p := &spec.Policy{Vars: c.policy.Vars, Identities: c.policy.Identities, Profiles: map[string]*spec.Profile{alone.Name: alone}}
		bound, err := p.Bind(alone.Name, s.account, c.options.Day)
		if err != nil {
			return // it is complete only with what another line says
		}
		for _, l := range bound.Lines {
			at[l.Path] = append(at[l.Path], &l)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(at)) {
		lines := at[path]
		lines = slices.DeleteFunc(lines, func(l *spec.Line) bool { return c.owner(l.Pos) != c.owner(lines[0].Pos) })
		c.compareLines(lines, func(a, b *spec.Line) bool { return a.Pos != b.Pos })
		c.compareContents(lines)
	}
}

// compareContents is about what only layout lines say.
func (c *checker) compareContents(lines []*spec.Line) {
	for j := 1; j < len(lines); j++ {
		earlier, later := lines[j-1], lines[j]
		switch {
		case !slices.Equal(earlier.Types, later.Types):
			c.report(conflict, later.Pos, "another type of %s than at %s; this line, the later one, decides", show(later.Path), earlier.Pos)
		case earlier.Target != "" && later.Target != "" && earlier.Target != later.Target:
			c.reportIn(conflict, later.TargetPos, later.Pos, "target %s of %s, of which %s wants %s; this line, the later one, decides",
				show(later.Target), show(later.Path), earlier.Pos, show(earlier.Target))
		}
	}
}
