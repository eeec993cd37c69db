package plan

import (
	"fmt"
	"strings"
)

// access is who can reach what, now and after, and why not.
func (m *markdown) access() {
	if len(m.p.Trailer.Access) == 0 {
		return
	}
	shown, rest := m.worst(m.p.Trailer.Access)
	m.section("Access")
	m.add("| expectation | now | after | policy |\n| --- | --- | --- | --- |")
	for i := range shown {
		a := &shown[i]
		now, after := a.verdicts()
		m.effect(a.title(), now, after, a.Source, a.Broken, a.noun())
	}
	m.rest(int64(rest), "more expectation")
	var why [][]string
	for i := range shown {
		why = append(why, shown[i].why())
	}
	m.reasons("Where an expectation will not hold:", why, 0)
}

// effect is a line of the table.
func (m *markdown) effect(title, now, after, source string, broken int64, noun string) {
	if broken > 0 {
		after += ", **BROKEN for " + count(broken, noun) + "**"
	}
	m.add("| %s | %s | %s | %s |", cell(clip(title, maxSpan)), now, after, cell(clip(Quote(source), maxSpan)))
}

// why are the causes, the worst first.
func (a *Access) why() []string {
	lines := make([]string, len(a.Causes))
	for i := range a.Causes {
		c := &a.Causes[i]
		lines[i] = fmt.Sprintf("%s: %s, %s, as %s", span(clip(a.title(), maxSpan/2)), count(c.Entries, a.noun()),
			span(clip(c.reason(a, "is"), maxSpan)), span(clip(strings.TrimSpace(c.whose()), maxSpan)))
	}
	return lines
}

// checks is what programs would refuse, now and after, and why.
func (m *markdown) checks() {
	if len(m.p.Trailer.Checks) == 0 {
		return
	}
	shown, rest := m.worstChecks(m.p.Trailer.Checks)
	m.section("Checks")
	m.add("| check | now | after | policy |\n| --- | --- | --- | --- |")
	for i := range shown {
		c := &shown[i]
		now, after := c.verdicts()
		m.effect(c.title(), now, after, c.Source, c.Broken, c.noun())
	}
	m.rest(int64(rest), "more check")
	var why [][]string
	more := int64(0)
	for i := range shown {
		why = append(why, shown[i].why())
		more += shown[i].MoreFindings
	}
	m.reasons("What is refused, or in doubt:", why, more)
}

// why are the findings, the worst first.
func (c *Check) why() []string {
	lines := make([]string, len(c.Findings))
	for i := range c.Findings {
		lines[i] = span(clip(c.title(), maxSpan/2)) + ": " + span(clip(c.Findings[i].text(c.noun()), maxHeldCode/2))
	}
	return lines
}

// reasons lists some of each, while there is room; more are not in the plan.
func (m *markdown) reasons(title string, why [][]string, more int64) {
	var lines []string
	rest := more
	for _, of := range why {
		n := min(len(of), shownCauses, maxMarkdownCauses-len(lines))
		lines = append(lines, of[:n]...)
		rest += int64(len(of) - n)
	}
	if len(lines) == 0 {
		return
	}
	m.add("\n%s\n\n- %s", title, strings.Join(lines, "\n- "))
	m.rest(rest, "more reason")
}

// rest says how much a list leaves out.
func (m *markdown) rest(n int64, noun string) {
	if n > 0 {
		m.cut = true
		m.add("\n... %s", count(n, noun))
	}
}
