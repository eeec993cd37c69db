package reconcile

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Budget is how much of a run one account may take. Over it, the account is held.
type Budget struct {
	Entries  int64
	Depth    int
	Problems int64
	Time     time.Duration
}

// DefaultBudget is generous: an account that needs more is a case for its admin.
func DefaultBudget() Budget {
	return Budget{Entries: 20_000_000, Depth: 4096, Problems: 1_000_000, Time: time.Hour}
}

// problemList is an account's problems: the first thousand of each kind, and
// how many there are.
type problemList struct {
	mu     sync.Mutex
	named  []plan.Problem
	byKind map[plan.ProblemKind]int64
	total  int64
}

const maxNamed = 1000

// problem notes one problem.
func (w *walk) problem(path string, kind plan.ProblemKind, message string) {
	l := &w.problems
	l.mu.Lock()
	if l.byKind == nil {
		l.byKind = map[plan.ProblemKind]int64{}
	}
	l.byKind[kind]++
	if l.byKind[kind] <= maxNamed {
		l.named = append(l.named, plan.Problem{Account: w.record.Name, Path: path, Kind: kind, Message: message})
	}
	l.total++
	total := l.total
	l.mu.Unlock()
	if budget := w.account.run.Budget.Problems; total > budget {
		w.stop("budget.problems", "more than %d problems", budget)
	}
}

// all is the named problems, and one for those of each kind that are not.
func (l *problemList) all(account string) []plan.Problem {
	for kind, n := range l.byKind {
		if rest := n - maxNamed; rest > 0 {
			l.named = append(l.named, plan.Problem{
				Account: account, Kind: kind, Count: rest, Message: fmt.Sprintf("and %d more", rest),
			})
		}
	}
	return l.named
}

// stop holds the account and drops what is left of its walk.
func (w *walk) stop(reason, format string, args ...any) {
	if w.stopped.CompareAndSwap(false, true) {
		w.account.hold(reason, format, args...)
	}
}

// errStopped ends a listing whose account is over a budget.
var errStopped = errors.New("over a budget")

// overEntries reports whether more entries of the directory in hand would pass
// the budget.
func (w *walk) overEntries(here int64) bool {
	if budget := w.account.run.Budget.Entries; w.entries.Load()+here > budget {
		w.stop("budget.entries", "more than %d entries", budget)
	}
	return w.stopped.Load()
}

// overShape bounds what the tree's own names may cost: each directory that
// waits, and each that has a step or a problem, is kept by its path.
func (w *walk) overShape(depth int, path string) {
	if budget := w.account.run.Budget.Depth; depth > budget {
		w.stop("budget.depth", "deeper than %d directories", budget)
	}
	if w.paths.Add(int64(len(path))) > maxPaths {
		w.stop("budget.paths", "the paths of its directories are longer than %d MiB together", maxPaths>>20)
	}
	if len(path) > plan.MaxDir {
		w.stop("budget.paths", "a path is longer than %d MiB", plan.MaxDir>>20)
	}
}

// maxPaths is a million directories with paths of 250 bytes.
const maxPaths = 250 << 20

func (w *walk) overTime() bool {
	if budget := w.account.run.Budget.Time; time.Since(w.begun) > budget {
		w.stop("budget.time", "looked at it for more than %v", budget)
	}
	return w.stopped.Load()
}

// cannotOpen says why a directory was not listed.
func (w *walk) cannotOpen(t *task, err error) {
	switch {
	case t.path == ".":
		w.stop(heldUnreadable, "%v", err)
	case fsys.CrossesMount(err):
		w.problem(t.path, plan.MountInside, "something is mounted here")
	default:
		w.unreadable(t, t.path, "open", err)
	}
}

// cannotLook says why a listed name could not be looked at. One that has gone
// is nothing to speak of.
func (w *walk) cannotLook(t *task, name string, err error) {
	if !errors.Is(err, os.ErrNotExist) {
		w.unreadable(t, t.join(name), "look", err)
	}
}

// unreadable notes what could not be seen, unless nobody asked for it. What
// changed under the walk, the next plan sees.
func (w *walk) unreadable(t *task, path, what string, err error) {
	switch {
	case t.alone:
	case fsys.Raced(err) || fsys.CrossesMount(err):
		w.problem(path, plan.Vanished, "changed while it was looked at")
	default:
		w.unseen.Store(true)
		w.problem(path, plan.Unreadable, what+": "+cause(err))
	}
}

// cause is an error without the path that the problem names anyway.
func cause(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
