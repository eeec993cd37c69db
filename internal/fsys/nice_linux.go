package fsys

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Of linux/ioprio.h.
const (
	ioprioWhoProcess = 1
	ioprioIdle       = 3 << 13 // IOPRIO_CLASS_IDLE
)

// NiceIO puts the process into the idle class of the disk scheduler
// (ioprio_set(2)). That is a matter of threads: every one there is gets it, and
// new ones have their parent's.
func NiceIO() error {
	done := map[string]bool{}
	for more := true; more; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		// One that was made meanwhile may have a parent that had not got it yet.
		more = false
		for _, t := range threads {
			if done[t.Name()] {
				continue
			}
			done[t.Name()], more = true, true
			if err := niceThread(t.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

func niceThread(name string) error {
	id, err := strconv.Atoi(name)
	if err != nil {
		return err
	}
	_, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, ioprioWhoProcess, uintptr(id), ioprioIdle)
	if errno != 0 && errno != unix.ESRCH {
		return os.NewSyscallError("ioprio_set", errno)
	}
	return nil
}
