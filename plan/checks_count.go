package plan

import (
	"maps"
	"slices"
)

// checkCounter adds up the checks of all accounts, by line of policy.
type checkCounter struct {
	lines []*checkSum
	at    map[checkLine]int
}

type checkLine struct{ name, match, source string }

type checkSum struct {
	Check
	findings map[findingKind]*Finding
}

// maxKinds bounds what is remembered of a line while accounts pass by. The same
// accounts in the same order always leave the same.
const maxKinds = 4096

// add takes a held account as it is: nothing of it will change.
func (n *checkCounter) add(c *Check, held bool) {
	sum := n.line(c)
	after, doubt, broken := c.RefusedAfter, c.DoubtAfter, c.Broken
	if held {
		after, doubt, broken = c.RefusedNow, c.DoubtNow, 0
	}
	sum.Matched += c.Matched
	sum.Accounts += one(c.Matched)
	sum.RefusedNow += c.RefusedNow
	sum.AccountsRefusedNow += one(c.RefusedNow)
	sum.RefusedAfter += after
	sum.AccountsRefusedAfter += one(after)
	sum.DoubtNow += c.DoubtNow
	sum.DoubtAfter += doubt
	sum.Broken += broken
	sum.AccountsBroken += one(broken)
	sum.MoreFindings += c.MoreFindings
	for _, f := range c.Findings {
		if held {
			f.After, f.Broken = f.Now, 0
		}
		sum.finding(f)
	}
}

func (n *checkCounter) line(c *Check) *checkSum {
	key := checkLine{c.Name, c.Match, c.Source}
	i, ok := n.at[key]
	if !ok {
		if n.at == nil {
			n.at = make(map[checkLine]int)
		}
		i = len(n.lines)
		n.at[key] = i
		n.lines = append(n.lines, &checkSum{
			Check:    Check{Name: c.Name, Match: c.Match, Source: c.Source},
			findings: make(map[findingKind]*Finding),
		})
	}
	return n.lines[i]
}

func (s *checkSum) finding(f Finding) {
	if f.Now+f.After == 0 {
		return // of a held account, what will not be
	}
	have := s.findings[f.kind()]
	if have == nil {
		if len(s.findings) >= maxKinds {
			s.prune()
		}
		f.Accounts = 1
		s.findings[f.kind()] = &f
		return
	}
	have.Now += f.Now
	have.After += f.After
	have.Broken += f.Broken
	have.Accounts++
	have.Examples = slices.Concat(have.Examples, f.Examples)
	have.Examples = have.Examples[:min(len(have.Examples), MaxExamples)]
}

// prune forgets the lighter half.
func (s *checkSum) prune() {
	kept, more := RankFindings(s.all(), maxKinds/2)
	s.MoreFindings += more
	clear(s.findings)
	for _, f := range kept {
		s.findings[f.kind()] = &f
	}
}

func (s *checkSum) all() []Finding {
	all := make([]Finding, 0, len(s.findings))
	for f := range maps.Values(s.findings) {
		all = append(all, *f)
	}
	return all
}

func (n *checkCounter) sums() []Check {
	var all []Check
	for _, s := range n.lines {
		kept, more := RankFindings(s.all(), MaxFindings)
		s.Findings = kept
		s.MoreFindings += more
		all = append(all, s.Check)
	}
	return all
}
