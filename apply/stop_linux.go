package apply

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Stop asks the run that holds the lock of root to finish the steps in hand and
// end, as the first Ctrl-C does, and returns who that is; asked twice, it ends
// at once. It does not wait. Where no run holds the lock it refuses with a
// [*NotRunningError].
//
// Only a process that has the very lock file open gets the signal, and it is
// held by a pidfd before that is looked at: a number that was given to somebody
// else in between is not meant.
func Stop(lockDir, root string) (*LockHolder, error) {
	holder, err := Holder(lockDir, root)
	if err != nil {
		return nil, err
	}
	if holder == nil {
		return nil, &NotRunningError{plan.Quote(root), "nobody holds the lock"}
	}
	if holder.PID <= 0 || holder.Plan == "" {
		return nil, &NotRunningError{plan.Quote(root), "the lock is held, but not by a run, or by one that only begins"}
	}
	process, err := unix.PidfdOpen(holder.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil, &NotRunningError{plan.Quote(root), "it has just ended"}
	}
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", holder.PID, err)
	}
	defer unix.Close(process)
	if err := holds(holder, lockDir, root); err != nil {
		return nil, err
	}
	if err := unix.PidfdSendSignal(process, unix.SIGINT, nil, 0); err != nil {
		return nil, fmt.Errorf("process %d: %w", holder.PID, err)
	}
	return holder, nil
}

// holds checks that the lock is still held by the process that says so.
func holds(holder *LockHolder, lockDir, root string) error {
	now, err := Holder(lockDir, root)
	if err != nil {
		return err
	}
	if now == nil || now.PID != holder.PID || !now.Since.Equal(holder.Since) {
		return &NotRunningError{plan.Quote(root), "it has just ended"}
	}
	open, err := hasOpen(holder.PID, lockDir, root)
	if err != nil {
		return err
	}
	if !open {
		return &NotRunningError{plan.Quote(root), fmt.Sprintf("the lock names process %d, which does not have it", holder.PID)}
	}
	return nil
}

// hasOpen reports whether a process has the lock file of root open.
func hasOpen(pid int, lockDir, root string) (bool, error) {
	dir, err := fsys.OpenRoot(root)
	if err != nil {
		return false, err
	}
	defer dir.Close()
	file, err := openLock(lockDir, dir, 0)
	if err != nil {
		return false, err
	}
	defer file.Close()
	want, err := file.Stat()
	if err != nil {
		return false, err
	}
	fds := "/proc/" + strconv.Itoa(pid) + "/fd"
	entries, err := os.ReadDir(fds)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	for _, e := range entries {
		// The magic link leads to what is open, whatever has become of its name.
		if have, err := os.Stat(filepath.Join(fds, e.Name())); err == nil && os.SameFile(have, want) {
			return true, nil
		}
	}
	return false, err
}
