package apply

import (
	"fmt"

	"rightful/internal/fsys"
	"rightful/plan"
)

// walker goes through the steps of one batch. It keeps the directory of the
// last step open for the next one, and some of those above it.
type walker struct {
	run     *run
	account *account
	threads *fsys.Threads          // nil where one goroutine works alone
	trail   *fsys.Trail[*fsys.Dir] // of the home, once a directory below was needed
	path    string
	dir     *fsys.Dir
	err     error
}

func (w *walker) close() {
	if w.trail != nil {
		w.trail.Close()
	}
	w.trail = nil
}

// open opens a directory below the home, which stays the walker's.
func (w *walker) open(path string) (*fsys.Dir, error) {
	if path == "." {
		return w.account.home, nil
	}
	if w.trail == nil {
		w.trail = fsys.NewTrail(w.account.home, trailLength())
	}
	if path != w.path {
		w.threads.Opened()
		w.path = path
		w.dir, w.err = w.trail.OpenDir(path)
	}
	return w.dir, w.err
}

// step carries out one step.
func (w *walker) step(s *plan.Step) outcome {
	if all, ok := w.run.verdict(w.account); ok {
		return all
	}
	o := w.change(s)
	switch {
	case o.result == Failed:
		w.run.hold(w.account, plan.Quote(s.Path())+": "+o.reason)
	case o.result == Stale && w.account.stale.Add(1) > w.account.mayBeStale():
		w.run.hold(w.account, fmt.Sprintf("more than %d stale steps: somebody is changing the account, or the plan is old", w.account.mayBeStale()))
	}
	return o
}

// mayBeStale is how many stale steps hold an account: a live site always has a
// few files that were replaced since the plan, and an attack has many.
func (a *account) mayBeStale() int64 { return max(fewStale, a.plan.Tally.Steps/100) }

const fewStale = 20

func (w *walker) change(s *plan.Step) outcome {
	if s.Change.Action == plan.Add {
		return w.add(s)
	}
	if w.account.home == nil {
		return outcome{Stale, "the home is gone"}
	}
	if s.Change.Action == plan.Remove {
		return w.remove(s)
	}
	return w.update(s)
}

// pin takes hold of a step's entry.
func (w *walker) pin(s *plan.Step) (*fsys.Pin, error) {
	if s.Block.Dir == "" {
		return w.account.home.PinSelf()
	}
	dir, err := w.open(s.Block.Dir)
	if err != nil {
		return nil, err
	}
	return dir.Pin(s.Entry.Name)
}
