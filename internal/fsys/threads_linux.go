package fsys

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Threads has as many threads run at a time as pays. A call that has to wait for a
// disk keeps its place among the GOMAXPROCS that run, see [handle]. While the kernel
// answers from its caches, nothing waits, and as many places as processors are best:
// more cost a tenth. While a disk is waited for, every worker needs one, and one is
// left for signals.
//
// What tells is how often the kernel had to put a thread to sleep (getrusage(2),
// ru_nvcsw): less than once in fifty directories from caches, at least once in
// each from a disk.
type Threads struct {
	before    int // at the beginning
	few, many int
	opened    atomic.Int64 // directories

	mu    sync.Mutex
	sleep int64 // ru_nvcsw at the last look
	now   int
}

// window is how many directories are opened between two looks.
const window = 64

// NewThreads begins with a place for each processor. The caller closes it.
func NewThreads(workers int) *Threads {
	few := runtime.GOMAXPROCS(0)
	return &Threads{before: few, few: few, many: max(few, workers+1), sleep: slept(), now: few}
}

// Opened is to be called for each directory that is opened. Without Threads
// nothing is adjusted.
func (t *Threads) Opened() {
	if t != nil && t.opened.Add(1)%window == 0 {
		t.adjust(slept())
	}
}

func (t *Threads) adjust(sleep int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set(t.want(sleep - t.sleep))
	t.sleep = sleep
}

func (t *Threads) set(want int) {
	if want != t.now {
		t.now = want
		runtime.GOMAXPROCS(want)
	}
}

// want is how many places there should be after so many sleeps in a window.
func (t *Threads) want(sleeps int64) int {
	switch {
	case sleeps > window/2:
		return t.many
	case sleeps < window/8:
		return t.few
	}
	return t.now
}

// Close gives the number of places back to the runtime.
func (t *Threads) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set(t.before)
}

// slept is how often threads of this process went to sleep.
func slept() int64 {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return int64(used.Nvcsw)
}
