package lint

import (
	"fmt"
	"slices"
	"strings"

	"rightful/spec"
)

// death is why a rule, or a part of it, decides nothing.
type death struct {
	line *spec.Line
	by   [attributes]override // for each attribute where it always comes from
	left *spec.Line           // manage: false, over all that the rule matches
}

// override is the line that always sets an attribute anew, or the last of
// several that do so together. Without a line there is none.
type override struct {
	line    *spec.Line
	several bool
}

func (o override) String() string {
	if o.several {
		return "later lines, the last of them " + o.line.Pos.String()
	}
	return o.line.Pos.String()
}

// dead reports rules that decide nothing: in every profile that has the line,
// each attribute it sets is set again by later lines on every path it matches,
// or all of that is left alone.
func (c *checker) dead() {
	deaths := map[spec.Pos]*death{}
	var order []spec.Pos
	again := c.managedAgain()
	for _, s := range c.general {
		for i := range s.lines {
			if s.lines[i].Kind != spec.KindRule {
				continue
			}
			d, pos := s.death(i), s.lines[i].Pos
			if !again {
				d.left = s.leaver(i)
			}
			if first := deaths[pos]; first != nil {
				first.and(d)
				continue
			}
			deaths[pos] = &d
			order = append(order, pos)
		}
	}
	for _, pos := range order {
		if !c.unknown[pos] {
			c.reportDeath(deaths[pos])
		}
	}
}

// and keeps what is true of both.
func (d *death) and(other death) {
	for a := range attributes {
		if other.by[a].line == nil {
			d.by[a] = override{}
		}
	}
	if other.left == nil {
		d.left = nil
	}
}

// death looks for what overrides line i.
func (s *subject) death(i int) death {
	l := &s.lines[i]
	d := death{line: l.Line}
	if !l.sure {
		return d
	}
	for a := range attributes {
		if a.said(l.Line) != "" {
			d.by[a] = s.overrider(i, a)
		}
	}
	return d
}

// overrider looks for what sets an attribute on all paths of line i.
func (s *subject) overrider(i int, a attribute) override {
	var later []*line
	var together language
	for j := i + 1; j < len(s.lines); j++ {
		if l := &s.lines[j]; a.said(l.Line) != "" && l.Kind <= spec.KindLayout && l.sure {
			later = append(later, l)
			together = append(together, l.paths...)
		}
	}
	if len(later) == 0 || !together.contains(s.lines[i].paths) {
		return override{}
	}
	for _, l := range slices.Backward(later) {
		if l.paths.contains(s.lines[i].paths) {
			return override{line: l.Line}
		}
	}
	return override{later[len(later)-1].Line, true}
}

// managedAgain reports whether any line takes management up again. Then nothing
// is said of what is left alone.
func (c *checker) managedAgain() bool {
	return slices.ContainsFunc(c.writtenLines(), func(l *spec.Line) bool { return l.Manage != nil && *l.Manage })
}

// leaver is a line that leaves alone all that line i matches. Of two that do so
// for each other it is the first.
func (s *subject) leaver(i int) *spec.Line {
	says := s.lines[i].Manage != nil
	for j := range s.lines {
		l := &s.lines[j]
		if j == i || says && j > i || l.Manage == nil || !l.sure || !s.lines[i].sure {
			continue
		}
		if below(l).contains(s.lines[i].paths) {
			return l.Line
		}
	}
	return nil
}

// below is all that a line matches, and what is in it.
func below(l *line) language {
	patterns := make([]string, len(l.Match))
	for i, m := range l.Match {
		patterns[i] = m + "/**"
	}
	all, _ := newLanguage(patterns...)
	return all
}

// reportDeath says what of a rule decides nothing. What was reported as a
// conflict is not said again.
func (c *checker) reportDeath(d *death) {
	if d.left != nil {
		c.report(deadLine, d.line.Pos, "the rule decides nothing: all that it matches is left alone by manage: false at %s", d.left.Pos)
		return
	}
	var parts []string
	whole := true
	for a := range attributes {
		switch {
		case a.said(d.line) == "":
		case d.by[a].line == nil:
			whole = false
		case !c.conflicts[claim{d.line.Pos, a}]:
			parts = append(parts, fmt.Sprintf("its %s always comes from %s", a, d.by[a]))
		}
	}
	if whole && len(parts) > 0 {
		c.report(deadLine, d.line.Pos, "the rule decides nothing: %s", strings.Join(parts, ", "))
	} else if !whole {
		c.reportPartly(d)
	}
}

// reportPartly is about rules that decide something, but not all they say. A
// child profile may well override a part of its parent's.
func (c *checker) reportPartly(d *death) {
	for a := range attributes {
		other, both := a.twin(d.line)
		switch {
		case d.by[a].line == nil || c.conflicts[claim{d.line.Pos, a}] || c.owner(d.by[a].line.Pos) != c.owner(d.line.Pos):
		case both && (other < a || d.by[other].line == nil): // said already, or only one half is dead
		default:
			c.reportIn(deadLine, a.pos(d.line), d.line.Pos, "%s decides nothing here: it always comes from %s", a.word(d.line), d.by[a])
		}
	}
}

// owner is the profile, or the list of exceptions, in which a place is.
func (c *checker) owner(pos spec.Pos) string {
	var name string
	var best spec.Pos
	for _, p := range c.policy.Profiles {
		if p.Pos.File == pos.File && comparePos(p.Pos, pos) <= 0 && (name == "" || comparePos(p.Pos, best) > 0) {
			name, best = p.Name, p.Pos
		}
	}
	return name
}
