package reconcile

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rightful/internal/access"
	"rightful/internal/fsys"
	"rightful/plan"
)

// walk is the look at one account. Its directories are tasks that any worker
// may take; what they find goes into the draft, which puts it in order.
type walk struct {
	*binding
	draft  *plan.Draft
	record plan.Account
	place  Place // the home's name in its parent; nil before the start
	home   *openDir

	// Under pool.mu.
	stack   []task
	pending int
	ended   bool

	begun    time.Time
	entries  atomic.Int64
	managed  atomic.Int64
	paths    atomic.Int64 // bytes of the paths of directories
	unseen   atomic.Bool  // something that a line may want could not be seen
	stopped  atomic.Bool  // over a budget: what is left on the stack is dropped
	problems problemList
	ids      idSet

	mu      sync.Mutex
	reached map[int]bool // layout lines that were found, added, or given a problem
	causes  []plan.Causes

	self  access.Identity // the account, where its checks ask
	top   glimpse         // the home
	found findings
}

// openDir is a directory that stays open while tasks below it wait.
type openDir struct {
	dir  Dir
	refs atomic.Int64
	kept bool // counted in run.open
}

// task is one directory to list, reached by a relative path from one that is
// open. Usually that is its parent; where too many are open, one further up.
type task struct {
	base   *openDir
	rel    string // "" for base itself
	path   string // relative to the home, "." for the home
	depth  int
	node   *node
	narrow *node // of the -path patterns; nil where nothing narrows
	alone  bool  // unmanaged, with all below
	view   view  // who gets here
}

// worker is one goroutine's scratch space.
type worker struct {
	*run
	buf       []byte
	children  []task
	steps     []stepFound
	names     arena // of the steps
	block     plan.Block
	numbers   map[*plan.Change]int // in the block
	sight     sight
	state     plan.State // of the entry in hand
	exam      examination
	view      outlook
	memo      map[memoKey]finding
	memoOf    *walk
	last      memoKey
	lastFound finding
	entryAt   entryAt // the entry in hand
	images    *fsys.ACLImages
}

// stepFound is a step of the directory in hand.
type stepFound struct {
	name   string
	id     plan.Identity
	change *plan.Change
	inside int64 // objects in a directory that is to be removed
}

// visit lists one directory and returns the tasks below it. Its error ends the
// run; what is wrong with the tree becomes a problem.
func (k *worker) visit(w *walk, t task) ([]task, error) {
	defer k.release(t.base)
	if w.stopped.Load() {
		return nil, nil
	}
	dir, err := t.open()
	if err != nil {
		w.cannotOpen(&t, err)
		return nil, nil
	}
	k.threads.Opened()
	here := &openDir{dir: dir}
	here.refs.Store(1)
	defer k.release(here)

	k.children, k.steps = k.children[:0], k.steps[:0]
	k.sight.begin(len(w.expects.list))
	defer w.addSight(&k.sight)
	defer k.exam.flush()
	if err := k.list(w, &t, dir); err != nil {
		return nil, err
	}
	if err := w.addMissing(k, &t, dir); err != nil {
		return nil, err
	}
	if err := k.save(w, &t, dir, k.steps); err != nil {
		return nil, err
	}
	if w.overTime() {
		return nil, nil
	}
	k.adopt(&t, here)
	return k.children, nil
}

func (t *task) open() (Dir, error) {
	if t.rel == "" {
		return t.base.dir.OpenDir(".")
	}
	return t.base.dir.OpenDir(t.rel)
}

// join is the path of a name in the task's directory. The name may be a
// listing's: the path keeps a copy.
func (t *task) join(name string) string { return plan.Join(t.path, strings.Clone(name)) }

// adopt gives the children a base: this directory if it may stay open.
func (k *worker) adopt(t *task, here *openDir) {
	if len(k.children) == 0 {
		return
	}
	base := here
	if k.staying.may(k.open.Load(), t.depth) {
		here.kept = true
		k.open.Add(1)
	} else {
		base = t.base
	}
	base.refs.Add(int64(len(k.children)))
	for i := range k.children {
		c := &k.children[i]
		if c.base = base; base == t.base && t.rel != "" {
			c.rel = c.path[len(c.path)-len(t.rel)-1-len(c.rel):]
		}
	}
}

// paceStep is how many entries are paid for at a time.
const paceStep = 16

// list looks at every name of the directory.
func (k *worker) list(w *walk, t *task, dir Dir) error {
	var info fsys.Info
	var seen, managed int64
	var fatal error
	err := dir.List(k.buf, func(e fsys.Dirent) error {
		narrow, in := k.narrowTo(t.narrow, e.Name())
		if !in {
			return nil
		}
		seen++
		if w.overEntries(seen) {
			return errStopped
		}
		if k.Pace != nil && seen%paceStep == 1 {
			k.Pace(paceStep)
		}
		if err := dir.Look(e, &info); err != nil {
			w.cannotLook(t, e.Name(), err)
			return nil
		}
		wanted := false
		if wanted, fatal = k.entry(w, t, dir, e.Name(), &info, narrow); wanted {
			managed++
		}
		return fatal
	})
	w.entries.Add(seen)
	w.managed.Add(managed)
	k.Progress.Entries.Add(seen)
	if err != nil && err != errStopped && fatal == nil {
		w.unreadable(t, t.path, "list", err)
	}
	return fatal
}

// entry decides about one name, notes the directory below it, and reports
// whether any line speaks of it.
func (k *worker) entry(w *walk, t *task, dir Dir, name string, info *fsys.Info, narrow *node) (managed bool, err error) {
	node := w.matcher.child(t.node, name)
	wants := node.wants
	alone := t.alone || w.leavesAlone(t.path, name, wants, info)
	managed = !alone && wants.concerns(info.Type)
	since := len(k.steps)
	if k.Decided != nil && (managed || wants.unmanaged && !t.alone) {
		k.tellDecided(w.binding, wants, info.Type)
	}
	if managed {
		if wants.path != nil {
			w.reach(wants.line)
		}
		switch {
		case info.MountRoot:
			w.problem(t.join(name), plan.MountInside, "something is mounted here")
		case selected(narrow) && !k.settled(w, dir, name, info, wants):
			err = k.unsettled(w, t, dir, name, info, wants)
		}
	}
	below := info.Type == plan.Directory && !info.MountRoot
	v := &t.view
	if !info.MountRoot && (w.expecting() && below || wants.weighed()) {
		have, after := k.states(dir, name, info, since)
		k.weigh(w, t.view, candidate{spot{t.path, name}, dir, wants, node, alone, have, after})
		if below && after != nil {
			through := w.through(t.view, spot{t.path, name}, have, after)
			v = &through
		}
	}
	if below && !k.takesAway(since) {
		path := t.join(name)
		k.children = append(k.children, task{
			rel: path[len(path)-len(name):], path: path, depth: t.depth + 1,
			// What is to go and stays all the same is not repaired, but it can be reached.
			node: node, narrow: narrow, alone: alone || managed && wants.removes(info.Type), view: *v,
		})
		w.overShape(t.depth+1, path)
	}
	return managed, err
}

// takesAway reports whether the steps that were found for an entry begin with
// its removal.
func (k *worker) takesAway(since int) bool {
	return len(k.steps) > since && k.steps[since].change.Action == plan.Remove
}

// concerns reports whether any line speaks of an entry of this type: links are
// the layout's business alone.
func (w *wants) concerns(t plan.Type) bool {
	return w.managed && (t != plan.Symlink || w.path != nil)
}

// leavesAlone reports whether an entry, and all below it, is nobody's business:
// unmanaged, kept as the host's mark, another account's home, or our workshop.
func (w *walk) leavesAlone(dir, name string, wants *wants, info *fsys.Info) bool {
	return wants.unmanaged ||
		len(w.keep) > 0 && info.Type != plan.Symlink && slices.Contains(w.keep, info.Mode) ||
		len(w.account.inner) > 0 && slices.Contains(w.account.inner, plan.Join(dir, name)) ||
		dir == "." && name == Workshop && info.UID == w.account.run.self && info.Mode == 0o700
}

// Workshop is the folder in which apply prepares and keeps things. It stands
// inside a home only where the home is a mount of its own.
const Workshop = ".rightful"

// release lets go of a base; the last one closes it.
func (r *run) release(d *openDir) {
	if d.refs.Add(-1) > 0 {
		return
	}
	if d.kept {
		r.open.Add(-1)
	}
	d.dir.Close()
}

// reach notes that a layout line is dealt with.
func (w *walk) reach(line int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reached[line] = true
}

func (w *walk) isReached(line int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reached[line]
}
