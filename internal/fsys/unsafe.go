package fsys

import (
	"fmt"

	"rightful/plan"
)

// Trust says whose directories, links and files are believed.
type Trust func(uid uint32) bool

// UnsafeError means that somebody who is not trusted can replace what stands
// on the way to a path.
type UnsafeError struct {
	Path string
	Why  string
}

func (e *UnsafeError) Error() string { return e.Path + ": " + e.Why }

const othersWrite = plan.Mode(0o022)

// Replaceable is why somebody who is not trusted could replace name in the
// directory at path: nil if nobody could. Next is what stands there, nil if
// nothing does. A sticky directory keeps a name in the hands of its owner
// (chmod(1), restricted deletion flag).
func Replaceable(path string, dir *plan.State, name string, next *plan.State, trust Trust) *UnsafeError {
	switch {
	case !trust(dir.UID):
		return &UnsafeError{path, fmt.Sprintf("belongs to uid %d, who can replace what is in it", dir.UID)}
	case dir.Mode&othersWrite == 0:
		return nil
	case dir.Mode&plan.Sticky == 0:
		return &UnsafeError{path, fmt.Sprintf("mode %v lets others replace what is in it", dir.Mode)}
	case next != nil && !trust(next.UID):
		return &UnsafeError{path, fmt.Sprintf("is sticky, and %s in it belongs to uid %d, who can rename it", name, next.UID)}
	}
	return nil
}
