package apply

import (
	"fmt"

	"rightful/plan"
)

// load is the batches that one fsync of the journal pays for, of one account or
// of many.
type load struct {
	batches []*batch
	steps   []plan.Step // of all of them, in order
	bytes   int         // that the steps keep in memory, of what a customer can make large
}

// batch is a part of one account's steps: what one worker takes at a time.
type batch struct {
	account *account
	steps   []plan.Step
	// waits is set where a step depends on one of an earlier batch.
	waits bool
}

const (
	// maxLoad is how many steps a load has, give or take a batch.
	maxLoad = 8192
	// maxBatch is how many of them are one batch.
	maxBatch = 2048
	// maxBatches keeps loads of accounts with a step or two small, and maxBytes
	// those of contents, long paths and ACLs.
	maxBatches = 512
	maxBytes   = 2 << 20
)

// dispatcher makes loads of the approved steps.
type dispatcher struct {
	run   *run
	loads chan<- *load
	load  *load
	batch *batch // the last one
}

// dispatch reads the plan and hands on the approved steps. While one load is
// worked on the next one is read, and has its intents written.
func (r *run) dispatch(loads chan<- *load) {
	d := &dispatcher{run: r, loads: loads}
	defer d.end()
	for s, err := range r.options.Plan.Steps() {
		if err != nil {
			r.abort(fmt.Errorf("read the plan: %w", err))
			return
		}
		if r.selected.Has(s) {
			d.add(&s)
		}
	}
}

func (d *dispatcher) add(s *plan.Step) {
	switch b := d.batch; {
	case b == nil:
		d.begin(d.run.enter(s.Account))
	case b.account.plan.Name != s.Account.Name:
		d.finish()
		b.account.release()
		d.begin(d.run.enter(s.Account))
	case (len(b.steps) >= maxBatch || d.load.bytes >= maxBytes) && b.ends(s):
		d.finish()
		d.begin(b.account)
	}
	b, l := d.batch, d.load
	b.waits = b.waits || !s.Block.Needs.IsZero()
	if n := len(l.steps); n == 0 || l.steps[n-1].Block != s.Block {
		l.bytes += held(s.Block)
	}
	l.steps = append(l.steps, *s)
	b.steps = l.steps[len(l.steps)-len(b.steps)-1:]
}

// held is about how many bytes a block keeps in memory beside its entries: its
// directory, and what its changes say of contents, which stand in the plan's line
// in base64, too, and of ACLs.
func held(b *plan.Block) int {
	n := len(b.Dir)
	for i := range b.Changes {
		c := &b.Changes[i]
		n += len(c.Before.Access) + len(c.Before.Default) + len(c.After.Access) + len(c.After.Default)
		if c.Content != nil {
			n += 3 * len(c.Content.Data)
		}
	}
	return n
}

// ends reports whether the batch can be cut before s: not inside a block, and
// not between a removal and what is added in its place.
func (b *batch) ends(s *plan.Step) bool {
	last := &b.steps[len(b.steps)-1]
	return last.Block != s.Block && !last.SamePath(*s)
}

// begin adds a batch to the load.
func (d *dispatcher) begin(a *account) {
	a.users.Add(1)
	if d.load == nil {
		d.load = &load{steps: make([]plan.Step, 0, maxLoad+maxBatch+plan.MaxBlock)}
	}
	d.batch = &batch{account: a}
	d.load.batches = append(d.load.batches, d.batch)
}

// finish hands the load on if it is large enough.
func (d *dispatcher) finish() {
	if l := d.load; len(l.steps) >= maxLoad || len(l.batches) >= maxBatches || l.bytes >= maxBytes {
		d.send()
	}
}

// send hands the load on when its intents are on disk.
func (d *dispatcher) send() {
	if d.run.stopped() == "" {
		if err := d.run.intend(d.load); err != nil {
			d.run.abort(err)
		}
	}
	d.loads <- d.load
	d.load = nil
}

func (d *dispatcher) end() {
	if d.batch != nil {
		d.send()
		d.batch.account.release()
	}
}

// intend has the steps of a load in the journal, on disk, before any of them is
// touched.
func (r *run) intend(l *load) error {
	for i, b := range l.batches {
		in := &intent{Account: b.account.plan.Name}
		for i := range b.steps {
			in.Steps = appendSpan(in.Steps, b.steps[i].Number)
		}
		if err := r.journal.write(record{Intent: in}, i+1 == len(l.batches)); err != nil {
			return err
		}
	}
	return nil
}

// handOut gives the batches of loads to whoever takes them.
func handOut(loads <-chan *load, batches chan<- *batch) {
	for l := range loads {
		for _, b := range l.batches {
			b.account.send(b, batches)
		}
	}
}
