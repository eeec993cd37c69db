package apply

import (
	"fmt"

	"rightful/internal/fsys"
	"rightful/plan"
)

// undoAccount is one account whose steps back are being found.
type undoAccount struct {
	undo     *undo
	steps    chan []plan.Step // of the run
	found    chan struct{}    // closed when all has been found, or nothing more will be
	err      error            // why not all was found
	at       *account
	walker   walker
	record   plan.Account
	draft    *plan.Draft
	added    map[string]*addition
	problems map[plan.ProblemKind]int64
	block    *backBlock // of the directory at hand
	last     wayBack
	waiting  *restoration // whose place the next step may free
	bins     []*fsys.Dir  // the run's quarantine, once it was needed
	looked   bool         // for the bins
}

// enter opens an account. One that cannot be believed any more is held.
func (u *undo) enter(p *plan.Account, added map[string]*addition) *undoAccount {
	record := *p
	record.Held, record.Access, record.Checks, record.AccessBroken, record.Incomplete = nil, nil, nil, 0, false
	a := &undoAccount{
		undo: u, at: &account{plan: p}, record: record, added: added,
		steps: make(chan []plan.Step, 16), found: make(chan struct{}),
		draft: plan.NewDraft(""), problems: make(map[plan.ProblemKind]int64),
	}
	a.at.users.Store(1)
	a.walker = walker{account: a.at, threads: u.threads}
	if o := a.at.find(u.root); o.result != 0 {
		a.record.Held = []plan.Held{{Reason: "unreadable", Message: o.reason}}
	}
	return a
}

// take hands over steps. There may be no account, and then there are none.
func (a *undoAccount) take(batch []plan.Step) error {
	if len(batch) == 0 {
		return nil
	}
	return send(a.undo.ctx, a.steps, batch)
}

// handed says that there are no more.
func (a *undoAccount) handed() {
	if a != nil {
		close(a.steps)
	}
}

// find finds the steps back of all that it is given.
func (a *undoAccount) find() error {
	defer close(a.found)
	a.err = a.findAll()
	return a.err
}

func (a *undoAccount) findAll() error {
	for batch := range a.steps {
		for i := range batch {
			if err := a.step(&batch[i]); err != nil {
				return err
			}
		}
	}
	if err := a.undo.ctx.Err(); err != nil {
		return err
	}
	return a.finish()
}

// step finds the way back of one step.
func (a *undoAccount) step(s *plan.Step) error {
	switch {
	case len(a.record.Held) > 0:
		return nil
	case s.Change.Action == plan.Add:
		return a.unadd(s)
	}
	if err := a.settle(false); err != nil {
		return err
	}
	switch {
	case s.Change.Action == plan.Remove:
		return a.unremove(s)
	case a.at.home == nil:
		return a.problem(s.Path(), plan.ChangedSince, "the home is gone")
	}
	return a.unchange(s)
}

// finish ends what is found.
func (a *undoAccount) finish() error {
	if len(a.record.Held) > 0 {
		return nil
	}
	if err := a.settle(false); err != nil {
		return err
	}
	if err := a.block.flush(a); err != nil {
		return err
	}
	return a.foldedProblems()
}

// write writes what was found.
func (a *undoAccount) write() error {
	if a.err != nil {
		return a.err
	}
	if len(a.record.Held) > 0 {
		return a.undo.writer.Account(a.record, nil)
	}
	return a.undo.writer.Account(a.record, a.draft)
}

func (a *undoAccount) close() {
	a.walker.close()
	closeAll(a.bins)
	a.at.release()
	_ = a.draft.Close() // a file without a name
}

// maxProblems of one kind in one account are named; the rest is counted.
const maxProblems = 1000

func (a *undoAccount) problem(path string, kind plan.ProblemKind, format string, args ...any) error {
	if a.problems[kind]++; a.problems[kind] > maxProblems {
		return nil
	}
	return a.draft.Problem(plan.Problem{Account: a.record.Name, Path: path, Kind: kind, Message: fmt.Sprintf(format, args...)})
}

func (a *undoAccount) foldedProblems() error {
	for kind, n := range a.problems {
		if n <= maxProblems {
			continue
		}
		p := plan.Problem{Account: a.record.Name, Kind: kind, Message: "and more of these", Count: n - maxProblems}
		if err := a.draft.Problem(p); err != nil {
			return err
		}
	}
	return nil
}
