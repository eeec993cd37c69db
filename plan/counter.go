package plan

import (
	"bytes"
	"slices"
)

// counter makes the trailer out of what passes by. Writer and reader each have
// one: a reader believes no count, it compares.
type counter struct {
	summary Summary
	groups  map[ID]*groupCount
	access  []Access
	causes  []Causes           // of access
	line    map[accessLine]int // index into access
	checks  checkCounter
	account *Account
	number  int64 // of the account
}

type groupCount struct {
	steps, accounts, last int64
}

// accessLine tells one expectation from another.
type accessLine struct{ identity, expect, match, source string }

func (a *Access) line() accessLine { return accessLine{a.Identity, a.Expect, a.Match, a.Source} }

func newCounter() *counter {
	return &counter{groups: make(map[ID]*groupCount), line: make(map[accessLine]int)}
}

// begin counts an account, the steps aside.
func (n *counter) begin(a *Account) {
	n.account = a
	n.number++
	s := &n.summary
	s.Accounts++
	s.Entries += a.Entries
	s.Managed += a.Managed
	if a.Incomplete {
		s.Incomplete++
	}
	for i := range a.Access {
		n.countAccess(&a.Access[i], len(a.Held) > 0)
	}
	for i := range a.Checks {
		n.checks.add(&a.Checks[i], len(a.Held) > 0)
	}
	if len(a.Held) > 0 {
		s.Held++
		return
	}
	s.AccessBroken += a.AccessBroken
	s.Tally.add(a.Tally)
	if a.Tally.Steps > 0 {
		s.AccountsChanged++
	}
}

// countAccess takes a held account as it is: nothing of it will change.
func (n *counter) countAccess(a *Access, held bool) {
	line := a.line()
	i, ok := n.line[line]
	if !ok {
		i = len(n.access)
		n.line[line] = i
		n.access = append(n.access, Access{Identity: a.Identity, Expect: a.Expect, Match: a.Match, Source: a.Source})
		n.causes = append(n.causes, Causes{})
	}
	after, broken, gained, causes := a.DeniedAfter, a.Broken, a.Gained, a.Causes
	if held {
		after, broken, gained, causes = a.DeniedNow, 0, 0, nil
	}
	for _, c := range causes {
		c.Account, c.Accounts = n.account.Name, 1
		n.causes[i].Add(c)
	}
	sum := &n.access[i]
	sum.Matched += a.Matched
	sum.Accounts += one(a.Matched)
	sum.DeniedNow += a.DeniedNow
	sum.AccountsDeniedNow += one(a.DeniedNow)
	sum.DeniedAfter += after
	sum.AccountsDeniedAfter += one(after)
	sum.Broken += broken
	sum.AccountsBroken += one(broken)
	sum.Gained += gained
	sum.AccountsGained += one(gained)
}

func one(n int64) int64 { return min(n, 1) }

// steps counts steps of the current account that belong to one group.
func (n *counter) steps(group ID, steps int64) {
	if len(n.account.Held) > 0 {
		return
	}
	g := n.groups[group]
	if g == nil {
		g = new(groupCount)
		n.groups[group] = g
	}
	g.steps += steps
	if g.last != n.number {
		g.last = n.number
		g.accounts++
	}
}

func (n *counter) problem(p *Problem) {
	if n.summary.Problems == nil {
		n.summary.Problems = make(map[ProblemKind]int64)
	}
	n.summary.Problems[p.Kind] += p.number()
}

func (n *counter) trailer(h *Header) *Trailer {
	t := &Trailer{Summary: n.summary, Access: n.access, Checks: n.checks.sums()}
	for i := range t.Access {
		t.Access[i].Causes = n.causes[i].Worst()
	}
	for id, g := range n.groups {
		t.Groups = append(t.Groups, Group{id, g.steps, g.accounts})
	}
	slices.SortFunc(t.Groups, func(a, b Group) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	s := &n.summary
	t.Limits = judgeRun(h.Limits, h.Inventory, &use{accounts: s.AccountsChanged, held: s.Held, broken: s.AccessBroken, tally: s.Tally}, nil)
	return t
}
