//go:build linux

package apply

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"rightful/plan"
)

var allFaults = flag.Bool("faults", false, "every fault at every call, not one of them")

// inTurn calls try with each changing call and each of n faults, or with one of
// them a call, until there is no such call.
func inTurn(n int, try func(call int64, fault int) bool) {
	for call := int64(1); ; call++ {
		for fault := range n {
			if (*allFaults || int(call)%n == fault) && !try(call, fault) {
				return
			}
		}
	}
}

// faults makes the k-th changing call of a run fail, or lie: succeed without
// having done anything.
func faults(k int64, err error, calls *atomic.Int64) func(string, func() error) error {
	return func(name string, call func() error) error {
		if calls.Add(1) == k {
			return err
		}
		return retry(name, call)
	}
}

// TestFaults makes each changing call fail, one a run. After each run the
// journal agrees with the tree, and a second run of the same plan brings it to
// the end.
func TestFaults(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	causes := []error{syscall.ENOSPC, syscall.EPERM, syscall.EIO, nil}
	inTurn(len(causes), func(k int64, fault int) bool {
		h := newHost(t)
		o := everyKind(h)
		o.Workers = 1
		var calls atomic.Int64
		o.try = faults(k, causes[fault], &calls)
		report, err := Run(t.Context(), o)
		if calls.Load() < k {
			t.Logf("%d calls", k-1)
			return false
		}
		name := fmt.Sprintf("%v in call %d", causes[fault], k)
		if report == nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkJournal(h, name, o, report, err)
		o.try = nil
		second, err := Run(t.Context(), o)
		if err != nil || !second.Counts.Complete() {
			t.Fatalf("%s: the second run: %s, %v, %+v", name, h.counts(second.Counts), err, second.NotDone)
		}
		return true
	})
}

// checkJournal holds every result of a run against the tree.
func checkJournal(h *host, name string, o Options, report *Report, runErr error) {
	h.t.Helper()
	j, err := ReadJournal(filepath.Join(o.StateDir, "runs", report.Run))
	h.must(err)
	if j.Run.Interrupted != (runErr != nil) || j.Run.Results != report.Counts {
		h.t.Errorf("%s: journal: %+v, report: %s, %v", name, j.Run, h.counts(report.Counts), runErr)
	}
	for s, err := range o.Plan.Steps() {
		h.must(err)
		result, _ := j.Result(s.Number)
		path := h.abs(filepath.Join("home/alice", s.Path()))
		right := isRight(h, path, s.Change)
		if result == 0 || (result == Done || result == AlreadyRight) && !right || result == NotReached && right {
			h.t.Errorf("%s: step %d, %s: %v, but right is %v", name, s.Number, s.Path(), result, right)
		}
	}
}

func isRight(h *host, path string, ch *plan.Change) bool {
	h.t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		return errors.Is(err, os.ErrNotExist) && ch.Action == plan.Remove
	}
	st := info.Sys().(*syscall.Stat_t)
	right := st.Uid == ch.After.UID && st.Gid == ch.After.GID
	if ch.After.Type == plan.Symlink {
		target, err := os.Readlink(path)
		return right && err == nil && target == ch.After.Target
	}
	have, _ := h.look(strings.TrimPrefix(path, h.root+"/"))
	right = right && have.Access == ch.After.Access && have.Default == ch.After.Default
	return right && st.Mode&0o7777 == uint32(ch.After.Mode) && info.IsDir() == (ch.After.Type == plan.Directory)
}

// TestHalfway interrupts a change of owner and mode in the middle, as a crash
// does, and then again after somebody else's change: only what the run itself
// left half done is taken up.
func TestHalfway(t *testing.T) {
	needRoot(t)
	for _, tt := range []struct{ state, want string }{
		{"chown 0:0 f; chmod 600 f", "done 1"}, // tightened
		{"chown 2001:2001 f; chmod 600 f", "done 1"},
		{"chown 33:0 f; chmod 600 f", "stale 1"},
		{"chmod 400 f", "stale 1"},
	} {
		h := newHost(t)
		h.file("home/alice/f", 0o620, 0)
		o := h.plan(h.update("f", func(s *plan.State) { s.UID, s.GID, s.Mode = 2001, 2001, 0o604 }))
		h.shell("cd home/alice && " + tt.state)
		h.apply(o, "stale 1")
		// A run that began with the step and ended without a result.
		d, err := createRun(&o, o.Now())
		h.must(err)
		h.must(d.journal.write(record{Intent: &intent{"alice", []span{{0, 0}}}}, true))
		h.must(d.journal.close())
		h.apply(o, tt.want)
	}
}

// TestNeverWider looks at the entry after each call of a change: nobody can do
// more than before or after.
func TestNeverWider(t *testing.T) {
	needRoot(t)
	for before := range plan.Mode(0o1000) {
		if before%7 != 0 {
			continue
		}
		h := &host{t: t}
		after := (before*5 + 0o321) % 0o1000
		path := filepath.Join(t.TempDir(), "f")
		h.must(os.WriteFile(path, nil, 0o600))
		h.must(os.Chmod(path, os.FileMode(before)))
		pin, err := h.pin(path)
		h.must(err)
		have, err := pin.State()
		h.must(err)
		want := have
		want.UID, want.GID, want.Mode = 2001, 2001, after
		c := calls{func(_ string, call func() error) error {
			err := call()
			now, stat := pin.State()
			h.must(stat)
			if now.UID == 0 && now.Mode&^before != 0 || now.UID == 2001 && now.Mode&^after != 0 {
				t.Errorf("%v to %v: %d has %v in between", before, after, now.UID, now.Mode)
			}
			return err
		}}
		h.must(c.change(pin, &have, &want))
		if o := confirm(pin, &want); o.result != Done {
			t.Errorf("%v to %v: %v", before, after, o)
		}
		pin.Close()
	}
}

func TestTooManyHeld(t *testing.T) {
	zero := 0
	h := newHost(t)
	h.limits = []plan.Limit{{Name: "run.held", Count: &zero, Source: "default"}}
	var drafts []draft
	for _, name := range []string{"alice", "bob", "carol"} {
		h.dir("home/"+name, 0o755, int(h.uidOf(name)))
		state, id := h.look("home/" + name)
		d := draft{account: name, path: ".", id: id, change: plan.Change{Action: plan.Update, Before: state, After: state}}
		d.change.After.Mode = 0o711
		drafts = append(drafts, h.finish(d))
	}
	o := h.plan(drafts...)
	o.Workers = 1
	var calls atomic.Int64
	o.try = faults(1, syscall.EIO, &calls)
	report := h.apply(o, "failed 1, not_reached 2")
	if report.Stopped != "steps of 1 accounts failed, run.held allows 0" || report.Accounts[0].Held == "" {
		t.Errorf("report: %+v", report)
	}
}
