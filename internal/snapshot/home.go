package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
)

// What an entry's notes say.
const (
	noteMount   = "mount"   // something is mounted here
	noteCaps    = "caps"    // a file has capabilities
	notePartial = "partial" // only some of a directory's names are recorded
	noteHome    = "home"    // a home of its own
	noteNoACLs  = "noacls"  // the directory's filesystem keeps none
)

// What a hostile account may cost: names are written with the whole path.
const (
	maxDepth = 4000
	maxBytes = 1 << 30
	maxLinks = 100_000 // that are followed
)

// homeWriter is one home under way.
type homeWriter struct {
	*writer
	path   string // resolved
	dir    reconcile.Dir
	images *fsys.ACLImages
	buf    []byte
	bytes  int64
	links  int
	seen   int
}

// folder is one directory that is to be listed: as it is called, and as it is
// written.
type folder struct {
	rel, shown string
	depth      int
}

// item is one name of a directory.
type item struct {
	name   string
	info   fsys.Info
	caps   bool
	unseen bool
}

// home records a home with all that is in it.
func (w *writer) home(ctx context.Context, home string) {
	w.keep(w.lines.Flush())
	if w.err != nil {
		return
	}
	at, err := w.pack.cut()
	w.keep(err)
	w.index = append(w.index, section{text(home), at})
	r := &record{}
	w.note(&r.Home, r, home)
	place, err := w.Tree.Descend(home)
	if err != nil {
		w.unseen(home)
		return
	}
	defer place.Close()
	nested := w.inHome(path.Dir(home))
	h := &homeWriter{writer: w, path: home, images: fsys.NewACLImages(), buf: make([]byte, 1<<16)}
	h.dir, err = place.Open()
	if !nested { // else its entry is among those of the home around it
		h.self(place, err)
	}
	if err == nil {
		defer h.dir.Close()
	}
	h.walk(ctx)
	if w.Progress != nil {
		w.Progress.Accounts.Add(1)
	}
}

// self is the home's own entry.
func (h *homeWriter) self(place reconcile.Place, opened error) {
	s, err := h.Tree.Lookup(h.path)
	if err != nil {
		h.unseen(h.path)
		return
	}
	var info fsys.Info
	var notes []string
	if place.Stat(place.Name(), &info) == nil && info.MountRoot {
		notes = append(notes, noteMount)
	}
	if opened == nil && !h.dir.KeepsACLs() {
		notes = append(notes, noteNoACLs)
	}
	h.entry(h.path, s, notes...)
}

// walk goes through the home, the directories of one after the other.
func (h *homeWriter) walk(ctx context.Context) {
	stack := []folder{{".", h.path, strings.Count(h.path, "/")}}
	for len(stack) > 0 && h.err == nil {
		f := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		h.keep(context.Cause(ctx))
		items, err := h.list(f)
		if err != nil {
			h.closed(f.shown)
		}
		below := len(stack)
		for i := range items {
			if next, ok := h.item(f, &items[i]); ok {
				stack = append(stack, next)
			}
		}
		slices.Reverse(stack[below:])
		h.follows(f, items)
	}
}

// list looks at every name of a directory.
func (h *homeWriter) list(f folder) ([]item, error) {
	if f.depth > maxDepth || h.bytes > maxBytes {
		return nil, errFull
	}
	if h.dir == nil {
		return h.ways(f), errShut
	}
	dir, err := h.dir.OpenDir(f.rel)
	switch {
	case err != nil && f.rel == "." && errors.Is(err, fs.ErrPermission):
		dir = h.dir // it can be read, and not gone into
	case err != nil:
		return h.ways(f), err
	default:
		defer dir.Close()
	}
	var items []item
	err = dir.List(h.buf, func(e fsys.Dirent) error {
		if h.seen++; h.Pace != nil && h.seen%paceStep == 1 {
			h.Pace(paceStep)
		}
		it := item{name: strings.Clone(e.Name())}
		switch err := h.see(dir, e, &it); {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone meanwhile
		case err != nil:
			it.unseen = true
		}
		items = append(items, it)
		return nil
	})
	var self fsys.Info
	if errors.Is(dir.Stat(".", &self), fs.ErrPermission) {
		h.barred(f.shown)
	}
	if h.Progress != nil {
		h.Progress.Entries.Add(int64(len(items)))
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	return items, err
}

// ways are the names of a directory that cannot be listed through which the way to
// other homes goes.
func (h *homeWriter) ways(f folder) (items []item) {
	dir, done := path.Join(h.path, f.rel), map[string]bool{}
	for _, a := range slices.Concat(h.Survey.Accounts, h.Survey.Skipped) {
		if !inside(a.Home, dir) {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(a.Home, dir+"/"), "/")
		if done[name] {
			continue
		}
		done[name] = true
		s, err := h.Tree.Lookup(path.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			h.missing(f.shown + "/" + h.shown(name))
			continue
		}
		items = append(items, item{name: name, info: fsys.Info{State: s}, unseen: err != nil})
	}
	return items
}

var errShut = errors.New("could not be opened")

// paceStep is how many entries are paid for at a time.
const paceStep = 16

func (h *homeWriter) see(dir reconcile.Dir, e fsys.Dirent, it *item) (err error) {
	if err := dir.Look(e, &it.info); err != nil {
		return err
	}
	switch it.info.Type {
	case plan.Symlink:
		it.info.Target, err = dir.Readlink(it.name)
	case plan.File:
		it.caps = dir.HasCapabilities(it.name)
		h.acls(dir, it)
	case plan.Directory:
		if !it.info.MountRoot { // who knows who answers there
			h.acls(dir, it)
		}
	default:
		it.info.Access = dir.AccessACL(it.name)
	}
	return err
}

// acls reads them; what cannot be read is not taken for none.
func (h *homeWriter) acls(dir reconcile.Dir, it *item) {
	if err := dir.ReadACLs(it.name, &it.info, h.images); err != nil {
		it.info.Access, it.info.Default = fsys.UnreadableACL, ""
	}
}

// item writes one name, and returns the directory that it is.
func (h *homeWriter) item(f folder, it *item) (next folder, isDir bool) {
	rel := plan.Join(f.rel, it.name)
	shown := f.shown + "/" + h.shown(it.name)
	h.bytes += int64(len(shown))
	if it.unseen {
		h.unseen(shown)
		return next, false
	}
	s := it.info.State
	isDir = s.Type == plan.Directory && !it.info.MountRoot
	var notes []string
	if it.info.MountRoot {
		notes = append(notes, noteMount)
	}
	if it.caps {
		notes = append(notes, noteCaps)
	}
	if s.Type == plan.Directory && h.homes[h.path+"/"+rel] {
		notes, isDir = append(notes, noteHome), false
	}
	if s.Type == plan.Symlink && h.names != nil {
		s.Target = h.names.target(s.Target, strings.Count(rel, "/"))
	}
	h.entry(shown, s, notes...)
	return folder{rel, shown, f.depth + 1}, isDir
}

// shown is a name as it is written.
func (w *writer) shown(name string) string {
	if w.names == nil {
		return name
	}
	return w.names.token(name)
}

// follows records what links of a directory lead to outside.
func (h *homeWriter) follows(f folder, items []item) {
	for i := range items {
		it := &items[i]
		if it.info.Type != plan.Symlink || it.unseen || h.links >= maxLinks {
			continue
		}
		h.links++
		h.follow(path.Join(h.path, f.rel, it.name), it.info.Target)
	}
}
