package apply

import (
	"context"
	"io"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"

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
	n := min(runtime.GOMAXPROCS(0), mayWork())
	together, ctx := errgroup.WithContext(ctx)
	u := &undo{
		ctx: ctx, together: together, threads: fsys.NewThreads(n), past: o.Run, root: root,
		additions: make(chan map[string]*addition), accounts: make(chan *undoAccount, n-1),
	}
	defer u.threads.Close()
	if u.writer, err = plan.NewWriter(w, header); err != nil {
		return nil, err
	}
	together.Go(u.lookAhead)
	together.Go(u.handOut)
	together.Go(u.write)
	if err := together.Wait(); err != nil {
		for a := range u.accounts {
			a.close()
		}
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

// undo is one plan back under way: one goroutine looks ahead, one hands out the
// steps of the run, one for each of a few accounts finds the steps back, and one
// writes the accounts in their order.
type undo struct {
	ctx       context.Context
	together  *errgroup.Group
	threads   *fsys.Threads
	past      *Past
	root      *fsys.Dir
	writer    *plan.Writer
	additions chan map[string]*addition
	accounts  chan *undoAccount // under way; who receives one closes it
}

// steps are those at which the run may have changed something.
func (u *undo) steps() iter.Seq2[plan.Step, error] {
	return func(yield func(plan.Step, error) bool) {
		for s, err := range u.past.Plan.Steps() {
			if err == nil {
				err = u.ctx.Err()
			}
			if err == nil && !u.past.begun(s) {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// lookAhead sends what the run added in each account, by path: whether an added
// directory can go is known only with all that was added in it.
func (u *undo) lookAhead() error {
	var of string
	var added map[string]*addition
	for s, err := range u.steps() {
		if err == nil && (added == nil || of != s.Account.Name) {
			err = u.sendAdded(added)
			of, added = s.Account.Name, make(map[string]*addition)
		}
		if err != nil {
			return err
		}
		if s.Change.Action == plan.Add {
			added[s.Path()] = newAddition(&s)
		}
	}
	return u.sendAdded(added)
}

func (u *undo) sendAdded(added map[string]*addition) error {
	if added == nil {
		return nil
	}
	return send(u.ctx, u.additions, added)
}

// send is for what somebody takes, unless all is over.
func send[T any](ctx context.Context, to chan<- T, value T) error {
	select {
	case to <- value:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxAtOnce is how many steps are handed over at a time.
const maxAtOnce = 256

// handOut gives each account its steps.
func (u *undo) handOut() error {
	defer close(u.accounts)
	var a *undoAccount
	defer func() { a.handed() }()
	var batch []plan.Step
	for s, err := range u.steps() {
		if err == nil && (a == nil || a.record.Name != s.Account.Name) {
			err = a.take(batch)
			a.handed()
			a, batch = nil, nil
			if err == nil {
				a, err = u.begin(s.Account)
			}
		}
		if err == nil && len(batch) == maxAtOnce {
			err = a.take(batch)
			batch = nil
		}
		if err != nil {
			return err
		}
		batch = append(batch, s)
	}
	return a.take(batch)
}

// begin has steps of an account found.
func (u *undo) begin(p *plan.Account) (*undoAccount, error) {
	var added map[string]*addition
	select {
	case added = <-u.additions:
	case <-u.ctx.Done():
		return nil, u.ctx.Err()
	}
	a := u.enter(p, added)
	if err := send(u.ctx, u.accounts, a); err != nil {
		a.close()
		return nil, err
	}
	u.together.Go(a.find)
	return a, nil
}

func (u *undo) write() error {
	for a := range u.accounts {
		<-a.found
		err := a.write()
		a.close()
		if err != nil {
			return err
		}
	}
	return nil
}
