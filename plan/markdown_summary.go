package plan

import (
	"fmt"
	"time"
)

// How long names and lines of the summary may be.
const (
	maxSpan     = 200
	maxCode     = 240 // a line about a step or a problem
	maxHeldCode = 600 // a reason to hold an account has reasons of its own
)

// add writes lines; what comes from elsewhere is in code.
func (m *markdown) add(format string, args ...any) {
	fmt.Fprintf(&m.b, format+"\n", args...)
}

// section begins a part with a heading of its own.
func (m *markdown) section(title string) { m.add("\n#### %s\n", title) }

func (m *markdown) summary() {
	m.head()
	m.totals()
	m.access()
	m.checks()
	m.riskiest()
	m.limits()
	m.problemList()
	m.heldList()
}

func (m *markdown) head() {
	h, s := &m.p.Header, &m.p.Trailer.Summary
	if s.Tally.Steps == 0 {
		m.add("### rightful: nothing to change\n")
	} else {
		m.add("### rightful: changes to %s of %s\n", comma(s.AccountsChanged), count(s.Accounts, "account"))
	}
	m.add("Compared %s, on %s at %s.", m.compared(spanName), spanName(h.Host.Name), h.Created.UTC().Format(time.DateTime+" UTC"))
	if n := m.narrowed(); n != "" {
		m.add("Narrowed to %s: the rest of the host was not looked at.", span(clip(n, maxSpan)))
	}
	if n := int64(len(h.Skipped)); n > 0 {
		m.add("Skipped by skip_when: %s, %s.", count(n, "account"), span(clip(quoteAll(h.Skipped, 8), maxSpan)))
	}
	m.add("Digest: %s.\n", span(Quote(m.p.Digest)))
}

// spanName is a name in a sentence.
func spanName(s string) string { return span(clip(Quote(s), maxSpan)) }

// totals has the line that tools look for, as Terraform writes it.
func (m *markdown) totals() {
	s := &m.p.Trailer.Summary
	if s.Tally.Steps == 0 {
		m.add("%s", m.nothing())
		return
	}
	m.add("Plan: %d to add, %d to change, %d to destroy.\n", s.Tally.Adds, s.Tally.Updates, s.Tally.Removes)
	m.add("Classes: %s.", tallyText(s.Tally))
	if left := m.left(); len(left) > 0 {
		m.add("\n**Not covered: %s.**", list(left))
	}
	if exceeded := over(m.p.Trailer.Limits); len(exceeded) > 0 {
		m.add("\n**Over its limits** (%s): this plan cannot be run as a whole.", span(quoteAll(namesOf(exceeded), len(exceeded))))
	}
}

// riskiest names the steps that take, remove or loosen.
func (m *markdown) riskiest() {
	for i := range m.risks {
		r := &m.risks[i]
		if r.steps == 0 {
			continue
		}
		besides := ""
		if i > 0 && m.risks[0].steps > 0 {
			besides = ", besides what is taken"
		}
		m.section(r.title + besides)
		m.add("%s:\n", count(r.steps, "step"))
		m.code(columns(r.top.cells(), []int{56}), maxCode, r.steps-int64(len(r.top.all)))
	}
}

// code writes lines as a code block, and how many others there are.
func (m *markdown) code(lines []string, most int, rest int64) {
	for i := range lines {
		lines[i] = clip(lines[i], most)
	}
	if rest > 0 {
		lines = append(lines, "... "+comma(rest)+" more")
	}
	m.b.WriteString(fenced(lines))
}

func (m *markdown) limits() {
	if s := m.p.Trailer.Summary; s.Tally.Steps == 0 && s.Held == 0 {
		return // nothing was used
	}
	m.section("Limits")
	m.add("| limit | used | allowed | verdict | rule | policy |\n| --- | ---: | ---: | --- | --- | --- |")
	for _, v := range m.p.Trailer.Limits {
		verdict := "ok"
		if v.Exceeded {
			verdict = "**EXCEEDED**"
		}
		m.add("| %s | %s | %s | %s | %s | %s |", cell(Quote(v.Limit.Name)), comma(v.Used), v.AllowedText(), verdict,
			cell(clip(Printable(v.Rule()), maxSpan)), cell(clip(Quote(v.Source()), maxSpan)))
	}
}

func (m *markdown) problemList() {
	of := m.p.Trailer.Summary.Problems
	if len(of) == 0 {
		return
	}
	m.section("Problems (left alone)")
	m.add("%s: %s\n", count(total(of), "problem"), span(clip(kinds(of), maxSpan)))
	m.cut = m.cut || len(m.problems.rest) > 0
	m.code(columns(m.problems.cells, []int{20, 40}), maxCode, total(m.problems.rest))
}

func (m *markdown) heldList() {
	if len(m.held.cells) == 0 {
		return
	}
	m.section("Held accounts (none of their steps will be run)")
	rest := int64(0)
	for _, n := range m.held.rest {
		rest += n
	}
	if rest > 0 {
		m.cut = true
		m.add("Those not shown here are held for %s.\n", span(clip(reasons(m.held.rest), maxSpan)))
	}
	m.code(columns(m.held.cells, []int{20}), maxHeldCode, rest)
}
