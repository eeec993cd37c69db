//go:build linux

package apply

import (
	"context"
	"crypto/sha512"
	"errors"
	"fmt"
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
	for letter := 'a'; letter <= 'z'; letter++ {
		account := string(letter)
		h.dir("home/"+account, 0o711, int(h.uidOf(account)))
		// More than is kept in memory, and hardly to be compressed.
		for i := range 20 {
			name := fmt.Sprintf("%x%[1]x", sha512.Sum512([]byte{byte(letter), byte(i)}))[:250]
			h.file("home/"+account+"/"+name, 0o600, int(h.uidOf(account)))
			state, id := h.look("home/" + account + "/" + name)
			d := draft{account: account, path: name, id: id, change: plan.Change{Action: plan.Update, Before: state, After: state}}
			d.change.After.Mode = 0o644
			drafts = append(drafts, h.finish(d))
		}
	}
	o := h.plan(drafts...)
	run := h.apply(o, "done 520").Run
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

// TestUndoOfManySteps is one account's, more than are handed over at a time.
func TestUndoOfManySteps(t *testing.T) {
	inMemory(t)
	h := newHost(t)
	var drafts []draft
	for i := range 2*maxAtOnce + 1 {
		name := fmt.Sprintf("f%04d", i)
		h.file("home/alice/"+name, 0o600, int(h.uid))
		drafts = append(drafts, h.chmod(name, 0o644))
	}
	before := h.manifest()
	o := h.plan(drafts...)
	run := h.apply(o, fmt.Sprintf("done %d", len(drafts))).Run
	h.takeBack(o, run)
	h.same("after undo", before)
}
