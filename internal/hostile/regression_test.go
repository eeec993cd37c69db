//go:build linux

package hostile

import (
	"strings"
	"testing"
)

// Each of these was once a way in.

// TestT14MoreThanTheSpoolHolds: more than 4 MiB of one account's plan. The spool
// handed out its own memory, the writer kept that as its buffer, and the next
// record that was read back from the disk overwrote records that were not written
// yet: a panic, or a plan with one directory's steps in the place of another's. It depends on the order in which directories
// are listed, which a disk's filesystem mixes.
func TestT14MoreThanTheSpoolHolds(t *testing.T) {
	slow(t)
	h := newHostIn(t, "")
	h.forest("home/alice/public_html", strings.Repeat("d", 255), 6, 4096)
	h.must("plan", "-out", "x.plan")
	paths := map[string]bool{}
	for _, s := range h.steps("x.plan") {
		paths[s.Path()] = true
	}
	if len(paths) < 4096 {
		t.Errorf("steps for %d paths", len(paths))
	}
}

// TestT25PlanWithoutProc: what cannot be seen for want of /proc is no tree that
// changes, and no plan.
func TestT25PlanWithoutProc(t *testing.T) {
	needTool(t, "unshare")
	for _, hide := range []string{"umount -l /proc", "mount -t tmpfs none /proc"} {
		h := newHost(t)
		o := h.runUnder([]string{"unshare", "-m", "sh", "-c", hide + ` && exec "$@"`, "sh"}, "plan", "-out", "x.plan")
		if o.code == 0 || !strings.Contains(o.stderr, "/proc") {
			t.Errorf("%s: exit code %d, %s\n%s", hide, o.code, o.stderr, o.stdout)
		}
	}
}

// TestLockNamesPlan: who is turned away is told who holds the lock, since when,
// and with which plan.
func TestLockNamesPlan(t *testing.T) {
	h := newHost(t)
	name, second := h.planned(), outcome{}
	h.applySupervised(name, nil, func(s *stop) verdict {
		if second.code == 0 && h.isAlices(s) {
			second = h.run("apply", name)
		}
		return verdict{}
	})
	if second.code != 11 || !strings.Contains(second.stderr, "sha256:") {
		t.Errorf("exit code %d: %s", second.code, second.stderr)
	}
}

// TestT13DeepMemory: 4,000 levels of 255 bytes, and 500 directories at the end.
// Each that waits is kept by its path of a MiB, which was worth gigabytes for 30
// seconds of a customer's mkdir.
func TestT13DeepMemory(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.forest("home/alice/public_html", strings.Repeat("d", 255), 4000, 500)
	if o := h.frugal("plan"); len(o.stdout) > 16<<20 {
		t.Errorf("%d MiB of text", len(o.stdout)>>20)
	}
}
