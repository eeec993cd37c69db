package cases

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"rightful/plan"
	"rightful/spec"
)

// Cover notes which lines of one policy the cases reach: lines that decide about
// an entry of some case, and expectations and checks that speak of one.
type Cover struct {
	dir     string
	lines   map[spec.Pos]*coverLine
	reached map[spec.Pos]bool
}

type coverLine struct {
	Missed
	said string // by a plan: what the line is known by there, with its place
}

// Missed is a line of policy that no case reaches.
type Missed struct {
	Pos  spec.Pos
	What string // rule, layout line, exception, access line, check
	Text string // its pattern, or what it says
}

// NewCover is that of no cases yet. The lines of the policy are seen from dir.
func NewCover(dir string) *Cover {
	return &Cover{dir: dir, lines: map[spec.Pos]*coverLine{}, reached: map[spec.Pos]bool{}}
}

// Count is how many lines there are in the profiles that accounts follow, and in
// exceptions, and how many of them are reached.
func (c *Cover) Count() (reached, lines int) {
	return len(c.lines) - len(c.Missed()), len(c.lines)
}

// Percent is the part that is reached; all of it where there is nothing to reach.
func (c *Cover) Percent() float64 {
	reached, lines := c.Count()
	if lines == 0 {
		return 100
	}
	return 100 * float64(reached) / float64(lines)
}

// Missed are the lines that no case reaches, in their order.
func (c *Cover) Missed() []Missed {
	var all []Missed
	for pos, l := range c.lines {
		if !c.reached[pos] {
			m := l.Missed
			m.Pos.File = filepath.Join(c.dir, m.Pos.File)
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b Missed) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return all
}

func (c *Cover) decided() func(spec.Pos) {
	if c == nil {
		return nil
	}
	return func(pos spec.Pos) { c.reached[pos] = true }
}

// add notes the lines of a policy that was planned with, and which of those that
// say nothing of states were of use.
func (c *Cover) add(p *spec.Policy, t *plan.Trailer) {
	if c == nil {
		return
	}
	for _, s := range p.Sources {
		c.addProfile(p.Profiles[s.Profile])
	}
	for _, e := range p.Exceptions {
		c.addLines("exception", e.Rules)
	}
	for _, a := range t.Access {
		c.say(a.Source+" "+a.Identity+" "+a.Expect+" "+a.Match, a.Matched)
	}
	for _, k := range t.Checks {
		c.say(k.Source+" "+k.Name+" "+k.Match, k.Matched)
	}
}

func (c *Cover) say(said string, matched int64) {
	for pos, l := range c.lines {
		if matched > 0 && l.said == said {
			c.reached[pos] = true
		}
	}
}

func (c *Cover) addProfile(p *spec.Profile) {
	c.addLines("rule", p.Rules)
	c.addLines("layout line", p.Layout)
	for _, e := range p.Access {
		text := expectation(e)
		c.addLine(e.Pos, "access line", text, e.Pos.String()+" "+text)
	}
	for _, k := range p.Checks {
		text := k.Name + " " + strings.Join(k.Match, ",")
		c.addLine(k.Pos, "check", strings.TrimSpace(text), k.Pos.String()+" "+text)
	}
}

func (c *Cover) addLines(what string, lines []spec.Line) {
	for _, l := range lines {
		c.addLine(l.Pos, what, strings.Join(l.Match, ","), "")
	}
}

func (c *Cover) addLine(pos spec.Pos, what, text, said string) {
	if c.lines[pos] == nil {
		c.lines[pos] = &coverLine{Missed{pos, what, text}, said}
	}
}

// expectation is one as plans have it.
func expectation(e spec.Expectation) string {
	verb := "can"
	if e.Cannot {
		verb = "cannot"
	}
	words := make([]string, len(e.Rights))
	for i, r := range e.Rights {
		words[i] = r.String()
	}
	return e.Identity + " " + verb + " " + strings.Join(words, ", ") + " " + strings.Join(e.Match, ",")
}
