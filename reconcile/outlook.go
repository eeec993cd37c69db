package reconcile

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"rightful/internal/access"
	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// glimpse is one path as it is, and as the account's steps will leave it. A state
// of no type is that of nothing.
type glimpse struct {
	now, after plan.State
	err        error // neither can be told
	differs    bool
	node       *node // of a path in the home
	alone      bool  // no step goes here, or below
	added      bool  // after is a new entry: nothing of what is below now stays
}

// outlook is one worker's view of an account and of what is around it, for
// programs that look at other paths than the one that they are asked about. What
// a step elsewhere in the account will do is not waited for: it is decided here
// as the walk decides it, from the same lines and by the same comparison.
type outlook struct {
	k     *worker
	w     *walk
	known map[string]*glimpse
	// The entry in hand is known from the walk.
	path string
	hand *glimpse

	differs bool // something that was looked at will be different

	dir    Dir // the directory that was last looked into, and its path
	folder string
}

// maxGlimpses bounds what is remembered, link targets and ACLs included: enough
// for the directories above and the files that programs look for in each.
const maxGlimpses = 1024

// of turns the outlook to an account.
func (o *outlook) of(w *walk) {
	if o.w != w {
		o.close()
		o.w, o.known, o.hand = w, map[string]*glimpse{}, nil
	}
}

func (o *outlook) close() {
	if o.dir != nil {
		o.dir.Close()
	}
	o.dir, o.folder = nil, ""
}

func (o *outlook) now() access.Tree { return o.tree(func(g *glimpse) plan.State { return g.now }) }

func (o *outlook) after() access.Tree { return o.tree(func(g *glimpse) plan.State { return g.after }) }

func (o *outlook) tree(pick func(*glimpse) plan.State) access.Tree {
	return func(p string) (plan.State, error) {
		g := o.look(p)
		o.differs = o.differs || g.differs
		s := pick(g)
		switch {
		case g.err != nil:
			return plan.State{}, g.err
		case s.Type == 0:
			return s, fs.ErrNotExist
		}
		return s, nil
	}
}

// look is what stands at a path no component of which but the last is a link.
func (o *outlook) look(p string) *glimpse {
	if o.hand != nil && p == o.path {
		return o.hand
	}
	if g, ok := o.known[p]; ok {
		return g
	}
	g := o.see(p)
	g.differs = g.now != g.after
	o.keep(p, g)
	return g
}

func (o *outlook) keep(p string, g *glimpse) {
	if len(o.known) >= maxGlimpses {
		clear(o.known)
	}
	o.known[p] = g
}

func (o *outlook) see(p string) *glimpse {
	home := o.w.place.Path()
	if p == home {
		top := o.w.top
		return &top
	}
	if inside, ok := strings.CutPrefix(p, home+"/"); ok {
		return o.inside(p[:strings.LastIndexByte(p, '/')], inside)
	}
	s, err := o.k.Tree.Lookup(p)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &glimpse{err: err}
	}
	return &glimpse{now: s, after: s}
}

// inside is what stands below the home, at rel, in the directory above.
func (o *outlook) inside(above, rel string) *glimpse {
	up := o.look(above)
	if up.err != nil {
		return &glimpse{err: up.err}
	}
	if up.node == nil { // not a directory of the home: a caller's mistake, or a race
		return &glimpse{}
	}
	folder, name := path.Split(rel)
	folder = path.Clean(folder)
	g := &glimpse{node: o.w.matcher.child(up.node, name), alone: up.alone}
	if up.now.Type == plan.Directory {
		o.present(g, folder, name)
	}
	switch {
	case g.err != nil:
	case up.after.Type != plan.Directory:
		g.after = plan.State{}
	case up.added || g.now.Type == 0 && !up.alone:
		g.after = plan.State{}
		o.missing(g, folder, rel, up.added)
	}
	return g
}

// present is what is there, and what becomes of it.
func (o *outlook) present(g *glimpse, folder, name string) {
	dir, err := o.open(folder)
	var info fsys.Info
	if err == nil {
		err = dir.Stat(name, &info)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		g.err = err // a mount, too: what is there may be anybody's, and slow to answer
		return
	}
	g.alone = g.alone || o.w.leavesAlone(folder, name, g.node.wants, &info)
	have, _, err := dir.Observe(name, &info)
	noID := errors.Is(err, fsys.ErrNoIdentity)
	if err != nil && !noID {
		g.err = err
		return
	}
	g.now, g.after = have, have
	wants, rel := g.node.wants, plan.Join(folder, name)
	if g.alone || noID || info.MountRoot || wants.expired != nil || !wants.concerns(info.Type) ||
		wants.settled(&info.State) || !o.k.selectedPath(rel) {
		return
	}
	if change := o.k.compare(o.w, wants, have).change; change != nil && o.k.chosen(o.w, spot{folder, name}, change) {
		o.becomes(g, change)
	}
}

// becomes is what a step makes of an entry. That a directory which is to go can
// be counted, without which there is no step, is taken for granted.
func (o *outlook) becomes(g *glimpse, change *plan.Change) {
	g.after = change.After
	if change.Action != plan.Remove {
		return
	}
	l := &o.w.lines[g.node.wants.line]
	if !l.NoCreate && l.Types[0] != spec.Absent {
		o.add(g, l)
	}
}

// missing is what the layout adds where nothing stands.
func (o *outlook) missing(g *glimpse, folder, rel string, added bool) {
	for _, i := range o.w.children[folder] {
		l := &o.w.lines[i]
		if l.Path != rel {
			continue
		}
		if !added {
			// The step names its parent's identity, or is not made.
			dir, err := o.open(folder)
			if err != nil {
				return
			}
			if _, err := identify(dir); err != nil {
				return
			}
		}
		o.add(g, l)
	}
}

func (o *outlook) add(g *glimpse, l *line) {
	want := g.node.wants
	if want.unmanaged || want.expired != nil || want.report || o.w.aboveUnmanaged(l.Path) || !o.k.selectedPath(l.Path) {
		return
	}
	found, err := o.w.newEntry(l, want)
	if err != nil {
		g.err = err
		return
	}
	if found.change != nil && o.k.chosen(o.w, spot{"", l.Path}, found.change) {
		g.after, g.added = found.change.After, true
	}
}

// open opens a directory of the home, and keeps it for the next question, which
// is mostly about the same one.
func (o *outlook) open(folder string) (Dir, error) {
	if o.dir != nil && o.folder == folder {
		return o.dir, nil
	}
	o.close()
	dir, err := o.w.home.dir.OpenDir(folder)
	if err != nil {
		return nil, err
	}
	o.dir, o.folder = dir, folder
	return dir, nil
}
