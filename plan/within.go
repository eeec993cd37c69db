package plan

import (
	"maps"
	"slices"
)

// WithinLimits narrows a selection to whole accounts, in the plan's order, as
// many as fit into the limits; it is then approved like any other. If not even
// one fits, the error is the [*LimitError] of the first. Held accounts that are
// too many are no matter of choice, and left to [Approve].
func WithinLimits(p *Plan, s Selection, o Overrides, effects ...Effect) (Selection, error) {
	take, except, err := s.prepare(p)
	if err != nil {
		return s, err
	}
	c := newChooser(p, take, except, o, effects)
	c.within = true
	if err := c.pass(); err != nil {
		return s, err
	}
	if c.Accounts == 0 {
		if err := exceeded(c.breach); err != nil {
			return s, err
		}
		return s, &SelectionError{}
	}
	s.All, s.Accounts = false, nil
	for _, name := range slices.Sorted(maps.Keys(c.accounts)) {
		s.Accounts = append(s.Accounts, literal(name))
	}
	return s, nil
}

// fits tries the current account on top of those that were taken.
func (c *chooser) fits(broken int64, verdicts []Verdict) bool {
	h := &c.plan.Header
	with := use{accounts: c.Accounts + 1, broken: c.AccessBroken + broken, tally: c.Tally}
	with.tally.add(c.tally)
	verdicts = append(judgeRun(h.Limits, h.Inventory, &with, c.overrides), verdicts...)
	if exceeded(verdicts) == nil {
		return true
	}
	if c.breach == nil {
		c.breach = verdicts
	}
	return false
}
