//go:build linux

package apply

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"rightful/plan"
)

// everyKind plans one step of each kind that changes something.
func everyKind(h *host) Options {
	h.dir("home/alice/www", 0o700, int(h.uid))
	h.file("home/alice/www/index.php", 0o600, int(h.uid))
	h.file("home/alice/www/old", 0o600, int(h.uid))
	h.dir("home/alice/www/cache", 0o750, int(h.uid))
	h.file("home/alice/www/cache/x", 0o600, int(h.uid))
	h.link("home/alice/public", "nowhere")
	h.link("home/alice/mine", "www")
	uid, gid := h.uid, h.gid()
	drafts := []draft{
		h.chmod(".", 0o711),
		h.add("etc", plan.State{Type: plan.Directory, UID: uid, GID: gid, Mode: 0o2750}, ""),
		h.add("etc/motd", plan.State{Type: plan.File, UID: uid, GID: gid, Mode: 0o644, Nlink: 1}, "hello\n"),
		h.add("latest", plan.State{Type: plan.Symlink, UID: uid, GID: gid, Target: "www"}, ""),
		h.update("public", func(s *plan.State) { s.Target = "www" }),
		h.chmod("www", 0o755),
		h.remove("www/cache", 1),
		h.chmod("www/index.php", 0o644),
		h.remove("www/old", 0),
	}
	if os.Geteuid() == 0 {
		h.file("home/alice/www/root", 0o640, 0)
		h.dir("home/alice/www/up", 0o750, int(uid))
		drafts = append(drafts,
			h.update("www/root", func(s *plan.State) { s.UID, s.GID, s.Mode = uid, gid, 0o604 }),
			h.update("www/up", func(s *plan.State) { s.GID, s.Mode = 33, 0o2710 }))
	}
	return h.plan(append(drafts, everyACL(h)...)...)
}

func TestEveryKind(t *testing.T) {
	h := newHost(t)
	o := everyKind(h)
	n := o.Approval.Count
	report := h.apply(o, fmt.Sprintf("done %d", n))
	h.wantMeta("home/alice", "ALICE 711 directory")
	h.wantMeta("home/alice/etc", "ALICE 2750 directory")
	h.wantMeta("home/alice/etc/motd", "ALICE 644 regular file")
	h.wantMeta("home/alice/latest", "ALICE 777 symbolic link")
	h.wantMeta("home/alice/public", "ALICE 777 symbolic link")
	h.wantMeta("home/alice/www", "ALICE 755 directory")
	h.wantMeta("home/alice/www/index.php", "ALICE 644 regular file")
	if got := h.shell("readlink home/alice/latest home/alice/public; cat home/alice/etc/motd"); got != "www\nwww\nhello" {
		t.Errorf("links and content: %q", got)
	}
	if got := h.shell("ls home/alice/www"); strings.Contains(got, "old") || strings.Contains(got, "cache") {
		t.Errorf("not removed: %s", got)
	}
	quarantine := h.shell("cd home/.rightful/quarantine/" + report.Run + " && find . | sort | tr '\\n' ' '")
	if strings.Count(quarantine, "/") != 5 {
		t.Errorf("quarantine has %s", quarantine)
	}
	if got := h.shell("ls -A home/.rightful"); got != "quarantine" {
		t.Errorf("the workshop has %s", got)
	}
	if os.Geteuid() == 0 {
		h.wantMeta("home/.rightful", "0:0 700 directory")
		h.wantMeta("home/alice/www/root", "ALICE 604 regular file")
		h.wantMeta("home/alice/www/up", "2001:33 2710 directory")
	}
}

func TestTwice(t *testing.T) {
	h := newHost(t)
	o := everyKind(h)
	h.apply(o, fmt.Sprintf("done %d", o.Approval.Count))
	before := h.shell("find . -printf '%p %i %C@\\n' | sort")
	report := h.apply(o, fmt.Sprintf("already_right %d", o.Approval.Count))
	if after := h.shell("find . -printf '%p %i %C@\\n' | sort"); after != before {
		t.Errorf("the second run changed something:\n%s\n%s", before, after)
	}
	if !report.Counts.Complete() || len(report.NotDone) != 0 {
		t.Errorf("report: %+v", report)
	}
}

func TestMissingHome(t *testing.T) {
	h := newHost(t)
	h.must(os.Remove(h.abs("home/alice")))
	uid, gid := h.uid, h.gid()
	dir := plan.State{Type: plan.Directory, UID: uid, GID: gid, Mode: 0o711}
	o := h.plan(
		h.add(".", dir, ""), h.add("www", dir, ""), h.add("www/a", dir, ""),
		h.add("www/a/f", plan.State{Type: plan.File, UID: uid, GID: gid, Mode: 0o600, Nlink: 1}, "x"),
		h.add("link", plan.State{Type: plan.Symlink, UID: uid, GID: gid, Target: "www"}, ""))
	h.apply(o, "done 5")
	h.wantMeta("home/alice", "ALICE 711 directory")
	h.wantMeta("home/alice/www/a/f", "ALICE 600 regular file")
	h.apply(o, "already_right 5")
}

func TestNeedsWhatWasNotAdded(t *testing.T) {
	h := newHost(t)
	dir := plan.State{Type: plan.Directory, UID: h.uid, GID: h.gid(), Mode: 0o711}
	o := h.plan(h.add("a", dir, ""), h.add("a/b", dir, ""), h.add("a/b/c", dir, ""))
	h.file("home/alice/a", 0o600, int(h.uid))
	h.apply(o, "stale 1, not_reached 2")
}

func TestManySteps(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	h := newHost(t)
	var drafts []draft
	for d := range 20 {
		h.dir(fmt.Sprintf("home/alice/d%02d", d), 0o755, int(h.uid))
		for f := range 500 {
			path := fmt.Sprintf("d%02d/f%03d", d, f)
			h.file("home/alice/"+path, 0o600, int(h.uid))
			drafts = append(drafts, h.chmod(path, 0o644))
		}
	}
	o := h.plan(drafts...)
	var last Event
	o.Progress = func(e Event) { last = e }
	var paces atomic.Int64
	o.Pace = func() { paces.Add(1) }
	report := h.apply(o, "done 10000")
	if paces.Load() != 10000 {
		t.Errorf("asked for the pace %d times", paces.Load())
	}
	if last.Counts != report.Counts || last.Steps != 10000 {
		t.Errorf("last event: %+v", last)
	}
	if got := h.shell("find home/alice -type f -perm 644 | wc -l"); got != "10000" {
		t.Errorf("%s files have mode 0644", got)
	}
	j, err := ReadJournal(h.base + "/state/runs/" + report.Run)
	if err != nil || j.Run.Results != report.Counts || j.Run.Interrupted {
		t.Errorf("journal: %+v, %v", j.Run, err)
	}
	for _, n := range []int64{0, 4999, 9999} {
		if r, _ := j.Result(n); r != Done {
			t.Errorf("step %d: %v", n, r)
		}
	}
}
