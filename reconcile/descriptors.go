package reconcile

import "rightful/internal/fsys"

// A run divides what files it may have open: a quarter for workers and the
// accounts that they are at, a quarter for directories that wait until all below
// them are seen, and the rest for all else.

const (
	// workerNeeds is what one worker has open, with the accounts that are begun
	// because of it (see [newPool]): their homes and what their drafts spill.
	workerNeeds = 12
	// maxTrail is how much of a directory that is to be removed is open while
	// it is counted.
	maxTrail = 16
	maxOpen  = 512
)

// mayWork is how many of the wanted workers there may be.
func mayWork(wanted int) int { return max(min(wanted, fsys.OpenMax()/4/workerNeeds), 1) }

// staying decides which directories stay open for those below them.
type staying struct {
	limit int64
	every int // the second half of the limit is for levels that this divides
}

// newStaying keeps half of the descriptors for levels so far apart that they
// suffice to the depth at which an account is held: on the way back from there,
// an open directory is never far.
func newStaying(depth, workers int) staying {
	limit := min(max(fsys.OpenMax()/4, 4), maxOpen)
	return staying{int64(limit), max(2*min(depth, maxPaths)*workers/limit, 1)}
}

// may reports whether one more directory can, at a depth below its home.
func (s staying) may(open int64, depth int) bool {
	return open < s.limit/2 || open < s.limit && depth%s.every == 0
}
