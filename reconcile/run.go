package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/internal/access"
	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// Options says what to compare with what.
type Options struct {
	Policy *spec.Policy
	Day    spec.Day // for exceptions
	Tree   Tree
	Files  Files
	Users  *userdb.DB // who is who
	Passwd *userdb.DB // the passwd file alone, for sources of that kind
	// Caller is who looks, or looked where Tree is a record; nil is this process.
	Caller *uint32

	// Ceiling is what the host expects, whatever the policy says. Its limits
	// are in Header.
	Ceiling spec.Ceiling

	Accounts []string // globs that narrow the walk; the inventory stays whole
	Paths    []string
	// Chosen says which steps to reckon with; nil is all. What is not chosen is
	// left as it is, and so is who can reach it.
	Chosen func(plan.ID) bool
	// Seen is told of each account when its walk is over; may be nil.
	Seen func(plan.Account)
	// Decided is told which lines of policy had the last word on some attribute
	// of an entry, or of one that is missing; may be nil. It is called for each
	// entry, from all workers.
	Decided func(spec.Pos)

	// Header is what the caller knows of the plan's: all but the inventory
	// and the names.
	Header  plan.Header
	Budget  Budget
	Workers int
	Spool   string // where drafts that outgrow memory go; "" is the default
	// Pace is called before some entries are looked at, and may take its time;
	// nil is full speed.
	Pace     func(entries int)
	Progress *Progress
}

// Progress counts while a run goes on. It may be read at any time.
type Progress struct {
	Entries  atomic.Int64
	Accounts atomic.Int64 // that are done
	Selected atomic.Int64 // accounts, once they are known
}

// run is one comparison.
type run struct {
	Options
	self      uint32
	inventory *inventory
	narrow    *matcher
	open      atomic.Int64
	staying   staying
	threads   *fsys.Threads
	wanted    wantedNames

	mu         sync.Mutex
	identities map[string]access.Identity // by user

	strangersOnce sync.Once
	strangersErr  error
	everybody     *access.Strangers
}

// Run compares every account with the policy and writes the plan to out, which
// the caller makes a file of or throws away. The plan's limits are judged, not
// enforced: that is for who approves it. Run never changes anything. The plan's
// records are to be had by [plan.Plan.From].
func Run(ctx context.Context, out io.Writer, o Options) (*plan.Plan, error) {
	r := newRun(o)
	if err := r.prepare(); err != nil {
		return nil, err
	}
	selected, err := r.selectAccounts()
	if err != nil {
		return nil, err
	}
	r.Progress.Selected.Store(int64(len(selected)))
	writer, err := plan.NewWriter(out, r.header())
	if err != nil {
		return nil, err
	}
	walks := make([]*walk, len(selected))
	for i, a := range selected {
		walks[i] = &walk{binding: &binding{account: a}, reached: map[int]bool{}}
	}
	if err := r.walkAll(ctx, writer, walks); err != nil {
		return nil, err
	}
	return writer.Close()
}

// prepare takes the inventory and binds every account once: an unknown name is
// found before the first directory is opened.
func (r *run) prepare() (err error) {
	r.wanted = wantedNames{map[string]uint32{}, map[string]uint32{}}
	if r.inventory, err = r.takeInventory(); err != nil {
		return err
	}
	if len(r.Paths) > 0 {
		if r.narrow, err = newMatcher([][]string{r.Paths}, countLines); err != nil {
			return fmt.Errorf("-path %w", err)
		}
	}
	var unknown []error
	for _, a := range r.inventory.accounts {
		_, err := r.bind(a)
		var bad *spec.BindError
		var name *UnknownNameError
		switch {
		case errors.As(err, &bad):
			a.hold(heldBadPath, "%v", bad)
		case errors.As(err, &name):
			unknown = appendNew(unknown, err)
		case err != nil:
			return err
		}
	}
	return errors.Join(unknown...)
}

func countLines(lines []int) *wants { return &wants{managed: len(lines) > 0} }

func appendNew(list []error, err error) []error {
	if slices.ContainsFunc(list, func(e error) bool { return e.Error() == err.Error() }) {
		return list
	}
	return append(list, err)
}

// selectAccounts is the accounts that -account names. A glob that names none
// is a mistake.
func (r *run) selectAccounts() ([]*account, error) {
	if len(r.Accounts) == 0 {
		return r.inventory.accounts, nil
	}
	used := map[string]bool{}
	selected := slices.DeleteFunc(slices.Clone(r.inventory.accounts), func(a *account) bool {
		hit := false
		for _, glob := range r.Accounts {
			if ok, _ := doublestar.Match(glob, a.spec.Name); ok {
				used[glob], hit = true, true
			}
		}
		return !hit
	})
	for _, glob := range r.Accounts {
		if !used[glob] {
			return nil, fmt.Errorf("-account %s: no such account among the %d that the policy selects", plan.Quote(glob), len(r.inventory.accounts))
		}
	}
	return selected, nil
}

func (r *run) header() plan.Header {
	h := r.Header
	h.Accounts, h.Paths = r.Accounts, r.Paths
	h.Inventory = int64(len(r.inventory.accounts))
	h.Skipped = r.inventory.skipped
	h.Users, h.Groups = r.wanted.users, r.wanted.groups
	h.CannotSee = append(h.CannotSee, r.cannotSee()...)
	return h
}

// walkAll lets the workers loose and writes what they find in the order of the
// accounts.
func (r *run) walkAll(ctx context.Context, writer *plan.Writer, walks []*walk) error {
	pool := newPool(walks, r.Workers)
	defer context.AfterFunc(ctx, func() { pool.fail(context.Cause(ctx)) })()
	r.threads = fsys.NewThreads(r.Workers)
	defer r.threads.Close()
	var group sync.WaitGroup
	for range r.Workers {
		group.Go(func() { r.work(pool) })
	}
	for i, w := range walks {
		if !pool.await(w) {
			break
		}
		if err := writer.Account(w.record, w.draft); err != nil {
			pool.fail(err)
		}
		if r.Seen != nil {
			r.Seen(w.record)
		}
		w.draft.Close()
		w.close(r)
		pool.written(w)
		walks[i] = nil // the lines that were bound for it are thousands of bytes
		r.Progress.Accounts.Add(1)
	}
	group.Wait()
	for _, w := range pool.active {
		w.draft.Close()
		w.close(r)
	}
	return pool.err
}

// work takes tasks until there are none.
func (r *run) work(p *pool) {
	k := &worker{run: r, buf: make([]byte, 1<<16), images: fsys.NewACLImages(), numbers: map[*plan.Change]int{}}
	k.view.k = k
	defer k.view.close()
	for {
		w, t, begin, ok := p.next()
		if !ok {
			return
		}
		visit := k.visit
		if begin {
			visit = k.begin
		}
		found, err := visit(w, t)
		if p.done(w, found) && err == nil {
			err = w.finish()
			p.end(w)
		}
		if err != nil {
			p.fail(err)
		}
	}
}

// begin makes an account's walk ready and returns its first task.
func (k *worker) begin(w *walk, _ task) ([]task, error) {
	a := w.account
	w.begun = time.Now()
	w.draft = plan.NewDraft(k.Spool)
	w.record = plan.Account{Name: a.spec.Name, UID: a.spec.UID, GID: a.spec.GID, Home: a.spec.Home, Profile: a.profile}
	if len(a.held) > 0 {
		return nil, nil
	}
	var err error
	if w.binding, err = k.bind(a); err != nil {
		return nil, err
	}
	for _, e := range w.expects.list {
		w.record.Access = append(w.record.Access, e.report)
	}
	w.causes = make([]plan.Causes, len(w.expects.list))
	k.sight.begin(len(w.expects.list))
	defer w.addSight(&k.sight)
	if err := k.beginChecks(w); err != nil {
		return nil, err
	}
	defer k.exam.flush()
	return w.start(k)
}

// finish completes the account's record once nobody works on it any more.
func (w *walk) finish() error {
	a := w.account
	if w.home != nil && !w.stopped.Load() {
		w.unreached()
	}
	for i := range w.record.Access {
		w.record.Access[i].Causes = w.causes[i].Worst()
	}
	w.found.rank(w.record.Checks)
	w.record.Held = a.held
	w.record.Entries, w.record.Managed = w.entries.Load(), w.managed.Load()
	w.record.Incomplete = w.unseen.Load() || len(a.held) > 0
	if len(a.held) > 0 {
		// What was found before the budget ran out is half a truth.
		w.record.Access, w.record.Checks, w.record.AccessBroken = nil, nil, 0
		w.draft.Close()
		w.draft = plan.NewDraft(a.run.Spool)
	}
	for _, p := range w.problems.all(w.record.Name) {
		if err := w.draft.Problem(p); err != nil {
			return err
		}
	}
	return w.ids.name(a.run, a.spec, &w.record)
}

// close releases what the walk holds, also of one that was cut short.
func (w *walk) close(r *run) {
	for _, t := range w.stack {
		r.release(t.base)
	}
	if w.home != nil {
		r.release(w.home)
	}
	if w.place != nil {
		w.place.Close()
	}
}
