package fsys

import (
	"errors"
	"os"
	"slices"
	"strings"

	"rightful/plan"
)

// Opener is a directory that can open those below it, as [Dir] can.
type Opener[D any] interface {
	OpenDir(rel string) (D, error)
	Close() error
}

// Trail opens directories below one, in any order, and each from the nearest one
// above it that is still open. In preorder that is the one before, or a parent
// of it that is not far, so that a directory costs about the same however deep
// it is: the kernel looks at every component of a path, and a customer can make
// a chain of thousands.
//
// A directory that stays open can be moved meanwhile, as any that a caller has
// open. What is found below it is below it, with no link or mount between.
type Trail[D Opener[D]] struct {
	base  D
	path  string // that all stops are on
	stops []stop[D]
	limit int
	every int // the upper half of the stops are at levels that this divides
}

// stop is one open directory.
type stop[D any] struct {
	dir   D
	end   int // of its path, which is the beginning of the trail's
	level int // below the base
}

// NewTrail starts at base, which stays the caller's, and keeps at most limit
// directories open, at least two.
func NewTrail[D Opener[D]](base D, limit int) *Trail[D] {
	return &Trail[D]{base: base, limit: max(limit, 2), every: 1}
}

// OpenDir opens the directory rel below the base. It stays the trail's, and is
// good until the next call. One that is open still is given as it was left: what
// was listed of it is not listed again.
func (t *Trail[D]) OpenDir(rel string) (dir D, err error) {
	t.leave(rel)
	for {
		from, above := stop[D]{dir: t.base}, 0
		if n := len(t.stops); n > 0 {
			from = t.stops[n-1]
			if above = from.end + 1; above > len(rel) {
				return from.dir, nil
			}
		}
		rest := rel[above:]
		names, end := hop(rest)
		dir, err = from.dir.OpenDir(rest[:end])
		if err != nil && end < len(rest) {
			// What is on the way need not be readable.
			names, end = 1+strings.Count(rest, "/"), len(rest)
			dir, err = from.dir.OpenDir(rest)
		}
		if err != nil {
			return dir, renamed(err, rel)
		}
		t.path = rel
		t.stops = append(t.stops, stop[D]{dir, above + end, from.level + names})
		t.thin()
	}
}

// renamed is an error with the whole path in the place of its part.
func renamed(err error, path string) error {
	var of *os.PathError
	if errors.As(err, &of) {
		of.Path = path
	}
	return err
}

// near is how many names are looked at in one go.
const near = 16

// hop is how much of a path is opened next: all of it, or half of a long one, so
// that who goes back up from there finds something open on the way.
func hop(rel string) (names, end int) {
	names = 1 + strings.Count(rel, "/")
	if names <= near {
		return names, len(rel)
	}
	names /= 2
	for range names {
		end += 1 + strings.IndexByte(rel[end:], '/')
	}
	return names, end - 1
}

// leave closes what is not rel, and not above it.
func (t *Trail[D]) leave(rel string) {
	shared := plan.Shared(t.path, rel)
	n := len(t.stops)
	for n > 0 {
		end := t.stops[n-1].end
		if end <= shared && (end == len(rel) || rel[end] == '/') {
			break
		}
		n--
		t.stops[n].dir.Close()
	}
	t.stops = t.stops[:n]
	if n == 0 {
		t.every = 1
	}
}

// thin keeps to the limit. The lower half of the stops are next to each other,
// for what comes after; the upper half are evenly apart, so that on the way back
// one of them is never far.
func (t *Trail[D]) thin() {
	for len(t.stops) > t.limit {
		i := slices.IndexFunc(t.stops[:t.limit/2], func(s stop[D]) bool { return s.level%t.every != 0 })
		if i < 0 {
			t.every *= 2
			continue
		}
		t.stops[i].dir.Close()
		t.stops = slices.Delete(t.stops, i, i+1)
	}
}

// Close closes all but the base.
func (t *Trail[D]) Close() {
	for _, s := range t.stops {
		s.dir.Close()
	}
	t.stops, t.path = nil, ""
}
