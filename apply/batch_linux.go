package apply

import (
	"fmt"

	"rightful/plan"
)

// batch is a part of one account's steps: what one intent covers, and what one
// worker takes at a time.
type batch struct {
	account *account
	steps   []plan.Step
	paths   int // bytes of the steps' directories
	// waits is set where a step depends on one of an earlier batch.
	waits bool
}

// maxBatch is how many steps one fsync of the journal pays for, if the paths of
// their directories are no more than maxPaths bytes: a customer can make long ones.
const (
	maxBatch = 4096
	maxPaths = 2 << 20
)

// dispatch reads the plan and hands out the approved steps. Batches of one
// account run side by side: no step depends on another but where it says so.
func (r *run) dispatch(batches chan<- *batch) {
	var b *batch
	send := func(next *account) {
		if b != nil {
			b.account.send(b, batches)
			if b.account != next {
				b.account.release()
			}
		}
		b = nil
	}
	defer func() { send(nil) }()
	for s, err := range r.options.Plan.Steps() {
		if err != nil {
			r.abort(fmt.Errorf("read the plan: %w", err))
			return
		}
		if !r.selected.Has(s) {
			continue
		}
		switch {
		case b == nil || b.account.plan.Name != s.Account.Name:
			send(nil)
			b = &batch{account: r.enter(s.Account)}
		case b.full() && b.ends(&s):
			last := b.account
			send(last)
			b = &batch{account: last}
		}
		b.waits = b.waits || !s.Block.Needs.IsZero()
		b.add(s)
	}
}

func (b *batch) full() bool { return len(b.steps) >= maxBatch || b.paths >= maxPaths }

func (b *batch) add(s plan.Step) {
	if n := len(b.steps); n == 0 || b.steps[n-1].Block != s.Block {
		b.paths += len(s.Block.Dir)
	}
	b.steps = append(b.steps, s)
}

// ends reports whether the batch can be cut before s: not inside a block, and
// not between a removal and what is added in its place.
func (b *batch) ends(s *plan.Step) bool {
	last := &b.steps[len(b.steps)-1]
	return last.Block != s.Block && !last.SamePath(*s)
}

// execute carries out a batch and records what became of it.
func (r *run) execute(b *batch) {
	defer b.account.finished()
	outcomes := make([]outcome, len(b.steps))
	if all, ok := r.verdict(b.account); ok {
		for i := range outcomes {
			outcomes[i] = all
		}
		r.settle(b, outcomes)
		return
	}
	if err := r.intend(b); err != nil {
		r.abort(err)
	}
	w := &walker{run: r, account: b.account}
	defer w.close()
	for i := range b.steps {
		if r.options.Pace != nil {
			r.options.Pace()
		}
		outcomes[i] = w.step(&b.steps[i])
	}
	r.settle(b, outcomes)
}

// verdict is the one outcome of all further steps of an account, if there is
// such.
func (r *run) verdict(a *account) (outcome, bool) {
	if why := r.stopped(); why != "" {
		return outcome{NotReached, why}, true
	}
	if why := a.held.Load(); why != nil {
		return outcome{NotReached, "held: " + *why}, true
	}
	return a.verdict, a.verdict.result != 0
}

// intend has the steps of a batch in the journal, on disk, before any of them
// is touched.
func (r *run) intend(b *batch) error {
	in := &intent{Account: b.account.plan.Name}
	for i := range b.steps {
		in.Steps = appendSpan(in.Steps, b.steps[i].Number)
	}
	if err := r.journal.write(record{Intent: in}, true); err != nil {
		return err
	}
	return r.touch(b.account)
}

// settle records the outcomes of a batch.
func (r *run) settle(b *batch, outcomes []outcome) {
	rec := &results{Account: b.account.plan.Name}
	var counts Counts
	for i, o := range outcomes {
		rec.Results = appendResult(rec.Results, b.steps[i].Number, o)
		counts[o.result]++
	}
	if err := r.journal.write(record{Results: rec}, false); err != nil {
		r.abort(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Counts.add(counts)
	r.report.Accounts[b.account.index].Counts.add(counts)
	for i, o := range outcomes {
		if o.result == Done || o.result == AlreadyRight || len(r.report.NotDone) >= MaxNotDone {
			continue
		}
		s := &b.steps[i]
		r.report.NotDone = append(r.report.NotDone, NotDone{s.Number, b.account.plan.Name, s.Path(), o.result, o.reason})
	}
	if r.options.Progress != nil {
		r.options.Progress(Event{b.account.plan.Name, r.report.Counts, r.selected.Steps})
	}
}
