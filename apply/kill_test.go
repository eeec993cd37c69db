//go:build linux

package apply

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestKilled kills a run before each of its changing calls. The journal then
// shows an interrupted run, nothing is wider than planned or lost, and the same
// plan finishes it.
func TestKilled(t *testing.T) {
	if base := os.Getenv("KILLED_BASE"); base != "" {
		beKilled(t, base)
		return
	}
	for k := 1; ; k += killStep() {
		h := newHost(t)
		o := everyKind(h)
		if !h.killAt(o, k) {
			return
		}
		runs, err := History(o.StateDir)
		if err != nil || len(runs) != 1 || !runs[0].Interrupted || runs[0].Err != nil {
			t.Fatalf("call %d: history %+v, %v", k, runs, err)
		}
		report, err := Run(t.Context(), o)
		if err != nil || !report.Counts.Complete() {
			t.Fatalf("call %d: the second run: %s, %v, %+v", k, h.counts(report.Counts), err, report.NotDone)
		}
		// The old link and the two removed entries, with the file in one.
		if found := h.shell("find home/.rightful/quarantine -lname nowhere -o -path '*/quarantine/*/*' ! -type l | wc -l"); found != "4" {
			t.Errorf("call %d: the quarantine has %s", k, h.shell("find home/.rightful"))
		}
		if left := h.shell("ls -A home/.rightful"); strings.Contains(left, "run-") {
			t.Errorf("call %d: the workshop has %s", k, left)
		}
	}
}

// killStep is from one call at which a run is killed to the next.
func killStep() int {
	switch {
	case *allFaults:
		return 1
	case testing.Short():
		return 10
	}
	return 3
}

// killAt runs a plan in a process that is killed before its k-th changing call;
// false if there is none.
func (h *host) killAt(o Options, k int) bool {
	h.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), "KILLED_BASE="+h.base, "KILLED_PLAN="+o.File.Name(), "KILLED_AT="+strconv.Itoa(k))
	out, err := cmd.CombinedOutput()
	if err == nil {
		if k < 20 {
			h.t.Fatalf("only %d calls", k)
		}
		return false
	}
	if exit, ok := err.(*exec.ExitError); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		h.t.Fatalf("call %d: %v\n%s", k, err, out)
	}
	return true
}

// beKilled is the process that dies.
func beKilled(t *testing.T, base string) {
	h := &host{t: t, base: base, root: base + "/root", uid: uint32(os.Geteuid())}
	if h.uid == 0 {
		h.uid = 2001
	}
	file, err := os.Open(os.Getenv("KILLED_PLAN"))
	h.must(err)
	o := h.approved(file)
	o.Workers = 1
	k, err := strconv.ParseInt(os.Getenv("KILLED_AT"), 10, 64)
	h.must(err)
	var calls atomic.Int64
	o.try = func(name string, call func() error) error {
		if calls.Add(1) == k {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return retry(name, call)
	}
	_, err = Run(t.Context(), o)
	h.must(err)
}

// TestTornEndIsPutAside by the next run of the same root: what a crash left at
// the end of a journal is cut off it, and kept.
func TestTornEndIsPutAside(t *testing.T) {
	h := newHost(t)
	o := everyKind(h)
	if !h.killAt(o, 3) {
		t.Fatal("the run was not killed")
	}
	runs, err := History(o.StateDir)
	h.must(err)
	journal := filepath.Join(runs[0].Dir, journalFile)
	whole, err := os.ReadFile(journal)
	h.must(err)
	torn := []byte{9, 0, 0, 0, 1}
	h.must(os.WriteFile(journal, append(bytes.Clone(whole), torn...), 0o600))
	if report, err := Run(t.Context(), o); err != nil || !report.Counts.Complete() {
		t.Fatalf("the next run: %+v, %v", report, err)
	}
	left, err := os.ReadFile(journal)
	h.must(err)
	kept, err := os.ReadFile(filepath.Join(runs[0].Dir, tornFile))
	h.must(err)
	if !bytes.Equal(left, whole) || !bytes.Equal(kept, torn) {
		t.Errorf("the journal has %d bytes, and had %d; kept % x", len(left), len(whole), kept)
	}
}
