package plan

import (
	"cmp"
	"iter"
	"strings"
)

// pair is what two plans have at one place: an account, whose steps have no
// block, or a step each. The plan that has nothing there has no account in it.
type pair struct{ old, new Step }

// paired streams two plans side by side, each account before its steps. Both
// are in canonical order, so that nothing has to be remembered. Under replace:
// true a path has two steps, and the first of one plan meets the first of the
// other.
func paired(old, new *Plan) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		left, right := newCursor(old), newCursor(new)
		defer left.stop()
		defer right.stop()
		for left.ok || right.ok {
			if err := cmp.Or(left.err, right.err); err != nil {
				yield(pair{}, err)
				return
			}
			var p pair
			order := left.compare(right)
			if order <= 0 {
				p.old = left.take()
			}
			if order >= 0 {
				p.new = right.take()
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// cursor is where the reader of a plan stands.
type cursor struct {
	at   Step
	err  error
	ok   bool // at or err is something
	next func() (Step, error, bool)
	stop func()
}

func newCursor(p *Plan) *cursor {
	c := &cursor{}
	c.next, c.stop = iter.Pull2(p.places())
	c.take()
	return c
}

// take returns where the cursor stands, and moves on.
func (c *cursor) take() Step {
	at := c.at
	c.at, c.err, c.ok = c.next()
	return at
}

// compare is which cursor stands earlier; one at its end is behind all.
func (c *cursor) compare(d *cursor) int {
	if !c.ok || !d.ok {
		return cmp.Compare(truth(d.ok), truth(c.ok))
	}
	return comparePlaces(&c.at, &d.at)
}

func comparePlaces(a, b *Step) int {
	if order := strings.Compare(a.Account.Name, b.Account.Name); order != 0 {
		return order
	}
	if a.Block == nil || b.Block == nil {
		return cmp.Compare(truth(a.Block != nil), truth(b.Block != nil))
	}
	return cmp.Or(compareDirs(a.Block.Dir, b.Block.Dir), strings.Compare(a.Entry.Name, b.Entry.Name))
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// places streams the accounts, as steps without a block, each followed by its
// steps.
func (p *Plan) places() iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		var a *Account
		var number int64
		for r, err := range p.Records() {
			switch {
			case err != nil:
				yield(Step{}, err)
				return
			case r.Account != nil:
				a = r.Account
				if !yield(Step{Account: a}, nil) {
					return
				}
			case r.Block != nil:
				for i := range r.Block.Entries {
					e := &r.Block.Entries[i]
					if !yield(Step{number, a, r.Block, e, &r.Block.Changes[e.Change]}, nil) {
						return
					}
					number++
				}
			}
		}
	}
}
