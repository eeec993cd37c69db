package plan

import (
	"cmp"
	"slices"
)

// fold is steps of one group, in one account or in many, as one line or a few.
// It remembers what it will print and counts the rest.
type fold struct {
	group  ID
	of     *Account // the first that has some
	change Change
	first  int64 // the position of its first step, for a stable order
	steps  int64
	dir    string // the deepest directory that holds all of its steps
	deeper bool   // some are further below
	names  topSteps
}

// maxNamed is how many steps of the classes that are never only counted are
// named.
const maxNamed = 20

// maxSamples is how many names a folded line shows if they look like secrets;
// minSamples if they do not.
const (
	maxSamples = 5
	minSamples = 2
)

// foldAt is how many steps of a group are shown one by one.
const foldAt = 3

func newFold(group ID, a *Account, c *Change, b *Block, position int64) *fold {
	f := &fold{group: group, of: a, change: *c, first: position, dir: b.Dir, names: topSteps{most: maxSamples}}
	if f.named() {
		f.names.most = maxNamed
	}
	return f
}

// named reports whether the fold is of a class that is named step by step.
func (f *fold) named() bool { return f.change.Action == Remove || f.change.Classes&Take != 0 }

// add counts the entries of b that get the fold's change.
func (f *fold) add(b *Block, e *Entry, position int64) {
	f.steps++
	if b.Dir != f.dir {
		f.dir, f.deeper = common(f.dir, b.Dir), true
	}
	rank := 0
	if secretName(e.Name) {
		rank = 1
	}
	if f.names.wants(rank) {
		f.names.add(topStep{rank: rank, position: position, path: pathOf(b, e), inside: inside(e), account: b.Account})
	}
}

// pattern is where the fold's steps are, as a rule would match them.
func (f *fold) pattern() string { return below(f.dir, f.deeper) }

func below(dir string, deeper bool) string {
	s := "*"
	if deeper {
		s = "**/*"
	}
	if dir == "" || dir == "." {
		return s
	}
	return Quote(dir) + "/" + s
}

// common is the deepest directory above or at both.
func common(a, b string) string {
	if a == "." || a == "" || b == "." || b == "" {
		return "."
	}
	n := 0
	for i := 0; ; i++ {
		endA, endB := i == len(a) || a[i] == '/', i == len(b) || b[i] == '/'
		if endA && endB {
			n = i
		}
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			break
		}
	}
	if n == 0 {
		return "."
	}
	return a[:n]
}

// noun is what the fold's entries are.
func (f *fold) noun() string {
	if f.change.Action == Remove {
		return f.change.Before.Type.String()
	}
	return f.change.After.Type.String()
}

// risk orders changes: what is lost, what becomes somebody else's, what is new,
// then who may reach it. The higher class decides.
func risk(c *Change) int {
	order := [...]Classes{Tighten, Loosen, Chown, ClassAdd, Take, ClassRemove}
	r := 0
	for i, class := range order {
		if c.Classes&class != 0 {
			r |= 1 << i
		}
	}
	return r
}

// rankOf puts the riskiest steps first, and of these the likely secrets.
func rankOf(c *Change, secret bool) int {
	if secret {
		return 2*risk(c) + 1
	}
	return 2 * risk(c)
}

// folds are the folds of one account or of many, at most most of them: an
// account's owner can make as many groups as there are modes and link targets.
type folds struct {
	most   int
	byID   map[ID]*fold
	steps  int64 // seen
	lowest *fold // the first to go
}

func newFolds(most int) *folds { return &folds{most: most, byID: map[ID]*fold{}} }

// add counts a block. A fold that was dropped never comes back with a part of
// its steps: what is kept only ever gets riskier, and it takes more risk than
// the lowest to get in.
func (fs *folds) add(a *Account, b *Block) {
	of := make([]*fold, len(b.Changes))
	seen := make([]bool, len(b.Changes))
	for i := range b.Entries {
		e := &b.Entries[i]
		if !seen[e.Change] {
			seen[e.Change] = true
			of[e.Change] = fs.find(a, b, e.Change)
		}
		if f := of[e.Change]; f != nil {
			f.add(b, e, fs.steps)
		}
		fs.steps++
	}
}

func (fs *folds) find(a *Account, b *Block, change int) *fold {
	id := b.ChangeGroup(a, change)
	if f := fs.byID[id]; f != nil {
		return f
	}
	c := &b.Changes[change]
	if len(fs.byID) == fs.most {
		if risk(c) <= risk(&fs.lowest.change) {
			return nil
		}
		delete(fs.byID, fs.lowest.group)
	}
	f := newFold(id, a, c, b, fs.steps)
	fs.byID[id] = f
	if len(fs.byID) == fs.most {
		all := fs.sorted()
		fs.lowest = all[len(all)-1]
	}
	return f
}

// sorted is the folds, riskiest first.
func (fs *folds) sorted() []*fold {
	all := make([]*fold, 0, len(fs.byID))
	for _, f := range fs.byID {
		all = append(all, f)
	}
	slices.SortFunc(all, func(x, y *fold) int {
		return cmp.Or(cmp.Compare(risk(&y.change), risk(&x.change)), cmp.Compare(x.first, y.first))
	})
	return all
}
