package apply

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// account is one account whose steps are being carried out.
type account struct {
	run   *run
	plan  *plan.Account
	index int         // in the report
	place *fsys.Place // of the home; nil where the way there is barred
	// home is nil while there is none: it is added, or all steps are stale.
	home    *fsys.Dir
	mounted bool    // the home is the root of a mount
	verdict outcome // of all steps, if set
	opened  sync.Once
	held    atomic.Pointer[string]
	stale   atomic.Int64 // steps that were

	inHand sync.WaitGroup
	users  atomic.Int32

	mu         sync.Mutex
	workshop   *fsys.Dir
	quarantine *fsys.Dir
	added      map[plan.ID]plan.Identity
}

// enter begins an account, which its first batch opens.
func (r *run) enter(p *plan.Account) *account {
	a := &account{run: r, plan: p, added: make(map[plan.ID]plan.Identity)}
	a.users.Store(1)
	r.mu.Lock()
	a.index = len(r.report.Accounts)
	r.report.Accounts = append(r.report.Accounts, AccountReport{Name: p.Name, Access: plan.Expectations(p.Access, p.Checks)})
	r.mu.Unlock()
	return a
}

// open opens the account before its first step. Whatever is in the way becomes
// its verdict.
func (a *account) open() {
	a.opened.Do(func() { a.verdict = a.ready() })
}

func (a *account) ready() outcome {
	if err := a.run.options.checkAccount(a.plan); err != nil {
		return outcome{Refused, plan.Printable(err.Error())}
	}
	o := a.find(a.run.root)
	if o.result == 0 {
		a.run.making.Lock()
		defer a.run.making.Unlock()
		a.run.clearer.account(a)
	}
	return o
}

// find opens the home, or the folder for it, and checks that it is on the
// filesystem that was planned.
func (a *account) find(root *fsys.Dir) outcome {
	place, err := fsys.Descend(root, a.plan.Home, fsys.TrustRoot)
	if err != nil {
		return outcomeOf(err)
	}
	a.place = place
	if place.Unsafe != nil {
		return outcome{Refused, plan.Printable(place.Unsafe.Error())}
	}
	home, mounted, err := place.Open()
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return outcomeOf(err)
	}
	a.home, a.mounted = home, mounted
	now, err := a.filesystem()
	if err != nil {
		return outcomeOf(err)
	}
	if now != a.plan.Filesystem {
		return outcome{Stale, fmt.Sprintf("on filesystem %s, planned on %s", now, plan.Quote(a.plan.Filesystem))}
	}
	return outcome{}
}

// filesystem names what the account is on. The folder of a missing home is held
// by an O_PATH descriptor, which cannot be asked for it.
func (a *account) filesystem() (string, error) {
	dir, err := a.base().OpenDir(".")
	if err != nil {
		return "", err
	}
	defer dir.Close()
	return dir.Filesystem()
}

// base is the home, or the folder for it while it is missing.
func (a *account) base() *fsys.Dir {
	if a.home != nil {
		return a.home
	}
	return a.place.Parent
}

// send hands a batch to the workers, after those that it may depend on.
func (a *account) send(b *batch, batches chan<- *batch) {
	if b.waits {
		a.inHand.Wait()
	}
	a.inHand.Add(1)
	batches <- b
}

func (a *account) finished() {
	a.inHand.Done()
	a.release()
}

// release closes the account when nobody uses it any more.
func (a *account) release() {
	if a.users.Add(-1) > 0 {
		return
	}
	for _, dir := range []*fsys.Dir{a.home, a.workshop, a.quarantine} {
		if dir != nil {
			dir.Close()
		}
	}
	if a.place != nil {
		a.place.Close()
	}
}

// found remembers the directory that an add step made or met, for the steps
// that need it.
func (a *account) found(s *plan.Step, id plan.Identity) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.added[s.ID()] = id
}

func (a *account) foundBy(step plan.ID) (plan.Identity, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, ok := a.added[step]
	return id, ok
}

// outcomeOf is what an error on the way to an entry means: the tree is not what
// was planned, somebody else's directory is in the way, or it failed.
func outcomeOf(err error) outcome {
	var unsafe *fsys.UnsafeError
	reason := plan.Printable(err.Error())
	switch {
	case errors.As(err, &unsafe):
		return outcome{Refused, reason}
	case fsys.Raced(err), fsys.CrossesMount(err):
		return outcome{Stale, reason}
	}
	return outcome{Failed, reason}
}
