package apply

import (
	"rightful/plan"
)

// backBlock is the steps back in one directory, as they are found.
type backBlock struct {
	plan.Block
	known map[backKey]int
}

// backKey is all in which two steps back of one directory can differ.
type backKey struct {
	of            *plan.Change // the step of the run
	before, after plan.State
	oneWay        bool
}

// emit adds a step back. Names come in order.
func (a *undoAccount) emit(dir string, e plan.Entry, back plan.Change, of *plan.Change, parent plan.Identity) error {
	b := a.block
	if b == nil || b.Dir != dir || b.full(e.Name) {
		if err := b.flush(a); err != nil {
			return err
		}
		b = &backBlock{Block: plan.Block{Account: a.record.Name, Dir: dir}, known: make(map[backKey]int)}
		a.block = b
	}
	if back.Action == plan.Add {
		b.Parent = parent
	}
	key := backKey{of, back.Before, back.After, back.OneWay}
	i, ok := b.known[key]
	if !ok {
		i = len(b.Changes)
		b.known[key] = i
		b.Changes = append(b.Changes, back)
	}
	e.Change = i
	b.Entries = append(b.Entries, e)
	return nil
}

// full is true where a block can end: not between a removal and what takes its
// place.
func (b *backBlock) full(next string) bool {
	n := len(b.Entries)
	return n >= plan.MaxBlock && b.Entries[n-1].Name != next
}

func (b *backBlock) flush(a *undoAccount) error {
	a.block = nil
	if b == nil {
		return nil
	}
	return a.draft.Add(&b.Block)
}

// wayBack is a change back and the step of the run that it takes back.
type wayBack struct {
	of     *plan.Change
	change plan.Change
}

// back is the way from have to want, in the name of the lines that wanted the
// change that it undoes. Neighbours mostly have the same.
func (a *undoAccount) back(have, want plan.State, of *plan.Change) plan.Change {
	if last := &a.last; last.of != of || last.change.Before != have || last.change.After != want {
		*last = wayBack{of, a.newBack(have, want, of)}
	}
	return a.last.change
}

func (a *undoAccount) newBack(have, want plan.State, of *plan.Change) plan.Change {
	ch := plan.Change{Action: plan.Update, Rules: of.Rules, Before: have, After: want}
	switch {
	case have.Type == 0:
		ch.Action = plan.Add
	case want.Type == 0:
		ch.Action = plan.Remove
	}
	take := ch.Action == plan.Update && have.UID != want.UID && have.UID != a.record.UID
	ch.Classes = plan.Classify(have, want, take)
	return ch
}
