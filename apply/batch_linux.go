package apply

// execute carries out a batch and records what became of it.
func (r *run) execute(b *batch) {
	defer b.account.finished()
	if r.stopped() == "" {
		b.account.open()
	}
	outcomes := make([]outcome, len(b.steps))
	if all, ok := r.verdict(b.account); ok {
		for i := range outcomes {
			outcomes[i] = all
		}
		r.settle(b, outcomes)
		return
	}
	w := &walker{run: r, account: b.account, threads: r.threads}
	defer w.close()
	for i := range b.steps {
		if r.options.Pace != nil {
			r.options.Pace()
		}
		outcomes[i] = w.step(&b.steps[i])
	}
	// Afterwards: another worker may sync and forget all filesystems meanwhile.
	if err := r.touch(b.account); err != nil {
		r.abort(err)
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
