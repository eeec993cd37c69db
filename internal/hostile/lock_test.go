//go:build linux

package hostile

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A second apply of the same host is told who is at work, whatever its state
// folder is, and touches nothing.
func TestLocked(t *testing.T) {
	h := newHost(t)
	name := h.planned()
	held := regexp.MustCompile(`held by .+, process \d+, since `)
	tried := false
	r := h.applySupervised(name, nil, func(s *stop) verdict {
		if tried || !h.isAlices(s) {
			return verdict{}
		}
		tried = true
		before := h.look(true, "home/alice")
		other := *h
		other.env = append(other.env, "RIGHTFUL_STATE_DIR="+filepath.Join(h.base, "elsewhere"))
		second := other.run("apply", name)
		if second.code != 11 || !held.MatchString(second.stderr) {
			t.Errorf("exit code %d: %s", second.code, second.stderr)
		}
		same(t, "the home in hand", before, h.look(true, "home/alice"))
		if _, err := os.Stat(filepath.Join(h.base, "elsewhere/runs")); err == nil {
			t.Error("the second run has a record")
		}
		return verdict{}
	})
	if !r.Complete || !tried {
		t.Errorf("%+v", r)
	}
}

// The first interrupt finishes the steps in hand, says what remains, and leaves
// a whole record; the second ends the process where it is.
func TestInterrupted(t *testing.T) {
	slow(t)
	for _, signals := range []int{1, 2} {
		h := newHost(t)
		h.sh("for i in $(seq 200); do mkdir home/bob/public_html/d$i; done; chown -R 62002:62002 home/bob/public_html; chmod 700 home/bob/public_html/*")
		name := h.planned()
		steps, before, sent := h.steps(name), h.look(false, "home"), 0
		r := h.applySupervised(name, nil, func(s *stop) verdict {
			if sent == 0 && h.isAlices(s) {
				sent = signals
				pid := leader(s.pid)
				unix.Kill(pid, unix.SIGINT)
				// The next one counts as the second when the first has been taken.
				for signals > 1 && unix.Kill(pid, unix.SIGINT) == nil {
				}
			}
			return verdict{}
		})
		j := h.lastJournal()
		h.honest(j, steps, before)
		h.narrow(steps)
		if signals == 1 && (r.code != 7 || r.Results["not_reached"] == 0 || j.Run.Interrupted) {
			t.Errorf("exit code %d, %v, %s", r.code, r.Results, r.stderr)
		}
		if signals == 2 && (r.code != -1 || !j.Run.Interrupted) {
			t.Errorf("second interrupt: exit code %d, %v %s", r.code, r.Results, r.stderr)
		}
		h.converges(name, h.outside(), h.files())
	}
}

// leader is the process of a thread.
func leader(tid int) int {
	data, _ := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/status")
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "Tgid:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(rest))
			return pid
		}
	}
	return tid
}
