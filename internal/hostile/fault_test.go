//go:build linux

package hostile

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// faulty are the calls at which a run is made to fail, and what may go wrong
// with them: changes of the tree, and what makes the record last.
var (
	faulty = slices.Concat(changing, []int{unix.SYS_FSYNC, unix.SYS_SYNCFS})
	errnos = []syscall.Errno{unix.ENOSPC, unix.EDQUOT, unix.EPERM, unix.EROFS, unix.EIO, unix.EINTR}
)

// fault is what happens to the k-th such call of a run.
type fault struct {
	name string
	verdict
}

// TestFaults lets the k-th changing call of an apply fail, lie, or be the last,
// for every k that there is. By default every fourth k has one of these; -faults
// gives each all of them.
func TestFaults(t *testing.T) {
	slow(t)
	needRoot(t)
	kill := fault{"is the last", verdict{kill: true}}
	faults := []fault{kill, {"lies", verdict{lie: true}}, kill}
	for _, errno := range errnos {
		faults = append(faults, fault{unix.ErrnoName(errno), verdict{errno: errno}})
	}
	step := 4
	if *allFaults {
		step = 1
	}
	for k := 1; ; k += step {
		round := faults
		if !*allFaults {
			round = faults[k%len(faults):][:1]
		}
		for _, f := range round {
			if oneFault(t, k, f) < k {
				t.Logf("%d calls", k-1)
				return
			}
		}
	}
}

// oneFault returns how many calls there were.
func oneFault(t *testing.T, k int, f fault) (calls int) {
	t.Helper()
	h := newHost(t)
	h.sh("chown 0:0 home/*/public_html/sub/page.html; chmod 666 home/*/public_html/sub/page.html")
	outside, name := h.outside(), h.planned()
	steps, files, before := h.steps(name), h.files(), h.look(false, "home")
	at := "nothing"
	r := h.applySupervised(name, faulty, func(s *stop) verdict {
		if calls++; calls == k {
			at = s.String()
			return f.verdict
		}
		return verdict{}
	})
	if calls < k {
		return calls
	}
	failed := t.Failed()
	same(t, "outside", outside, h.outside())
	h.kept(files)
	h.narrow(steps)
	if j := h.lastJournal(); j != nil {
		h.honest(j, steps, before)
		if !f.kill && j.Run.Interrupted && r.code != 1 {
			t.Errorf("exit code %d, interrupted %v: %s", r.code, j.Run.Interrupted, r.stderr)
		}
	} else if d := before.diff(h.look(false, "home")); d != "" {
		t.Errorf("changed without a journal:\n%s", d)
	}
	h.converges(name, outside, files)
	if t.Failed() && !failed {
		t.Errorf("that was %s %s, call %d: exit code %d, %v %s", at, f.name, k, r.code, r.NotDone, r.stderr)
	}
	return calls
}

// converges holds that the same plan again, or else a new one, brings
// everything to where it should be.
func (h *host) converges(name string, outside manifest, files map[string]int) {
	h.t.Helper()
	if again := h.apply(name); !again.Complete {
		if again.code == 1 {
			h.t.Errorf("the second run: %s", again.stderr)
		}
		if fresh := h.apply(h.planned()); !fresh.Complete {
			h.t.Errorf("a new plan: exit code %d, %+v, %s", fresh.code, fresh.NotDone, fresh.stderr)
		}
	}
	if o := h.run("plan", "-detailed-exitcode"); o.code != 0 {
		h.t.Errorf("there are still changes:\n%s%s", o.stdout, o.stderr)
	}
	same(h.t, "outside", outside, h.outside())
	h.kept(files)
}

// TestT11NeverWider stops a change of owner and mode before and after each of
// its calls, and looks.
func TestT11NeverWider(t *testing.T) {
	slow(t)
	for _, ends := range [][2]string{{"666", "0640"}, {"604", "0640"}, {"777", "0600"}, {"600", "0644"}, {"060", "0604"}} {
		h := newHost(t)
		h.sh("chown 0:62003 home/alice/.ssh/id && chmod " + ends[0] + " home/alice/.ssh/id")
		h.write("policy.yaml", strings.Replace(sensible, `.ssh/*", file_mode: "0600"`, `.ssh/*", file_mode: "`+ends[1]+`"`, 1))
		name := h.planned()
		steps := h.steps(name)
		if i := slices.IndexFunc(steps, func(s plan.Step) bool { return s.Path() == ".ssh/id" }); i < 0 {
			t.Fatal("no step")
		} else {
			steps = steps[i : i+1]
		}
		r := h.applySupervised(name, nil, func(*stop) verdict {
			var st syscall.Stat_t
			if err := syscall.Stat(h.path(&steps[0]), &st); err != nil {
				t.Fatal(err)
			}
			ch := steps[0].Change
			now := rights{st.Uid, st.Gid, plan.Mode(st.Mode & 0o7777)}
			if who := now.wider(&ch.Before, &ch.After); who != "" {
				t.Errorf("%s to %s: %s has more in between, %v", ends[0], ends[1], who, now)
			}
			return verdict{}
		})
		if !r.Complete {
			t.Errorf("%+v", r.NotDone)
		}
	}
}

// A whole filesystem that is full or read-only, beside the faults of single
// calls in TestFaults.
func TestT18FullAndReadOnly(t *testing.T) {
	slow(t)
	needTool(t, "mkfs.ext4")
	for _, what := range []string{"full", "read-only"} {
		t.Run(what, func(t *testing.T) {
			d := newDisk(t, "ext4", 8)
			h := newHostIn(t, d.dir)
			// The record has room; it is the homes' disk that has none.
			h.env = append(h.env, "RIGHTFUL_STATE_DIR="+t.TempDir())
			name := h.planned()
			steps, before := h.steps(name), h.look(false, "home")
			undo := "rm -f filler*"
			if what == "full" {
				h.try("dd if=/dev/zero of=filler bs=4k 2>/dev/null; for i in $(seq 5000); do : >filler$i || break; done 2>/dev/null")
			} else {
				h.sh("mount -o remount,ro " + d.dir)
				undo = "mount -o remount,rw " + d.dir
			}
			r := h.apply(name)
			if r.Complete || r.code != 7 && r.code != 1 {
				t.Errorf("exit code %d, %v", r.code, r.Results)
			}
			h.narrow(steps)
			if what == "read-only" {
				same(t, "homes", before, h.look(false, "home"))
			}
			h.sh(undo)
			if r := h.apply(h.planned()); !r.Complete {
				t.Errorf("with room again: %+v %s", r.NotDone, r.stderr)
			}
		})
	}
}

// T23: a filesystem that lets not even root look or change.
func TestT23NotEvenRoot(t *testing.T) {
	slow(t)
	for _, call := range []int{unix.SYS_STATX, unix.SYS_OPENAT2, unix.SYS_GETDENTS64, unix.SYS_FCHMODAT2} {
		h := newHost(t)
		name := h.planned()
		outside := h.outside()
		deny := func(s *stop) verdict {
			if int(s.nr) == call && h.isAlices(s) {
				return verdict{errno: unix.EACCES}
			}
			return verdict{}
		}
		o := h.supervise([]int{call}, deny, nil, "plan", "-out", "d.plan")
		if d := h.show("d.plan"); o.code != 0 || call != unix.SYS_FCHMODAT2 && d.Complete && d.held("alice") == "" {
			t.Errorf("%s: plan: exit code %d, complete %v, held %q, %s", callNames[call], o.code, d.Complete, d.held("alice"), o.stderr)
		}
		if call == unix.SYS_GETDENTS64 {
			continue // apply lists nothing of hers
		}
		r := h.applySupervised(name, []int{call}, deny)
		h.neighbour(&r)
		if r.Complete {
			t.Errorf("%s: apply counts as complete", callNames[call])
		}
		same(t, "outside", outside, h.outside())
	}
}

// T25: the kernel has no fchmodat2(2), or a sandbox does not know it.
func TestT25OldKernel(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.ENOSYS, unix.EPERM} {
		h := newHost(t)
		outside := h.outside()
		name, fallback := h.planned(), 0
		r := h.applySupervised(name, nil, func(s *stop) verdict {
			switch int(s.nr) {
			case unix.SYS_FCHMODAT2:
				return verdict{errno: errno}
			case unix.SYS_FCHMODAT:
				if path := s.text(1); !strings.HasPrefix(path, "/proc/self/fd/") {
					t.Errorf("fchmodat(%q)", path)
				}
				fallback++
			}
			return verdict{}
		})
		if !r.Complete || fallback == 0 {
			t.Errorf("%v: %d calls of the fallback, %v", errno, fallback, r.NotDone)
		}
		same(t, "outside", outside, h.outside())
	}
}

// Without openat2(2), or without a /proc that can be believed, nothing is
// changed, and it is said why.
func TestNoOpenat2NoProc(t *testing.T) {
	h := newHost(t)
	name := h.planned()
	before := h.look(true, "home", "outside")
	o := h.supervise(slices.Concat(changing, legacyCalls, []int{unix.SYS_OPENAT2}), func(s *stop) verdict {
		if int(s.nr) == unix.SYS_OPENAT2 {
			return verdict{errno: unix.ENOSYS}
		}
		if found := s.byPath(h.root); found != "" {
			t.Error(found)
		}
		return verdict{}
	}, nil, "apply", "-json", name)
	if o.code == 0 || !strings.Contains(o.stdout+o.stderr, "not implemented") {
		t.Errorf("without openat2: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	same(t, "homes", before, h.look(true, "home", "outside"))
	for _, hide := range []string{"umount -l /proc", "mount -t tmpfs none /proc", "mount --bind /tmp /proc"} {
		o := h.runUnder([]string{"unshare", "-m", "sh", "-c", hide + ` && exec "$@"`, "sh"}, "apply", name)
		if o.code == 0 || !strings.Contains(o.stderr, "/proc") {
			t.Errorf("%s: exit code %d, %s", hide, o.code, o.stderr)
		}
		same(t, "homes", before, h.look(true, "home", "outside"))
	}
}
