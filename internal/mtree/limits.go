package mtree

import (
	"fmt"

	"rightful/plan"
)

// What a manifest may have at most. They bound the memory for a hostile one,
// and are beyond what Linux has.
const (
	maxLine   = 8 << 20  // bytes of a line with those that it takes in: a path of maxDepth names, encoded, and the rest
	maxDepth  = 4096     // names in a path
	maxName   = 255      // bytes, NAME_MAX; for names of users and groups too
	maxTarget = 4095     // bytes, PATH_MAX less the zero byte at its end
	maxACL    = 64 << 10 // bytes, XATTR_SIZE_MAX
)

// MaxComment is how many bytes the text of a comment may have. gomtree's lines
// have at most 64 KiB, its prefix and newline included.
const MaxComment = 63 << 10

// FormatError says why something cannot stand in a manifest.
type FormatError struct {
	File string // as the reader was told; empty for a writer
	Line int64  // where the line begins, from 1; 0 for a writer
	What string // what is wrong
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

func wrong(format string, args ...any) *FormatError {
	return &FormatError{What: fmt.Sprintf(format, args...)}
}

// excerpt is a hostile text as an error shows it.
func excerpt[T string | []byte](text T) string {
	const most = 64
	if len(text) > most {
		return plan.Quote(string(text[:most])) + "..."
	}
	return plan.Quote(string(text))
}

// checkName says what is wrong with one name of a path.
func checkName[T string | []byte](name T) error {
	switch {
	case len(name) == 0:
		return wrong("path: an empty name")
	case len(name) > maxName:
		return wrong("path: %s: longer than %d bytes", excerpt(name), maxName)
	case string(name) == "." || string(name) == "..":
		return wrong("path: %s is no name", string(name))
	}
	for i := range len(name) {
		if name[i] == '/' || name[i] == 0 {
			return wrong("path: %s: a slash or a zero byte in a name", excerpt(name))
		}
	}
	return nil
}
