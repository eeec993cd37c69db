package apply

import (
	"context"
	"fmt"
	"io"
	"iter"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Undo writes a plan that takes a run back. It looks at each entry that the run
// changed: what is still as the run left it gets a step back to what it was;
// what somebody changed since, and what cannot be taken back, is a problem. It
// changes nothing and believes no result of a run that was interrupted: there
// the state of each entry decides.
//
// It refuses a run of another host with a [*HostError], and one that is still
// going with a [*GoingError]. The plan's records are to be had by
// [plan.Plan.From].
func Undo(ctx context.Context, w io.Writer, o UndoOptions) (*plan.Plan, error) {
	root, err := o.openRoot()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	header, err := o.header()
	if err != nil {
		return nil, err
	}
	u := &undo{ctx: ctx, past: o.Run, root: root}
	if u.writer, err = plan.NewWriter(w, header); err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(u.steps())
	defer stop()
	u.ahead = lookahead{next: next}
	if err := u.write(); err != nil {
		return nil, err
	}
	return u.writer.Close()
}

// openRoot opens the run's root, if this is its host and it has ended.
func (o *UndoOptions) openRoot() (*fsys.Dir, error) {
	if h := o.Run.Plan.Header.Host; h != o.Host {
		return nil, &HostError{h, o.Host}
	}
	if err := fsys.CheckProc(); err != nil {
		return nil, err
	}
	holder, err := Holder(o.LockDir, o.Run.Plan.Header.Root)
	if err != nil {
		return nil, err
	}
	if holder != nil && holder.Run == o.Run.Journal.Run.ID {
		return nil, &GoingError{*holder}
	}
	return fsys.OpenRoot(o.Run.Plan.Header.Root)
}

// undo is one plan back under way.
type undo struct {
	ctx    context.Context
	past   *Past
	root   *fsys.Dir
	writer *plan.Writer
	ahead  lookahead
}

// steps are those at which the run may have changed something.
func (u *undo) steps() iter.Seq2[plan.Step, error] {
	return func(yield func(plan.Step, error) bool) {
		for s, err := range u.past.Plan.Steps() {
			if err == nil && !u.past.begun(s) {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

func (u *undo) write() error {
	var a *undoAccount
	defer func() {
		if a != nil {
			a.close()
		}
	}()
	for s, err := range u.steps() {
		if err == nil {
			err = u.ctx.Err()
		}
		if err == nil && (a == nil || a.record.Name != s.Account.Name) {
			a, err = u.turn(a, s.Account)
		}
		if err == nil {
			err = a.step(&s)
		}
		if err != nil {
			return err
		}
	}
	_, err := u.turn(a, nil)
	a = nil
	return err
}

// turn ends one account and begins another; either may be nil.
func (u *undo) turn(last *undoAccount, next *plan.Account) (*undoAccount, error) {
	if last != nil {
		defer last.close()
		if err := last.finish(); err != nil {
			return nil, err
		}
	}
	if next == nil {
		return nil, nil
	}
	added, err := u.ahead.account(next.Name)
	if err != nil {
		return nil, err
	}
	return u.enter(next, added), nil
}

// lookahead reads one account further than the reading that goes on: whether an
// added directory can go is known only with all that was added in it.
type lookahead struct {
	next func() (plan.Step, error, bool)
	step plan.Step // the first of the next account
	has  bool
}

// account is what the run added in an account, by path.
func (l *lookahead) account(name string) (map[string]*addition, error) {
	added := make(map[string]*addition)
	for {
		if !l.has {
			var err error
			if l.step, err, l.has = l.next(); err != nil || !l.has {
				return added, err
			}
		}
		if l.step.Account.Name != name {
			return added, nil
		}
		l.has = false
		if l.step.Change.Action == plan.Add {
			added[l.step.Path()] = newAddition(&l.step)
		}
	}
}

// enter opens an account. One that cannot be believed any more is held.
func (u *undo) enter(p *plan.Account, added map[string]*addition) *undoAccount {
	record := *p
	record.Held, record.Access, record.Checks, record.AccessBroken, record.Incomplete = nil, nil, nil, 0, false
	a := &undoAccount{
		undo: u, at: &account{plan: p}, record: record, added: added,
		draft: plan.NewDraft(""), problems: make(map[plan.ProblemKind]int64),
	}
	a.at.users.Store(1)
	a.walker = walker{account: a.at}
	if o := a.at.find(u.root); o.result != 0 {
		a.record.Held = []plan.Held{{Reason: "unreadable", Message: o.reason}}
	}
	return a
}

// undoAccount is one account whose steps back are being found.
type undoAccount struct {
	undo     *undo
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

// finish writes the account.
func (a *undoAccount) finish() error {
	if len(a.record.Held) > 0 {
		return a.undo.writer.Account(a.record, nil)
	}
	if err := a.settle(false); err != nil {
		return err
	}
	if err := a.block.flush(a); err != nil {
		return err
	}
	if err := a.foldedProblems(); err != nil {
		return err
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
