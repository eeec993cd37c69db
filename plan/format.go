package plan

import "fmt"

// Version is the version of the plan file that this package writes, and the
// only one that it reads.
const Version = 2

// FormatError says why something is not a plan of ours.
type FormatError struct {
	Line    int64  // of the uncompressed file, from 1; 0 where there is none
	What    string // what is wrong
	Version int    // of the file, where that is what is wrong: this reads [Version]
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return "plan: " + e.What
	}
	return fmt.Sprintf("plan: line %d: %s", e.Line, e.What)
}
