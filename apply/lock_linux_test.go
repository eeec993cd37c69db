package apply

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"rightful/internal/fsys"
)

// TestLockIsOne while its file comes and goes: whoever has it is alone.
func TestLockIsOne(t *testing.T) {
	dir, locks := t.TempDir(), filepath.Join(t.TempDir(), "locks")
	root, err := fsys.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var inside, had, busy atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				l, err := acquire(locks, root, LockHolder{By: "test"})
				var locked *LockedError
				if errors.As(err, &locked) {
					busy.Add(1)
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two at once")
				}
				had.Add(1)
				inside.Add(-1)
				if err := l.release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if had.Load() == 0 {
		t.Error("nobody ever had it")
	}
	t.Logf("%d times held, %d times busy", had.Load(), busy.Load())
	left, err := os.ReadDir(locks)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestLockFolderOfSomebodyElse(t *testing.T) {
	root, err := fsys.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, link} {
		if l, err := acquire(dir, root, LockHolder{}); err == nil {
			l.release()
			t.Errorf("%s was believed", dir)
		}
	}
}
