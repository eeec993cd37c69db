package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"rightful/internal/fsys"
	"rightful/plan"
)

// run is one apply in progress.
type run struct {
	*runDir
	options     Options
	root        *fsys.Dir
	descriptors *fsys.Descriptors
	threads     *fsys.Threads
	calls       calls
	selected    *plan.Selected
	kin         kin
	maxHeld     int64
	earlier     []*Journal // runs of the same plan that may have left steps half done
	clearer     clearer    // of what interrupted runs left

	ctx    context.Context
	cancel context.CancelCauseFunc

	making sync.Mutex // the workshops: accounts share them

	mu      sync.Mutex
	report  Report
	held    int64
	touched map[string]*fsys.Dir // by filesystem, for one syncfs each
	err     error                // the run's own failure: journal, plan, sync
}

// Run carries out the approved steps of a plan. When ctx is cancelled it
// finishes the steps in hand and reports the rest as not reached.
//
// Before the first change it refuses with a [*LockedError], [*HostError],
// [*MovedError] or what [plan.Approval.Check] says; the report is nil then. An
// error beside a report means that the run's own record is not whole, and that
// it counts as interrupted.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.try == nil {
		o.try = retry
	}
	// Without it modes may be beyond reach and ACLs out of sight.
	descriptors, err := fsys.OpenDescriptors()
	if err != nil {
		return nil, err
	}
	defer descriptors.Close()
	root, err := fsys.OpenRoot(o.Plan.Header.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	lock, err := acquire(o.LockDir, root, newHolder(o.By, o.Plan, o.Now()))
	if err != nil {
		return nil, err
	}
	defer lock.release()
	r, err := begin(&o, root)
	if err != nil {
		return nil, err
	}
	r.descriptors = descriptors
	defer r.journal.close()
	if err := lock.setRun(r.id); err != nil {
		return nil, err
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	r.work()
	return r.finish()
}

// begin checks all that can be checked before the first change, and has the
// run on disk.
func begin(o *Options, root *fsys.Dir) (*run, error) {
	if err := o.checkHost(); err != nil {
		return nil, err
	}
	started := o.Now().UTC()
	selected, err := o.Approval.Check(o.Plan, started)
	if err != nil {
		return nil, err
	}
	earlier, interrupted, err := unsettled(o)
	if err != nil {
		return nil, err
	}
	dir, err := createRun(o, started)
	if err != nil {
		return nil, err
	}
	return &run{
		runDir: dir, options: *o, root: root, calls: calls{o.try}, selected: selected, earlier: earlier,
		kin: newKin(o), maxHeld: maxHeld(selected), touched: make(map[string]*fsys.Dir),
		report:  Report{Run: dir.id, Started: started},
		clearer: clearer{calls: calls{o.try}, of: interrupted, seen: make(map[string]bool)},
	}, nil
}

// unsettled are the journals of earlier runs of the same plan, and the names of
// those of the same root that were interrupted. The lock says that none of those
// is still being written, so that what a crash tore off is put aside.
func unsettled(o *Options) (found []*Journal, interrupted map[string]bool, err error) {
	interrupted = make(map[string]bool)
	var torn error
	err = eachJournal(o.StateDir, func(j *Journal) {
		if j.Run.Plan == o.Plan.Digest && (j.Run.Interrupted || j.Run.Results[Failed] > 0) {
			found = append(found, j)
		}
		if j.Run.Interrupted && j.Run.Root == o.Plan.Header.Root {
			interrupted[j.Run.ID] = true
			if j.Run.Err == nil && j.Torn > 0 {
				torn = errors.Join(torn, Repair(j.Run.Dir))
			}
		}
	})
	return found, interrupted, errors.Join(err, torn)
}

// halfDone reports whether an earlier run may have left a step half done.
func (r *run) halfDone(step int64) bool {
	return slices.ContainsFunc(r.earlier, func(j *Journal) bool { return j.Unsettled(step) })
}

// work hands batches to workers.
func (r *run) work() {
	n := r.options.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	if os.Geteuid() != 0 {
		n = 1
	}
	n = min(n, mayWork())
	r.threads = fsys.NewThreads(n)
	defer r.threads.Close()
	loads, batches := make(chan *load), make(chan *batch)
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			for b := range batches {
				r.execute(b)
			}
		})
	}
	workers.Go(func() {
		handOut(loads, batches)
		close(batches)
	})
	r.dispatch(loads)
	close(loads)
	workers.Wait()
}

// abort stops the run for a failure of its own.
func (r *run) abort(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	r.cancel(err)
}

// stopped is why the whole run goes no further, or empty.
func (r *run) stopped() string {
	if r.ctx.Err() == nil {
		return "" // without the lock that a cause is behind
	}
	switch cause := context.Cause(r.ctx); {
	case errors.Is(cause, context.Canceled):
		return "interrupted"
	default:
		return plan.Printable(cause.Error())
	}
}

// hold ends an account after its first failure, and the run after too many.
func (r *run) hold(a *account, why string) {
	if !a.held.CompareAndSwap(nil, &why) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Accounts[a.index].Held = why
	r.held++
	if r.maxHeld >= 0 && r.held > r.maxHeld {
		r.cancel(fmt.Errorf("steps of %d accounts failed, run.held allows %d", r.held, r.maxHeld))
	}
}

// maxHeld is how many accounts may fail: run.held, which the approval may have
// raised; negative for any number.
func maxHeld(s *plan.Selected) int64 {
	for _, v := range s.Limits {
		if v.Limit.Name != "run.held" {
			continue
		}
		if v.Override != nil {
			return *v.Override
		}
		return v.Allowed
	}
	return -1
}

// touch remembers a filesystem for the sync at the end.
func (r *run) touch(a *account) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.touched[a.plan.Filesystem] != nil {
		return nil
	}
	// Where each home is a mount of its own, descriptors would run out.
	if len(r.touched) >= mayTouch() {
		if err := r.sync(); err != nil {
			return err
		}
	}
	dir, err := a.base().OpenDir(".")
	if err == nil {
		r.touched[a.plan.Filesystem] = dir
	}
	return err
}

// sync has every change so far on disk. An fsync of the journal alone says
// nothing about them: on btrfs a synced journal has outlived its changes.
func (r *run) sync() error {
	var all error
	for name, dir := range r.touched {
		if err := r.calls.syncfs(dir.FD()); err != nil {
			all = errors.Join(all, fmt.Errorf("sync %s: %w", name, err))
		}
		dir.Close()
	}
	clear(r.touched)
	return all
}

// finish syncs and writes the end of the journal, unless something of the
// record itself failed.
func (r *run) finish() (*Report, error) {
	report := &r.report
	report.Stopped = r.stopped()
	report.Finished = r.options.Now().UTC()
	slices.SortFunc(report.NotDone, func(a, b NotDone) int { return int(a.Step - b.Step) })
	err := errors.Join(r.err, r.sync())
	if err != nil {
		return report, err
	}
	end := runEnd{Finished: report.Finished, Results: report.Counts, Stopped: report.Stopped}
	return report, r.journal.write(record{End: &end}, true)
}
