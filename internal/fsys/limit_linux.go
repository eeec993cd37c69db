package fsys

import "golang.org/x/sys/unix"

// OpenMax is how many files this process may have open at a time
// (RLIMIT_NOFILE; Go raises the soft limit to the hard one when it starts).
func OpenMax() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return leastDescriptors
	}
	return int(min(limit.Cur, mostDescriptors))
}

// What POSIX grants everybody, with which little can be done, and more than
// anybody here needs.
const (
	leastDescriptors = 20
	mostDescriptors  = 1 << 16
)
