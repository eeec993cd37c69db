package plan

import (
	"io"
	"strings"
)

// MaxMarkdown is the most characters that [WriteMarkdown] writes. GitHub takes
// 65,536 of them in a comment; the rest is for whoever puts a line of his own
// above or below.
const MaxMarkdown = 60_000

// WriteMarkdown writes a plan as a comment on a pull request, in GitHub's
// Markdown and in ASCII; file is the plan's, as the hints name it. The summary is
// always whole: what there is no room for is left out of the groups that are
// folded below it, and the last line says how much that was.
//
// Whatever is not of this package's own words, names above all, stands in code
// spans and code blocks, where GitHub makes neither HTML nor links, images or
// mentions of it. It reads the plan once, in memory that does not grow with it
// but for the ids of its groups.
func WriteMarkdown(w io.Writer, p *Plan, file string) error {
	m := newMarkdown(p, file)
	if err := m.read(); err != nil {
		return err
	}
	m.summary()
	m.details()
	_, err := io.WriteString(w, m.b.String())
	return err
}

// markdown is one comment under way.
type markdown struct {
	*text
	b   strings.Builder
	cut bool // some list of the summary is not whole

	a        *Account // whose blocks are read; nil while they are left out
	position int64
	risks    []riskList
	groups   *folds
	problems *problemLines
	held     *heldLines
}

// riskList is the steps of one of the classes that are named before all others,
// each step once.
type riskList struct {
	title string
	class Classes
	steps int64
	top   topSteps
}

// How much of each part the summary has room for: all of them together, each of
// its lines as long as [clip] lets it be, leave room for groups.
const (
	maxMarkdownGroups   = 200
	maxMarkdownProblems = 12
	maxMarkdownHeld     = 12
	maxMarkdownCauses   = 8 // of access, and of checks
)

func newMarkdown(p *Plan, file string) *markdown {
	t := &text{p: p, o: TextOptions{File: file}, short: p.GroupPrefixes()}
	m := &markdown{text: t, groups: newFolds(maxMarkdownGroups), problems: newProblemLines(true), held: newHeldLines(true)}
	m.problems.room, m.problems.perKind, m.problems.perOwn = maxMarkdownProblems, 4, 2
	m.held.room = maxMarkdownHeld
	for _, r := range [...]riskList{
		{title: "Taken from another owner", class: Take},
		{title: "Removed (to quarantine)", class: ClassRemove},
		{title: "Loosened", class: Loosen},
	} {
		r.top.most = maxNamed
		m.risks = append(m.risks, r)
	}
	return m
}

// read collects what is shown of the records.
func (m *markdown) read() error {
	for r, err := range m.p.Records() {
		if err != nil {
			return err
		}
		switch {
		case r.Account != nil:
			m.held.add(r.Account)
			if m.a = r.Account; len(m.a.Held) > 0 {
				m.a = nil
			}
		case r.Block != nil && m.a != nil:
			m.groups.add(m.a, r.Block)
			m.risky(r.Block)
		case r.Problem != nil:
			m.problems.add(r.Problem)
		}
	}
	m.problems.flush()
	return nil
}

func (m *markdown) risky(b *Block) {
	for i := range b.Entries {
		e := &b.Entries[i]
		c := &b.Changes[e.Change]
		for j := range m.risks {
			if r := &m.risks[j]; c.Classes&r.class != 0 {
				r.steps++
				r.top.keep(m.a, b, e, rankOf(c, secretName(e.Name)), m.position)
				break
			}
		}
		m.position++
	}
}
