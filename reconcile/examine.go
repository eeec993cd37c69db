package reconcile

import (
	"path"
	"strings"

	"rightful/internal/access"
	"rightful/plan"
)

// candidate is an entry that expectations and checks may speak of, as it is and
// as it will be; either is nil where nothing is there.
type candidate struct {
	spot
	in          Dir // the directory; nil for what is added
	wants       *wants
	node        *node
	alone       bool
	have, after *plan.State
}

// weighed reports whether anything is said about access to an entry.
func (w *wants) weighed() bool { return len(w.expects)+len(w.checks) > 0 }

// weigh holds an entry against all that is said about access to it.
func (k *worker) weigh(w *walk, v view, c candidate) {
	broken := k.sight.broken
	k.judge(w, v, c.wants, c.spot, c.have, c.after)
	if k.examine(w, &c) && k.sight.broken == broken {
		k.sight.broken++
	}
}

// weighAdded is weigh for what stands there only after the plan.
func (k *worker) weighAdded(w *walk, v view, at spot, path string, change *plan.Change) {
	n := w.matcher.at(path)
	k.weigh(w, v, candidate{at, nil, n.wants, n, false, nil, &change.After})
}

// hanging is a finding of the folder in hand, and what hangs on it.
type hanging struct {
	key   findingKey
	sum   plan.Finding
	names []string // the first in bytewise order, of those that it is about
}

// findingKey tells one finding from another; path is empty for one about the
// entry itself.
type findingKey struct {
	check                      int
	path, weight, code, reason string
	status                     int64
}

// examination is a worker's scratch space for the entries of one folder. Files
// that are alike, and stand in the same folder, fare alike: a program that does
// look at names looks for files of its own, and those it finds by their paths.
type examination struct {
	w      *walk
	folder string
	counts []plan.Check
	found  map[findingKey]*hanging
	alike  map[likeness][]outcome
	last   likeness
	lasted []outcome
}

// likeness is all that a file's outcomes depend on within one folder.
type likeness struct {
	wants       *wants
	have, after plan.State
}

// examine asks the programs about one entry, and reports whether the plan takes
// it away from one of them.
func (k *worker) examine(w *walk, c *candidate) (broken bool) {
	if len(c.wants.checks) == 0 {
		return false
	}
	x := &k.exam
	if x.w != w || x.folder != c.dir || len(x.found) > maxFindings {
		x.flush()
		x.begin(w, c.dir)
	}
	key := likeness{wants: c.wants}
	if c.have != nil {
		if c.have.Type == plan.Symlink && c.have.Target == "" && c.in != nil {
			c.have.Target, _ = c.in.Readlink(c.name) // a link without target leads nowhere
		}
		key.have = *c.have
	}
	if c.after != nil {
		key.after = *c.after
	}
	return x.count(k.outcomes(x, c, key), c.name)
}

// outcomes are remembered for files.
func (k *worker) outcomes(x *examination, c *candidate, key likeness) []outcome {
	if key == x.last {
		return x.lasted
	}
	list, known := x.alike[key]
	if known {
		x.last, x.lasted = key, list
		return list
	}
	file := key.have.Type != plan.Symlink && key.have.Type != plan.Directory &&
		key.after.Type != plan.Symlink && key.after.Type != plan.Directory
	list = k.judgeAll(x, c, key, file)
	if file && len(x.alike) < maxMemo {
		x.alike[key], x.last, x.lasted = list, key, list
	}
	return list
}

// unnamed stands for any file of a folder: a name that none can have, so that
// what is found at that path is found of the file, and of nothing else.
const unnamed = "\x00"

// judgeAll asks every program whose patterns match.
func (k *worker) judgeAll(x *examination, c *candidate, key likeness, file bool) []outcome {
	w, rel := x.w, plan.Join(c.dir, c.name)
	if w.overTime() {
		return nil // links that lead on and on are a customer's to make
	}
	if file {
		rel = plan.Join(c.dir, unnamed)
	}
	k.view.of(w)
	k.view.path = path.Join(w.place.Path(), rel)
	k.view.hand = &glimpse{
		now: key.have, after: key.after, differs: key.have != key.after,
		node: c.node, alone: c.alone, added: key.have.Type != key.after.Type, // no step makes another type of what stays
	}
	var list []outcome
	for _, i := range c.wants.checks {
		check := &w.checks[i]
		now, after := check.speaks(key.have.Type), check.speaks(key.after.Type)
		if !now && !after {
			continue
		}
		list = append(list, k.consult(x, i, rel, now, after))
	}
	if !file {
		k.view.keep(k.view.path, k.view.hand)
	}
	k.view.hand = nil
	return list
}

// A path that is longer or deeper is not judged: no program can use one of
// PATH_MAX bytes, and a chain of folders that somebody made to waste time wastes it
// by the square.
const (
	tooLong = 4096
	tooDeep = 128
)

// consult asks one program about the path rel, or about the account where rel is
// empty.
func (k *worker) consult(x *examination, i int, rel string, now, after bool) outcome {
	w := x.w
	var asked string
	if rel != "" {
		asked = path.Join(w.account.spec.Home, rel)
	}
	if len(asked) >= tooLong || strings.Count(asked, "/") > tooDeep {
		far := []access.Finding{{Weight: access.Doubt, Path: asked, Reason: "the path is too long to be judged"}}
		return x.sumUp(i, asked, now, after, far, far)
	}
	check := &w.checks[i]
	c := check.question(w.account, w.self)
	c.Tree, c.Path = k.view.now(), asked
	k.view.differs = false
	was := check.consumer.Check(&c)
	will := was
	// A program that sees nothing that will be different says the same.
	if k.view.differs {
		c.Tree = k.view.after()
		will = check.consumer.Check(&c)
	}
	return x.sumUp(i, asked, now, after, was, will)
}

// hanging is the folder's finding of that kind.
func (x *examination) hanging(i int, asked string, f *access.Finding) *hanging {
	key := findingKey{i, f.Path, f.Weight.String(), f.Code, f.Reason, int64(f.Status)}
	if asked != "" && (f.Path == asked || f.Path == x.resolved(asked)) || len(f.Path) >= tooLong {
		key.path = ""
	}
	h := x.found[key]
	if h == nil {
		h = &hanging{key: key, sum: plan.Finding{Weight: key.weight, Code: key.code, Status: key.status, Reason: key.reason, Path: key.path}}
		x.found[key] = h
	}
	return h
}

// resolved is a path of the home as the kernel ends up there.
func (x *examination) resolved(asked string) string {
	return x.w.place.Path() + strings.TrimPrefix(asked, x.w.account.spec.Home)
}

// count adds an entry's outcomes to those of its folder.
func (x *examination) count(list []outcome, name string) (broken bool) {
	for i := range list {
		o := &list[i]
		sum := &x.counts[o.check]
		sum.Matched++
		sum.RefusedNow += bit(o.now == refused)
		sum.RefusedAfter += bit(o.after == refused)
		sum.DoubtNow += bit(o.now == doubtful)
		sum.DoubtAfter += bit(o.after == doubtful)
		if o.broken() {
			sum.Broken++
			broken = true
		}
		for _, r := range o.reasons {
			r.sum.Now += bit(r.now)
			r.sum.After += bit(r.after)
			r.sum.Broken += bit(r.broken)
			if r.key.path == "" {
				r.names = smallest(r.names, name)
			}
		}
	}
	return broken
}

func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
