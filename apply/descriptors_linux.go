package apply

import "rightful/internal/fsys"

// A run divides what files it may have open: a quarter for filesystems that
// wait for their sync, half for workers, and the rest for lock, journal, plan and
// the accounts that are begun or ended.

// workerNeeds is what a worker opens for one account and one step, but for the
// directories on its two trails: to the step, and through what it counts.
const workerNeeds = 12

// mayTouch is how many filesystems may wait for their sync. Where each home is a
// mount of its own, there are many.
func mayTouch() int { return min(max(fsys.OpenMax()/4, 1), 64) }

// mayWork is how many workers there may be.
func mayWork() int { return max(fsys.OpenMax()/2/(workerNeeds+2*trailLength()), 1) }

// trailLength is how many directories a trail keeps open.
func trailLength() int { return min(fsys.OpenMax()/8, 32) }
