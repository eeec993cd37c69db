package plan

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Comparison is what a change of policy does: the plan of the old policy beside
// that of the new one, for the same tree. Two walks see two moments of a live
// one. A step that both plans make of what was not the same each time is counted
// as such, and no policy is blamed for it; one that only one of them makes, as
// somebody was faster than the other walk, cannot be told from the policy's work.
type Comparison struct {
	Old, New *Plan

	// Steps that only the new policy makes, only the old one, and both, but not
	// the same. Those of accounts that a limit holds count as well.
	Appear, Vanish, Change int64
	// InHeld counts those among them that would not be run, as the account is
	// held.
	InHeld int64
	// Meanwhile counts steps for entries that changed between the two walks.
	Meanwhile int64

	AccountsAppear, AccountsVanish int64 // that only one of the policies selects
	HeldOtherwise                  int64 // accounts
	// Breaks counts accounts in which the new policy's steps would break access
	// to more entries than those of the old one. A limit may well hold them.
	Breaks int64
	// NotCompared counts accounts that one of the policies could not be followed
	// in: what holds them is no limit.
	NotCompared int64

	Access   []AccessPair  // what is not kept as before
	Limits   []VerdictPair // the run's, all if one differs
	Rules    []LimitPair   // limits of accounts that differ
	Problems []ProblemPair // kinds of which there are more or fewer
}

// VerdictPair is a limit of the run by both policies; nil where one has none.
type VerdictPair struct{ Old, New *Verdict }

// LimitPair is a limit of accounts by both policies; nil where one has none.
type LimitPair struct{ Old, New *Limit }

// ProblemPair is how many problems of one kind there are by each policy.
type ProblemPair struct {
	Kind     ProblemKind
	Old, New int64
}

// Compare reads both plans once, side by side, in memory that does not depend on
// their size. The comparison goes on reading from them.
func Compare(old, new *Plan) (*Comparison, error) {
	c := &Comparison{
		Old: old, New: new,
		Limits:   compareVerdicts(old.Trailer.Limits, new.Trailer.Limits),
		Rules:    compareLimits(old.Header.Limits, new.Header.Limits),
		Problems: compareProblemCounts(old.Trailer.Summary.Problems, new.Trailer.Summary.Problems),
	}
	access := accessPairs{at: map[expectation]*AccessPair{}}
	for d, err := range c.divergences() {
		if err != nil {
			return nil, err
		}
		if d.kind == ofAccount {
			c.account(d.pair)
			access.account(d.old.Account, d.new.Account)
		} else {
			c.step(&d)
		}
	}
	c.Access = access.differing()
	return c, nil
}

func (c *Comparison) account(p pair) {
	c.AccountsAppear += int64(truth(p.old.Account == nil))
	c.AccountsVanish += int64(truth(p.new.Account == nil))
	c.HeldOtherwise += int64(truth(p.heldOtherwise()))
	c.Breaks += int64(truth(p.breaks()))
	c.NotCompared += int64(truth(p.unwalked()))
}

func (c *Comparison) step(d *divergence) {
	switch d.kind {
	case appears:
		c.Appear++
	case vanishes:
		c.Vanish++
	case changes:
		c.Change++
	case meanwhile:
		c.Meanwhile++
		return
	}
	c.InHeld += int64(truth(len(d.side().Account.Held) > 0))
}

// Same reports whether both policies do the same, and expect and allow the same.
func (c *Comparison) Same() bool {
	return c.Appear+c.Vanish+c.Change == 0 && c.AccountsAppear+c.AccountsVanish+c.HeldOtherwise == 0 &&
		len(c.Access)+len(c.Limits)+len(c.Rules)+len(c.Problems) == 0
}

func compareVerdicts(old, new []Verdict) []VerdictPair {
	var all []VerdictPair
	differ := false
	for _, name := range limitNames {
		p := VerdictPair{
			find(old, func(v *Verdict) bool { return v.Limit.Name == name }),
			find(new, func(v *Verdict) bool { return v.Limit.Name == name }),
		}
		if p.Old != nil || p.New != nil {
			all = append(all, p)
			differ = differ || p.differ()
		}
	}
	if !differ {
		return nil
	}
	return all
}

func (p *VerdictPair) differ() bool {
	return p.Old == nil || p.New == nil || p.Old.Used != p.New.Used || p.Old.Allowed != p.New.Allowed
}

func compareLimits(old, new []Limit) []LimitPair {
	var all []LimitPair
	for _, name := range limitNames {
		p := LimitPair{
			find(old, func(l *Limit) bool { return l.Name == name }),
			find(new, func(l *Limit) bool { return l.Name == name }),
		}
		if strings.HasPrefix(name, "account.") && p.Old.Text() != p.New.Text() {
			all = append(all, p)
		}
	}
	return all
}

// Text is a limit as a policy has it, as in "20%, at least 5"; nil is no limit.
func (l *Limit) Text() string {
	if l == nil {
		return "no limit"
	}
	var parts []string
	for _, part := range []struct {
		before string
		n      *int
		after  string
	}{{"", l.Percent, "%"}, {"at least ", l.AtLeast, ""}, {"at most ", l.Count, ""}} {
		if part.n != nil {
			parts = append(parts, part.before+strconv.Itoa(*part.n)+part.after)
		}
	}
	if l.Unlimited || parts == nil {
		return "unlimited"
	}
	return strings.Join(parts, ", ")
}

func compareProblemCounts(old, new map[ProblemKind]int64) []ProblemPair {
	kinds := maps.Clone(old)
	if kinds == nil {
		kinds = map[ProblemKind]int64{}
	}
	maps.Copy(kinds, new)
	var all []ProblemPair
	for kind := range kinds {
		if old[kind] != new[kind] {
			all = append(all, ProblemPair{kind, old[kind], new[kind]})
		}
	}
	slices.SortFunc(all, func(a, b ProblemPair) int { return cmp.Compare(a.Kind, b.Kind) })
	return all
}
