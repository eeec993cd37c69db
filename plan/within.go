package plan

import (
	"maps"
	"slices"
)

// Waves says how a selection can be carried out bit by bit: each wave is whole
// accounts, as many as the limits allow at once.
type Waves struct {
	Accounts int64 // in the first wave
	Waves    int64 // in all, the first included
	Later    int64 // accounts in the others
	Never    int64 // accounts that no wave can hold: they are over a limit by themselves
}

// WithinLimits narrows a selection to its first wave: accounts in the plan's
// order, each that still fits. It is then approved like any other. If not even
// one fits, the error is the [*LimitError] of the first. Held accounts that are
// too many are no matter of choice, and left to [Approve].
func WithinLimits(p *Plan, s Selection, o Overrides, effects ...Effect) (Selection, Waves, error) {
	take, except, err := s.prepare(p)
	if err != nil {
		return s, Waves{}, err
	}
	c := newChooser(&p.Header, take, except, o, effects)
	c.within = true
	if err := c.pass(p); err != nil {
		return s, Waves{}, err
	}
	c.end()
	waves := Waves{c.Accounts, 1 + int64(len(c.later)), 0, c.never}
	for _, wave := range c.later {
		waves.Later += wave.accounts
	}
	if c.Accounts == 0 {
		if err := exceeded(c.breach); err != nil {
			return s, waves, err
		}
		return s, waves, &SelectionError{}
	}
	s.All, s.Accounts = false, nil
	for _, name := range slices.Sorted(maps.Keys(c.accounts)) {
		s.Accounts = append(s.Accounts, Literal(name))
	}
	return s, waves, nil
}

// fits tries the current account on top of those that were taken. Where it does
// not fit, it goes into the first later wave that has room for it.
func (c *chooser) fits(broken int64, verdicts []Verdict) bool {
	first := use{accounts: c.Accounts, broken: c.AccessBroken, tally: c.Tally}
	_, breach := c.with(first, broken, verdicts)
	if exceeded(breach) == nil {
		return true
	}
	if c.breach == nil {
		c.breach = breach
	}
	for i := range c.later {
		if wave, breach := c.with(c.later[i], broken, verdicts); exceeded(breach) == nil {
			c.later[i] = wave
			return false
		}
	}
	wave, breach := c.with(use{}, broken, verdicts)
	if exceeded(breach) == nil {
		c.later = append(c.later, wave)
	} else {
		c.never++
	}
	return false
}

// with is a wave with the current account in it too, and its verdicts.
func (c *chooser) with(wave use, broken int64, verdicts []Verdict) (use, []Verdict) {
	h := c.header
	wave.accounts++
	wave.broken += broken
	wave.tally.add(c.tally)
	return wave, append(judgeRun(h.Limits, h.Inventory, &wave, c.overrides), verdicts...)
}
