package fsys

import (
	"runtime"
	"testing"
)

func TestThreads(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	threads := NewThreads(before + 5)
	few, many := before, before+6
	for i, step := range []struct {
		sleeps int64 // in a window
		want   int
	}{
		{0, few},
		{window / 8, few},
		{window / 2, few}, // neither: as it was
		{window, many},
		{window / 4, many},
		{window / 8, many},
		{window/8 - 1, few},
		{100 * window, many},
	} {
		threads.adjust(threads.sleep + step.sleeps)
		if got := runtime.GOMAXPROCS(0); got != step.want {
			t.Errorf("step %d: %d sleeps: %d places, want %d", i, step.sleeps, got, step.want)
		}
	}
	threads.Close()
	if got := runtime.GOMAXPROCS(0); got != before {
		t.Errorf("closed: %d places, %d before", got, before)
	}
}

// Fewer workers than processors are no reason to have fewer places.
func TestThreadsOfOneWorker(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	threads := NewThreads(1)
	defer threads.Close()
	threads.adjust(threads.sleep + 100*window)
	if got := runtime.GOMAXPROCS(0); got < before {
		t.Errorf("%d places, %d before", got, before)
	}
}

// TestSlept is that what tells, tells: to wait for another goroutine's write in
// a pipe puts a thread to sleep.
func TestSlept(t *testing.T) {
	before := slept()
	p := make(chan int)
	for range 100 {
		go func() { runtime.LockOSThread(); p <- 1 }()
		<-p
	}
	if after := slept(); after <= before {
		t.Errorf("%d sleeps after a hundred waits, %d before", after, before)
	}
}
