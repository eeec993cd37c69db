package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Selected is what a selection takes of a plan. It is only read, by any number
// of goroutines.
type Selected struct {
	Steps        int64
	Accounts     int64
	Tally        Tally
	AccessBroken int64
	// Limits are the verdicts on the run, then those account limits that are
	// exceeded or overridden.
	Limits []Verdict
	// Split are the accounts with expectations of which only a part is
	// selected: their effect is not in the plan.
	Split []string

	take, except *selector
	accounts     map[string]bool // some of its steps may be selected
}

// Has reports whether a step of the plan is selected.
func (s *Selected) Has(t Step) bool { return s.accounts[t.Account.Name] && s.step(t) }

func (s *Selected) step(t Step) bool { return s.take.all(t) && !s.except.any(t) }

// Effect is what somebody found who walked a split account again, with the
// selection in hand.
type Effect struct {
	Account      string
	AccessBroken int64
	Access       []Access // now, and after the selected steps
	Checks       []Check
}

// NeedsError is an approved step without the step that it needs.
type NeedsError struct {
	Account string
	Path    string
	Needs   string // the path of the other
	Removes bool   // what stands in its place has to be removed first
}

func (e *NeedsError) Error() string {
	what := "is to be added"
	if e.Removes {
		what = "is to be removed first"
	}
	return fmt.Sprintf("%s: %s needs a step that is not selected: %s %s", Quote(e.Account), Quote(e.Path), Quote(e.Needs), what)
}

// SplitError is a selection whose effect nobody judged.
type SplitError struct {
	Accounts []string
}

func (e *SplitError) Error() string {
	names := make([]string, len(e.Accounts))
	for i, name := range e.Accounts {
		names[i] = Quote(name)
	}
	return "only a part of an account with expectations is selected, and its effect is not known: " + strings.Join(names, ", ")
}

// Select reads the plan once and says what the selection takes of it. Overrides
// matter here as they bring held accounts back. It refuses what could not be
// carried out, not what is over a limit.
func Select(p *Plan, s Selection, o Overrides, effects ...Effect) (*Selected, error) {
	take, except, err := s.prepare(p)
	if err != nil {
		return nil, err
	}
	return choose(p, take, except, o, effects)
}

func (s *Selection) prepare(p *Plan) (take, except *selector, err error) {
	r, err := s.resolve(p)
	if err != nil {
		return nil, nil, err
	}
	var not resolved
	if s.Except != nil {
		if not, err = s.Except.resolve(p); err != nil {
			return nil, nil, err
		}
	}
	return s.ready(r, not)
}

func (s *Selection) ready(r, not resolved) (take, except *selector, err error) {
	if s.empty() {
		return nil, nil, &SelectionError{}
	}
	e := s.Except
	if e == nil {
		e = new(Selection)
	}
	if e.Except != nil || e.All {
		return nil, nil, fmt.Errorf("an exception cannot be all, or have exceptions")
	}
	if take, err = newSelector(s, r, ""); err != nil {
		return nil, nil, err
	}
	except, err = newSelector(e, not, "except-")
	return take, except, err
}

// chooser is the one pass over a plan that selects.
type chooser struct {
	*Selected
	header    *Header
	overrides Overrides
	effects   []Effect
	held      int64

	account  *Account
	isHeld   bool
	mine     bool // the account selectors have it
	counted  int64
	chosen   int64
	tally    Tally
	added    map[string]bool // directories whose add is selected
	last     Step            // without entry before the first
	lastTook bool
	verdicts []Verdict
	within   bool      // leave out what does not fit
	breach   []Verdict // the first that did not
	later    []use     // the waves after this one
	never    int64
}

func choose(p *Plan, take, except *selector, o Overrides, effects []Effect) (*Selected, error) {
	c := newChooser(&p.Header, take, except, o, effects)
	if err := c.pass(p); err != nil {
		return nil, err
	}
	return c.finish()
}

func newChooser(h *Header, take, except *selector, o Overrides, effects []Effect) *chooser {
	return &chooser{
		Selected: &Selected{take: take, except: except, accounts: make(map[string]bool)},
		header:   h, overrides: o, effects: effects,
	}
}

func (c *chooser) pass(p *Plan) error {
	for r, err := range p.Records() {
		if err == nil {
			err = c.record(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *chooser) record(r Record) error {
	switch {
	case r.Account != nil:
		c.end()
		c.begin(r.Account)
	case r.Block != nil:
		return c.block(r.Block)
	}
	return nil
}

func (c *chooser) begin(a *Account) {
	c.account, c.isHeld = a, !c.overrides.lifts(a)
	if c.isHeld {
		c.held++
	}
	c.take.sawAccount(a, c.isHeld)
	c.except.sawAccount(a, c.isHeld)
	c.mine = !c.isHeld && (len(c.take.accounts) == 0 || c.take.account(a.Name)) && !c.except.account(a.Name)
	c.counted, c.chosen, c.tally, c.added, c.last = 0, 0, Tally{}, nil, Step{}
}

func (c *chooser) block(b *Block) error {
	for i := range b.Entries {
		e := &b.Entries[i]
		t := Step{Account: c.account, Block: b, Entry: e, Change: &b.Changes[e.Change]}
		c.take.sawStep(t, c.isHeld)
		c.except.sawStep(t, c.isHeld)
		took := c.mine && c.step(t)
		if took {
			if err := c.checkNeeds(t); err != nil {
				return err
			}
			c.chosen++
			c.tally.count(t.Change, 1, e.Inside)
		}
		c.counted++
		c.last, c.lastTook = t, took
	}
	return nil
}

// checkNeeds sees to it that a directory is there before what goes into it, and
// that a place is free before it is taken. Both come earlier in a plan's order.
func (c *chooser) checkNeeds(t Step) error {
	if t.Change.Action != Add {
		return nil
	}
	if !t.Block.Needs.IsZero() && !c.added[t.Block.Dir] {
		return &NeedsError{Account: c.account.Name, Path: t.Path(), Needs: t.Block.Dir}
	}
	if c.last.Entry != nil && !c.lastTook && t.SamePath(c.last) {
		return &NeedsError{Account: c.account.Name, Path: t.Path(), Needs: t.Path(), Removes: true}
	}
	if t.Change.After.Type == Directory {
		if c.added == nil {
			c.added = make(map[string]bool)
		}
		c.added[t.Path()] = true
	}
	return nil
}

func (c *chooser) end() {
	a := c.account
	if a == nil || c.chosen == 0 {
		return
	}
	effect := Effect{a.Name, a.AccessBroken, a.Access, a.Checks}
	if c.chosen < c.counted {
		effect = c.effect(a)
	}
	broken := effect.AccessBroken
	verdicts := judgeAccount(c.header.Limits, a, &use{tally: c.tally, broken: broken, access: effect.Access, checks: effect.Checks}, c.overrides)
	if c.within && !c.fits(broken, verdicts) {
		return
	}
	c.accounts[a.Name] = true
	c.Accounts++
	c.Steps += c.chosen
	c.Tally.add(c.tally)
	c.AccessBroken += broken
	for _, v := range verdicts {
		if v.Exceeded || v.Override != nil {
			c.verdicts = append(c.verdicts, v)
		}
	}
}

// effect is that of a part of the account. Without expectations there is
// nothing to break.
func (c *chooser) effect(a *Account) (none Effect) {
	if len(a.Access)+len(a.Checks) == 0 {
		return none
	}
	c.Split = append(c.Split, a.Name)
	i := slices.IndexFunc(c.effects, func(e Effect) bool { return e.Account == a.Name })
	if i < 0 {
		return none
	}
	return c.effects[i]
}

func (c *chooser) finish() (*Selected, error) {
	c.end()
	if err := c.take.idle(); err != nil {
		return nil, err
	}
	if err := c.except.idle(); err != nil {
		return nil, err
	}
	h := c.header
	if c.Steps == 0 {
		// Where every account is held, that is what is wrong.
		if err := exceeded(judgeRun(h.Limits, h.Inventory, &use{held: c.held}, c.overrides)); err != nil {
			return nil, err
		}
		return nil, &SelectionError{}
	}
	c.Limits = append(judgeRun(h.Limits, h.Inventory, &use{accounts: c.Accounts, held: c.held, broken: c.AccessBroken, tally: c.Tally}, c.overrides), c.verdicts...)
	return c.Selected, c.overrides.check(c.Limits)
}

// unjudged are the split accounts without an effect.
func (s *Selected) unjudged(effects []Effect) error {
	var names []string
	for _, name := range s.Split {
		if !slices.ContainsFunc(effects, func(e Effect) bool { return e.Account == name }) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	return &SplitError{names}
}
