//go:build linux

package apply

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

func (h *host) purgeAll(o Options) ([]Quarantined, error) {
	return Purge(PurgeOptions{StateDir: o.StateDir, LockDir: o.LockDir, By: "tester", Before: o.Now().Add(time.Hour)})
}

// trash is a tree of alice's that is removed: links out of it, hard links,
// hostile names, a chain that is deeper than any path, and open folders.
func (h *host) trash(depth int) Options {
	h.t.Helper()
	h.dir("outside", 0o755, os.Geteuid())
	h.file("outside/secret", 0o600, os.Geteuid())
	h.dir("home/alice/t", 0o755, int(h.uid))
	for i, name := range hostileNames {
		h.dir("home/alice/t/"+name, 0o755, int(h.uid))
		h.file("home/alice/t/"+name+"/"+name, 0o600, int(h.uid))
		h.link(fmt.Sprintf("home/alice/t/%s/l%d", name, i), "../../../../../outside")
	}
	h.link("home/alice/t/dir", h.abs("outside"))
	h.link("home/alice/t/file", h.abs("outside/secret"))
	h.must(os.Link(h.abs("outside/secret"), h.abs("home/alice/t/hard")))
	h.chain("home/alice/t", depth)
	inside := int64(len(h.shell("find home/alice/t -mindepth 1 -printf x")))
	return h.plan(h.remove("t", inside))
}

// chain makes directories below one another, by descriptor.
func (h *host) chain(path string, depth int) {
	h.t.Helper()
	at, err := unix.Open(h.abs(path), unix.O_DIRECTORY, 0)
	h.must(err)
	for range depth {
		h.must(unix.Mkdirat(at, "deeper", 0o755))
		next, err := unix.Openat(at, "deeper", unix.O_DIRECTORY, 0)
		h.must(err)
		unix.Close(at)
		at = next
	}
	unix.Close(at)
}

// TestQuarantineList counts as find(1) does, and says whose everything was.
func TestQuarantineList(t *testing.T) {
	h := newHost(t)
	o := everyKind(h)
	run := h.apply(o, fmt.Sprintf("done %d", o.Approval.Count)).Run
	found, err := Quarantine(o.StateDir, nil)
	h.must(err)
	var got []string
	for _, q := range found {
		if q.Run != run || q.Account != "alice" || q.Since.IsZero() {
			t.Errorf("%+v", q)
		}
		size := h.shell("cd /; find '" + filepath.Join(h.root, q.Where) + "' ! -type d -printf '%s+'; echo 0")
		objects := h.shell("find '" + filepath.Join(h.root, q.Where) + "' -printf x")
		if want := h.shell("echo $((" + strings.ReplaceAll(size, "\n", "") + "))"); fmt.Sprint(q.Bytes) != want || int(q.Objects) != len(objects) {
			t.Errorf("%s: %d objects, %d bytes; find has %d, %s", q.Path, q.Objects, q.Bytes, len(objects), want)
		}
		got = append(got, fmt.Sprintf("%s %v", q.Path, q.Type))
	}
	if want := "public symlink, www/cache directory, www/old file"; strings.Join(got, ", ") != want {
		t.Errorf("found %s, want %s", strings.Join(got, ", "), want)
	}
}

// TestPurgeStaysInside purges a tree that was made to lead it out.
func TestPurgeStaysInside(t *testing.T) {
	h := newHost(t)
	o := h.trash(700)
	run := h.apply(o, "done 1").Run
	before := h.manifest()
	gone, err := h.purgeAll(o)
	if err != nil || len(gone) != 1 || gone[0].Path != "t" {
		t.Fatalf("purged %+v, %v", gone, err)
	}
	h.same("after the purge", before)
	if got := h.shell("cat outside/secret; ls -A home/.rightful/quarantine"); got != "outside/secret" {
		t.Errorf("outside, and what is left: %s", got)
	}
	_, problems := h.undo(o, run)
	if len(problems) != 1 || problems[0].Kind != plan.Purged {
		t.Errorf("undo: %+v", problems)
	}
}

// TestPurgeAge takes only what is old enough, and of the run that is asked for.
func TestPurgeAge(t *testing.T) {
	h := newHost(t)
	o := h.trash(30)
	run := h.apply(o, "done 1").Run
	began, err := runTime(run)
	h.must(err)
	stamp := h.shell("find home -printf '%p %i %C@\n' | sort | sha256sum")
	for name, p := range map[string]PurgeOptions{
		"too young":   {Before: began},
		"another run": {Before: began.Add(time.Second), Run: "20010909T014640Z-0000"},
		"dry run":     {Before: began.Add(time.Second), DryRun: true},
	} {
		p.StateDir, p.LockDir = o.StateDir, o.LockDir
		gone, err := Purge(p)
		if err != nil || p.DryRun != (len(gone) == 1) {
			t.Errorf("%s: %+v, %v", name, gone, err)
		}
		if h.shell("find home -printf '%p %i %C@\n' | sort | sha256sum") != stamp {
			t.Errorf("%s: touched", name)
		}
	}
	var none *NoRunError
	if _, err := Purge(PurgeOptions{StateDir: o.StateDir, LockDir: o.LockDir, Run: run[:10]}); !errors.As(err, &none) {
		t.Errorf("part of a run's name: %v", err)
	}
}

// TestPurgeRefuses workshops that somebody else can enter, or has put there.
func TestPurgeRefuses(t *testing.T) {
	for _, change := range []string{
		"chmod 755 home/.rightful",
		"chmod 711 home/.rightful/quarantine",
		"chmod 770 home/.rightful/quarantine/*",
		"mv home/.rightful home/real; ln -s real home/.rightful",
		"cd home/.rightful/quarantine; mv 2* real; ln -s real $(cd ../../../../state/runs; ls)",
	} {
		h := newHost(t)
		o := h.trash(30)
		h.apply(o, "done 1")
		h.shell(change)
		objects := h.shell("find . | sort | sha256sum")
		gone, err := h.purgeAll(o)
		if len(gone) > 0 || h.shell("find . | sort | sha256sum") != objects {
			t.Errorf("%s: purged %+v, %v", change, gone, err)
		}
	}
}

// TestPurgeStopsAtMounts has something mounted in what is to be purged.
func TestPurgeStopsAtMounts(t *testing.T) {
	needRoot(t)
	for _, point := range []string{"t/a/a", "t/a", "t"} { // a file, and directories
		h := newHost(t)
		o := h.trash(30)
		run := h.apply(o, "done 1").Run
		at := filepath.Join(h.abs("home/.rightful/quarantine"), run, strings.Replace(point, "t", "0", 1))
		what := h.abs("outside")
		if point == "t/a/a" {
			what = h.abs("outside/secret")
		}
		if out, err := exec.Command("mount", "--bind", what, at).CombinedOutput(); err != nil {
			t.Skipf("cannot mount: %s", out)
		}
		gone, err := h.purgeAll(o)
		if err == nil || len(gone) > 0 {
			t.Errorf("%s: purged %+v", point, gone)
		}
		if got := h.shell("cat outside/secret"); got != "outside/secret" {
			t.Errorf("%s: outside has %q", point, got)
		}
		h.unmountAll()
		if _, err := h.purgeAll(o); err != nil || h.shell("ls -A home/.rightful/quarantine; cat outside/secret") != "outside/secret" {
			t.Errorf("%s: the second purge: %v", point, err)
		}
	}
}

// unmountAll takes away every mount below the root, wherever it has come to be.
func (h *host) unmountAll() {
	h.t.Helper()
	for range 3 {
		h.shell(`grep -F "$PWD/" /proc/self/mounts | cut -d ' ' -f 2 | xargs -r -n 1 umount`)
	}
}

// TestPurgeIsNotLedOut has alice, who still has a folder in quarantine open,
// move what is below it home, before each call of the purge: what she has moved
// stays as it was when she did.
func TestPurgeIsNotLedOut(t *testing.T) {
	for k := int64(1); ; k++ {
		h := newHost(t)
		h.dir("home/alice/t/open/sub/sub", 0o755, int(h.uid))
		for _, path := range []string{"t/open/sub/f", "t/open/sub/sub/f", "t/open/f"} {
			h.file("home/alice/"+path, 0o600, int(h.uid))
		}
		o := h.plan(h.remove("t", 6))
		fd, err := unix.Open(h.abs("home/alice/t/open"), unix.O_DIRECTORY, 0)
		h.must(err)
		h.apply(o, "done 1")
		var calls atomic.Int64
		led := ""
		p := &purger{locks: make(map[string]*lock), options: PurgeOptions{Before: o.Now().Add(time.Hour), LockDir: o.LockDir}}
		p.calls.try = func(name string, call func() error) error {
			if calls.Add(1) == k {
				if unix.Renameat(fd, "sub", unix.AT_FDCWD, h.abs("home/alice/mine")) == nil {
					led = h.shell("find home/alice/mine -printf '%p %y %m %i\n' | sort")
				}
			}
			return retry(name, call)
		}
		err = eachBinOf(h.root, []string{"/home/alice"}, p.bin)
		p.unlock()
		unix.Close(fd)
		if err != nil {
			t.Errorf("call %d: %v", k, err)
		}
		if led != "" && h.shell("find home/alice/mine -printf '%p %y %m %i\n' | sort") != led {
			t.Errorf("call %d: it purged in alice's home", k)
		}
		if calls.Load() < k {
			if k < 6 {
				t.Errorf("only %d calls", k)
			}
			return
		}
	}
}
