//go:build linux

package apply

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// TestStale spoils one planned chmod in every way that the tree can change
// under it. Nothing may change but by the spoiler.
func TestStale(t *testing.T) {
	tests := []struct {
		name, spoil, result, reason string
		root                        bool
	}{
		{"nothing", "true", "done 1", "", false},
		{"gone", "rm f", "stale 1", "no such file", false},
		{"replaced", "cp -p f g && rm f && mv g f", "stale 1", "another entry", false},
		{"same inode number", "i=$(stat -c %i f); for n in 1 2 3 4 5 6 7 8 9; do rm f; echo >f; chmod 600 f; done", "stale 1", "", false},
		{"directory", "rm f && mkdir f && chmod 600 f", "stale 1", "another entry", false},
		{"symlink", "mv f g && ln -s g f", "stale 1", "another entry", false},
		{"symlink outside", "rm f && ln -s ../../../outside f", "stale 1", "another entry", false},
		{"fifo", "rm f && mkfifo -m 600 f", "stale 1", "another entry", false},
		{"chmodded", "chmod 640 f", "stale 1", "mode 0640, planned at 0600", false},
		{"already right", "chmod 644 f", "already_right 1", "", false},
		{"linked", "ln f g", "stale 1", "names 2, planned at 1", false},
		{"chowned", "chown 33 f", "stale 1", "owner 33, planned at 2001", true},
		{"chgrped", "chgrp 33 f", "stale 1", "group 33, planned at 2001", true},
		{"setuid", "chmod 4600 f", "stale 1", "mode 4600", false},
		{"ACL", "setfacl -m u:33:r f", "stale 1", "ACL changed", true},
		{"immutable", "chattr +i f", "stale 1", "immutable", true},
		{"append-only", "chattr +a f", "stale 1", "immutable or append-only", true},
		{"parent replaced", "cd .. && mv sub x && ln -s x sub", "stale 1", "", false},
		{"parent outside", "cd .. && mv sub x && ln -s ../../../ sub", "stale 1", "", false},
		{"parent gone", "cd .. && rm -r sub", "stale 1", "no such file", false},
		{"parent a file", "cd .. && rm -r sub && touch sub", "stale 1", "not a directory", false},
		{"moved away", "mv f ..", "stale 1", "no such file", false},
		{"mounted over", "mount -t tmpfs none . && touch f", "stale 1", "cross-device", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root {
				needRoot(t)
			}
			h := newHost(t)
			h.must(os.WriteFile(h.base+"/outside", nil, 0o600))
			h.dir("home/alice/sub", 0o755, int(h.uid))
			h.file("home/alice/sub/f", 0o600, int(h.uid))
			o := h.plan(h.chmod("sub/f", 0o644))
			t.Cleanup(func() {
				exec.Command("umount", h.abs("home/alice/sub")).Run()
				exec.Command("chattr", "-ia", h.abs("home/alice/sub/f")).Run()
			})
			if out, err := exec.Command("sh", "-c", "cd "+h.abs("home/alice/sub")+" && "+tt.spoil).CombinedOutput(); err != nil {
				t.Skipf("%s: %v: %s", tt.spoil, err, out)
			}
			before, outside := h.tree(), h.shell("stat -c '%a %u %Z' ../outside")
			report := h.apply(o, tt.result)
			if len(report.NotDone) > 0 && !strings.Contains(report.NotDone[0].Reason, tt.reason) {
				t.Errorf("reason %q, want %q", report.NotDone[0].Reason, tt.reason)
			}
			if after := h.tree(); tt.result != "done 1" && after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
			if now := h.shell("stat -c '%a %u %Z' ../outside"); now != outside {
				t.Errorf("outside: %s, was %s", now, outside)
			}
		})
	}
}

// TestReusedInode holds the generation against the number: ext4 gives a freed
// number to the next file, whose state can be made the same.
func TestReusedInode(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/f", 0o600, int(h.uid))
	number := func() uint64 {
		info, err := os.Lstat(h.abs("home/alice/f"))
		h.must(err)
		return info.Sys().(*syscall.Stat_t).Ino
	}
	ino := number()
	o := h.plan(h.chmod("f", 0o644))
	for range 100 {
		h.must(os.Remove(h.abs("home/alice/f")))
		h.file("home/alice/f", 0o600, int(h.uid))
		if number() == ino {
			h.apply(o, "stale 1")
			h.wantMeta("home/alice/f", "ALICE 600 regular file")
			return
		}
	}
	t.Skip("the filesystem does not give inode numbers back")
}

func TestStaleLink(t *testing.T) {
	for _, spoil := range []string{"ln -sfn elsewhere l", "rm l && echo >l", "rm l && mkdir l", "rm l", "cp -P l m && mv -T m l"} {
		t.Run(spoil, func(t *testing.T) {
			h := newHost(t)
			h.link("home/alice/l", "old")
			o := h.plan(h.update("l", func(s *plan.State) { s.Target = "new" }))
			h.shell("cd home/alice && " + spoil)
			before := h.tree()
			h.apply(o, "stale 1")
			if after := h.tree(); after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
		})
	}
}

func TestStaleAdd(t *testing.T) {
	for _, spoil := range []string{"mkdir x", "echo >x", "ln -s www x", "mkfifo x", "cd .. && mv alice a && mkdir alice && chmod 755 alice"} {
		t.Run(spoil, func(t *testing.T) {
			h := newHost(t)
			o := h.plan(h.add("x", plan.State{Type: plan.Symlink, UID: h.uid, GID: h.gid(), Target: "w"}, ""))
			h.shell("cd home/alice && " + spoil)
			before := h.tree()
			h.apply(o, "stale 1")
			if after := h.tree(); after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
		})
	}
}

func TestStaleRemove(t *testing.T) {
	for _, spoil := range []string{"echo >d/more", "rm d/f", "mv d e && mkdir d", "chmod 700 d"} {
		t.Run(spoil, func(t *testing.T) {
			h := newHost(t)
			h.dir("home/alice/d", 0o755, int(h.uid))
			h.file("home/alice/d/f", 0o600, int(h.uid))
			o := h.plan(h.remove("d", 1))
			h.shell("cd home/alice && " + spoil)
			before := h.tree()
			h.apply(o, "stale 1")
			if after := h.tree(); after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
		})
	}
}

// TestRace lets an attacker exchange a planned file with a link to a file
// outside, and its directory with a link, as fast as he can. The outside file
// is never touched.
func TestRace(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	h := newHost(t)
	outside := h.base + "/outside"
	h.must(os.WriteFile(outside, nil, 0o600))
	h.must(os.Mkdir(h.base+"/away", 0o755))
	h.must(os.WriteFile(h.base+"/away/f", nil, 0o600))
	h.dir("home/alice/sub", 0o755, int(h.uid))
	h.file("home/alice/sub/f", 0o600, int(h.uid))
	h.link("home/alice/sub/link", outside)
	h.link("home/alice/other", h.base+"/away")
	edit := func(mode plan.Mode) draft {
		return h.update("sub/f", func(s *plan.State) { s.Mode = mode })
	}
	victims := func() string { return h.shell("stat -c '%n %a %u %Z' ../outside ../away ../away/f") }
	before := victims()
	var counts Counts
	for i := range 60 {
		// Planned in peace, applied under attack.
		o := h.plan(edit(0o600 | plan.Mode(1+i%7)))
		inside := h.exchange("home/alice/sub", [][2]string{{"f", "link"}})
		above := h.exchange("home/alice", [][2]string{{"sub", "other"}})
		report, err := Run(t.Context(), o)
		inside()
		above()
		h.must(err)
		counts.add(report.Counts)
		h.settle()
	}
	if after := victims(); after != before {
		t.Errorf("outside changed:\n%s\n%s", before, after)
	}
	t.Logf("under attack: %s", h.counts(counts))
}

// settle puts everything that the attacker moved back under its name.
func (h *host) settle() {
	h.shell(`cd home/alice
		[ -L sub ] && { mv -T sub t; mv -T other sub; mv -T t other; }
		cd sub
		[ -L f ] && { mv -T f t; mv -T link f; mv -T t link; }
		chmod 600 f`)
}

// TestRaceOfNames does the same to a link that gets a new target, a file that
// is removed and a name that something is added under.
func TestRaceOfNames(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	h := newHost(t)
	outside := h.base + "/outside"
	h.must(os.WriteFile(outside, []byte("precious"), 0o600))
	victim := func() string { return h.shell("stat -c '%a %u %h %Z' ../outside; cat ../outside") }
	before := victim()
	var counts Counts
	for range 40 {
		h.shell("cd home && rm -rf alice/* .rightful")
		h.link("home/alice/l", "old")
		h.file("home/alice/r", 0o600, int(h.uid))
		h.link("home/alice/bad", outside)
		o := h.plan(
			h.add("d", plan.State{Type: plan.Directory, UID: h.uid, GID: h.gid(), Mode: 0o750}, ""),
			h.update("l", func(s *plan.State) { s.Target = "new" }), h.remove("r", 0))
		// Whatever goes missing must be found again by these.
		kept := h.shell("stat -c %i home/alice/l home/alice/r home/alice/bad")
		stop := h.exchange("home/alice", [][2]string{{"l", "bad"}, {"r", "bad"}, {"d", "bad"}})
		report, err := Run(t.Context(), o)
		stop()
		h.must(err)
		counts.add(report.Counts)
		now := " " + strings.ReplaceAll(h.shell("find home -printf '%i\n'"), "\n", " ") + " "
		for ino := range strings.FieldsSeq(kept) {
			if !strings.Contains(now, " "+ino+" ") {
				t.Fatalf("inode %s is lost", ino)
			}
		}
	}
	if after := victim(); after != before {
		t.Errorf("outside: %s, was %s", after, before)
	}
	t.Logf("under attack: %s", h.counts(counts))
}

// exchange swaps pairs of names in a directory until it is told to stop.
func (h *host) exchange(dir string, pairs [][2]string) (stop func()) {
	h.t.Helper()
	// By descriptor, or the attacker's own paths would lead him astray.
	fd, err := unix.Open(h.abs(dir), unix.O_PATH, 0)
	h.must(err)
	done := make(chan struct{})
	var attacker sync.WaitGroup
	attacker.Go(func() {
		defer unix.Close(fd)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				p := pairs[i%len(pairs)]
				unix.Renameat2(fd, p[0], fd, p[1], unix.RENAME_EXCHANGE)
			}
		}
	})
	return func() { close(done); attacker.Wait() }
}
