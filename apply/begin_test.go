//go:build linux

package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rightful/internal/fsys"
	"rightful/plan"
)

// TestNothingBegins: each of these refuses before anything is changed.
func TestNothingBegins(t *testing.T) {
	var moved *MovedError
	var elsewhere *HostError
	var approval *plan.ApprovalError
	var locked *LockedError
	tests := []struct {
		name  string
		spoil func(*host, *Options)
		as    any
	}{
		{"another host", func(_ *host, o *Options) { o.Host.MachineID = "2" }, &elsewhere},
		{"a name moved", func(_ *host, o *Options) { o.User = func(string) (uint32, error) { return 34, nil } }, &moved},
		{"a name is gone", func(_ *host, o *Options) {
			o.Group = func(string) (uint32, error) { return 0, errors.New("no such group") }
		}, &moved},
		{"expired", func(_ *host, o *Options) { o.Now = o.Approval.Expires.Local }, &approval},
		{"for another plan", func(_ *host, o *Options) { o.Approval.Plan = "sha256:other" }, &approval},
		{"locked", func(h *host, o *Options) { h.lock(o) }, &locked},
		{"no state folder", func(h *host, o *Options) { o.StateDir = "/dev/null/state" }, new(*os.PathError)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			h.file("home/alice/f", 0o600, int(h.uid))
			o := h.plan(h.chmod("f", 0o644))
			tt.spoil(h, &o)
			report, err := Run(t.Context(), o)
			if report != nil || !errors.As(err, tt.as) {
				t.Errorf("report %+v, error %v", report, err)
			}
			h.wantMeta("home/alice/f", "ALICE 600 regular file")
		})
	}
}

// lock holds the lock until the test ends.
func (h *host) lock(o *Options) {
	h.t.Helper()
	root, err := fsys.OpenRoot(h.root)
	h.must(err)
	l, err := acquire(o.LockDir, root, newHolder("someone else", o.Plan, o.Now()))
	h.must(err)
	h.t.Cleanup(func() { l.release(); root.Close() })
}

func TestLock(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/f", 0o600, int(h.uid))
	o := h.plan(h.chmod("f", 0o644))
	if holder, err := Holder(o.LockDir, h.root); holder != nil || err != nil {
		t.Errorf("held by %+v, %v", holder, err)
	}
	// The same root under another path is the same lock.
	h.must(os.Symlink(h.root, h.base+"/alias"))
	var during *LockHolder
	o.Progress = func(Event) { during, _ = Holder(o.LockDir, h.base+"/alias") }
	report := h.apply(o, "done 1")
	if during == nil || during.Run != report.Run || during.PID != os.Getpid() || during.By != "tester" || during.Plan != o.Plan.Digest {
		t.Errorf("during the run: %+v", during)
	}
	if holder, err := Holder(o.LockDir, h.root); holder != nil || err != nil {
		t.Errorf("still held by %+v, %v", holder, err)
	}
	h.lock(&o)
	_, err := Run(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), `held by "someone else", process`) {
		t.Errorf("error %v", err)
	}
}

// TestKept: the run's folder has what was approved, and the plan to take it up.
func TestKept(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/f", 0o600, int(h.uid))
	o := h.plan(h.chmod("f", 0o644))
	report := h.apply(o, "done 1")
	dir := filepath.Join(o.StateDir, "runs", report.Run)
	if got := h.shell("cd " + dir + " && cmp plan " + o.File.Name() + " && stat -c '%n %a' . *"); got != ". 700\napproval 600\njournal 600\nplan 600" {
		t.Errorf("kept: %s", got)
	}
	file, err := os.Open(dir + "/approval")
	h.must(err)
	defer file.Close()
	a, err := plan.ReadApproval(file)
	if err != nil || a.Plan != o.Plan.Digest {
		t.Errorf("approval: %+v, %v", a, err)
	}
	runs, err := History(o.StateDir)
	if err != nil || len(runs) != 1 || runs[0].ID != report.Run || runs[0].Interrupted || runs[0].By != "tester" || runs[0].Results != report.Counts {
		t.Errorf("history: %+v, %v", runs, err)
	}
}

// TestInterrupted cancels after the first change: the rest is not reached, and
// the same plan finishes it.
func TestInterrupted(t *testing.T) {
	h := newHost(t)
	var drafts []draft
	for _, name := range []string{"a", "b", "c", "d"} {
		h.file("home/alice/"+name, 0o600, int(h.uid))
		drafts = append(drafts, h.chmod(name, 0o644))
	}
	o := h.plan(drafts...)
	ctx, cancel := context.WithCancel(t.Context())
	o.try = func(name string, call func() error) error {
		cancel()
		return retry(name, call)
	}
	report, err := Run(ctx, o)
	h.must(err)
	if got := h.counts(report.Counts); got != "done 1, not_reached 3" || report.Stopped != "interrupted" {
		t.Errorf("%s, stopped by %q", got, report.Stopped)
	}
	o.try = nil
	h.apply(o, "done 3, already_right 1")
}

func TestPart(t *testing.T) {
	h := newHost(t)
	for _, name := range []string{"a", "b", "c"} {
		h.file("home/alice/"+name, 0o600, int(h.uid))
	}
	o := h.plan(h.chmod("a", 0o644), h.chmod("b", 0o644), h.chmod("c", 0o644))
	a, err := plan.Approve(o.Plan, plan.Selection{Paths: []string{"[ac]"}}, nil, "tester", o.Now(), o.Approval.Expires, "")
	h.must(err)
	o.Approval = a
	h.apply(o, "done 2")
	if got := h.shell("cd home/alice && stat -c %a a b c"); got != "644\n600\n644" {
		t.Errorf("modes: %s", got)
	}
}

// TestLargeContent is copied from a file of root's, and only if that is still
// what was planned.
func TestLargeContent(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", plan.MaxContent/8)
	for name, now := range map[string]string{"done 1": content, "failed 1": content[1:] + "x"} {
		h := newHost(t)
		d := h.add("big", plan.State{Type: plan.File, UID: h.uid, GID: h.gid(), Mode: 0o640, Nlink: 1}, content)
		sum := sha256.Sum256([]byte(content))
		d.change.Content = &plan.Content{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), From: "/skel/big"}
		o := h.plan(d)
		h.dir("skel", 0o755, os.Geteuid())
		h.must(os.WriteFile(h.abs("skel/big"), []byte(now), 0o644))
		h.apply(o, name)
		if _, err := os.Lstat(h.abs("home/alice/big")); (err == nil) != (name == "done 1") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "done 1" {
			h.shell("cmp skel/big home/alice/big")
			h.wantMeta("home/alice/big", "ALICE 640 regular file")
		}
	}
}

// TestHostileNames: bytes go through as they are, and reasons are printable.
func TestHostileNames(t *testing.T) {
	h := newHost(t)
	names := []string{"a\nb", "\x1b[31mred", "\xff\xfe", "\u202etxt", "-rf", " ", "a\\b", "*"}
	var drafts []draft
	for _, name := range names {
		h.must(os.WriteFile(filepath.Join(h.abs("home/alice"), name), nil, 0o600))
		h.own("home/alice/"+name, int(h.uid))
		drafts = append(drafts, h.chmod(name, 0o644))
	}
	h.dir("home/alice/gone\x1b\xff", 0o755, int(h.uid))
	h.file("home/alice/gone\x1b\xff/f", 0o600, int(h.uid))
	drafts = append(drafts, h.chmod("gone\x1b\xff/f", 0o644))
	o := h.plan(drafts...)
	h.shell("rm -r home/alice/gone*")
	report := h.apply(o, "done 8, stale 1")
	if got := h.shell("find home/alice -type f -perm 644 | tr -d '\\n' | wc -c"); got == "0" {
		t.Error("nothing changed")
	}
	if got := report.NotDone[0]; got.Path != "gone\x1b\xff/f" || strings.Contains(got.Reason, "\x1b") {
		t.Errorf("not done: %+q", got.Path+got.Reason)
	}
}

// TestFewCapabilities runs the tests again with only what an apply needs.
func TestFewCapabilities(t *testing.T) {
	needRoot(t)
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Skip("no setpriv")
	}
	keep := "-all,+chown,+fowner,+fsetid,+dac_override,+dac_read_search"
	cmd := exec.Command(setpriv, "--bounding-set", keep, "--inh-caps", keep, os.Args[0], "-test.run", "^(TestEveryKind|TestTwice|TestMissingHome|TestHalfway)$", "-test.v")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS") != 4 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestWithoutFsetid: chmod says yes and drops setgid, which the reading back finds.
func TestWithoutFsetid(t *testing.T) {
	needRoot(t)
	if os.Getenv("WITHOUT_FSETID") == "" {
		keep := "-fsetid"
		cmd := exec.Command("setpriv", "--bounding-set", keep, "--inh-caps", keep, os.Args[0], "-test.run", "^TestWithoutFsetid$")
		cmd.Env = append(os.Environ(), "WITHOUT_FSETID=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	h := newHost(t)
	h.dir("home/alice/d", 0o755, 2001)
	report := h.apply(h.plan(h.chmod("d", 0o2755)), "failed 1")
	if why := report.NotDone[0].Reason; why != "read back: mode 0755, not 2755" {
		t.Errorf("reason %q", why)
	}
}
