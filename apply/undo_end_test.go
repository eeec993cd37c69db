//go:build linux

package apply

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// fullDisk takes some bytes.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, unix.ENOSPC
	}
	return len(p), nil
}

// TestUndoThatEndsEarly: wherever it is when it cannot go on, it says why, and
// whatever it had open is closed.
func TestUndoThatEndsEarly(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	var drafts []draft
	for name := 'a'; name <= 'z'; name++ {
		home := "home/" + string(name)
		h.dir(home, 0o755, int(h.uidOf(string(name))))
		state, id := h.look(home)
		d := draft{account: string(name), path: ".", id: id, change: plan.Change{Action: plan.Update, Before: state, After: state}}
		d.change.After.Mode = 0o711
		drafts = append(drafts, h.finish(d))
	}
	o := h.plan(drafts...)
	run := h.apply(o, "done 26").Run
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	torn := func(h *host) {
		name := filepath.Join(o.StateDir, "runs", run, planFile)
		info, err := os.Stat(name)
		h.must(err)
		h.must(os.Truncate(name, info.Size()-20))
	}
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		to    io.Writer
		first func(*host)
		want  error
	}{
		{"an interrupt", canceled, io.Discard, nil, context.Canceled},
		{"a full disk", t.Context(), &fullDisk{}, nil, unix.ENOSPC},
		{"a torn plan", t.Context(), io.Discard, torn, io.ErrUnexpectedEOF},
	} {
		past, err := OpenPast(o.StateDir, run, nil)
		h.must(err)
		if tt.first != nil {
			tt.first(h)
		}
		before := h.descriptors()
		_, err = Undo(tt.ctx, tt.to, UndoOptions{Run: past, LockDir: o.LockDir, Host: o.Host})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if after := h.descriptors(); after != before {
			t.Errorf("%s: %d descriptors, %d before", tt.name, after, before)
		}
		past.Close()
	}
}

func (h *host) descriptors() int {
	h.t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	h.must(err)
	return len(open)
}
