package plan

import (
	"cmp"
	"slices"
)

// Cause is why an expectation will not hold: what stops somebody who can, or
// lets in somebody who cannot, and how much hangs on it.
type Cause struct {
	// Own means that the entries' own bits decide, not a directory above them.
	Own bool
	// Path is that directory, relative to the home, or absolute above it; empty
	// where there are too many to name.
	Path string
	Type Type   // of what decides
	Mode Mode   // of what decides
	Need string // "search", "read", "read and write"
	By   string // the class of bits that decides: "other has ---"

	Entries int64 // of which the expectation will not hold because of this
	Broken  int64 // of those, the ones of which it holds now
	// Example is the first of the entries, relative to the home.
	Example string
	// Account is whose the example is, and Accounts how many have such, 0 where
	// that is not known; only in a [Trailer].
	Account  string
	Accounts int64
}

// maxCauses are kept of each expectation: those on which the most hangs.
const maxCauses = 8

// manyCauses is how many a [Causes] tells apart by their directories.
const manyCauses = 1024

// causeKey is what a cause is, its counts and its example aside.
type causeKey struct {
	own      bool
	path     string
	of       Type
	mode     Mode
	need, by string
}

// Causes collects why one expectation does not hold. What it says in the end
// does not depend on the order in which it was told. The zero value is empty.
type Causes struct {
	all   map[causeKey]*Cause
	blunt bool // directories are not told apart any more
}

// Add counts what a cause counts to those of its kind.
func (s *Causes) Add(c Cause) {
	if s.all == nil {
		s.all = make(map[causeKey]*Cause)
	}
	if s.add(c); len(s.all) > manyCauses && !s.blunt {
		s.blunt = true
		old := s.all
		s.all = make(map[causeKey]*Cause)
		for _, c := range old {
			s.add(*c)
		}
	}
}

// Merge adds all of another's causes.
func (s *Causes) Merge(other *Causes) {
	for _, c := range other.all {
		s.Add(*c)
	}
}

func (s *Causes) add(c Cause) {
	if s.blunt {
		c.Path, c.Accounts = "", 0
	}
	key := causeKey{c.Own, c.Path, c.Type, c.Mode, c.Need, c.By}
	sum := s.all[key]
	if sum == nil {
		s.all[key] = &c
		return
	}
	sum.Entries += c.Entries
	sum.Broken += c.Broken
	sum.Accounts += c.Accounts
	if cmp.Or(cmp.Compare(c.Account, sum.Account), cmp.Compare(c.Example, sum.Example)) < 0 {
		sum.Account, sum.Example = c.Account, c.Example
	}
}

// Worst are the causes on which the most hangs, the worst first: those that the
// plan itself brings about before those that it leaves.
func (s *Causes) Worst() []Cause {
	var all []Cause
	for _, c := range s.all {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(x, y Cause) int {
		return cmp.Or(
			cmp.Compare(min(y.Broken, 1), min(x.Broken, 1)), cmp.Compare(y.Entries, x.Entries),
			cmp.Compare(x.Path, y.Path), cmp.Compare(x.Type, y.Type), cmp.Compare(x.Mode, y.Mode),
			cmp.Compare(x.Need, y.Need), cmp.Compare(x.By, y.By),
		)
	})
	return all[:min(len(all), maxCauses)]
}

func (c *Cause) wire(w *codec) {
	w.literal("{")
	w.flag("own", &c.Own)
	w.text("path", &c.Path)
	oneOf(w, "type", &c.Type, typeNames[:])
	w.mode("mode", &c.Mode)
	w.text("need", &c.Need)
	w.text("by", &c.By)
	num(w, "entries", &c.Entries)
	num(w, "broken", &c.Broken)
	w.text("example", &c.Example)
	w.text("account", &c.Account)
	num(w, "accounts", &c.Accounts)
	w.literal("}")
}
