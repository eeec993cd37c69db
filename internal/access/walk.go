package access

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"rightful/plan"
)

// Tree looks at one path, absolute and clean, no component of which but the last
// is a link: as it is now, or as a plan will leave it. An error that is
// [fs.ErrNotExist] means that nothing is there; any other, that nobody can tell.
type Tree func(path string) (plan.State, error)

// Cause is why a path leads nowhere.
type Cause uint8

const (
	_            Cause = iota
	NoPermission       // EACCES: Verdict says what lacks
	Missing            // ENOENT
	NotDirectory       // ENOTDIR
	Loop               // ELOOP: more than 40 links
	NotKnown           // the state, or its ACL, could not be read
)

var causeNames = [...]string{
	"", "permission denied", "no such file or directory", "not a directory", "too many levels of symbolic links", "cannot tell",
}

func (c Cause) String() string {
	if int(c) >= len(causeNames) {
		return fmt.Sprintf("cause %d", uint8(c))
	}
	return causeNames[c]
}

// Fault is where a path ends before its end, and why. What was wanted there, of
// what, and why it is not to be had, is said where the cause is one of
// permission.
type Fault struct {
	Cause   Cause
	Path    string
	Type    plan.Type
	Want    Want
	Verdict Verdict
}

// Passed is a directory on the way, and whether the identity may search it.
type Passed struct {
	Named
	Verdict Verdict
}

// Followed is a link on the way.
type Followed struct {
	Named
	// Last reports whether it was the path's own last component.
	Last bool
}

// Route is the way of an identity along a path, as far as it got.
type Route struct {
	// Dirs are the directories that the kernel searches, in its order, those
	// behind links included. The last one is what stopped the identity, where
	// the fault is one of permission.
	Dirs  []Passed
	Links []Followed
	End   Named // what the path leads to; zero where there is a fault
	Fault *Fault
}

// maxLinks is the kernel's MAXSYMLINKS.
const maxLinks = 40

// Walk goes along an absolute path as the kernel does for the identity
// (link_path_walk() in fs/namei.c), through links and "..". Follow says whether a
// link at its end is followed, too: stat(2) and open(2) do, lstat(2) does not.
func Walk(tree Tree, id *Identity, p string, follow bool) Route {
	w := walker{tree: tree, id: id, follow: follow, whole: p, rest: components(p)}
	w.route.Dirs = make([]Passed, 0, len(w.rest))
	if w.look("/") {
		for len(w.rest) > 0 && w.next() {
		}
	}
	if w.route.Fault != nil {
		w.route.End = Named{}
	}
	return w.route
}

type walker struct {
	tree   Tree
	id     *Identity
	follow bool
	whole  string   // the path that was asked for
	rest   []string // components that are left
	inner  int      // how many of them come from links, and are not the path's own
	route  Route
}

func components(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}

func (w *walker) fail(cause Cause, p string) bool {
	w.route.Fault = &Fault{Cause: cause, Path: p}
	return false
}

// look makes the path the place where the walk is.
func (w *walker) look(p string) bool {
	state, err := w.tree(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.fail(Missing, p)
	case err != nil:
		w.route.Fault = &Fault{Cause: NotKnown, Path: p, Verdict: unclear(NoState)}
		return false
	}
	w.route.End = Named{p, state}
	return true
}

// next goes through one component.
func (w *walker) next() bool {
	dir := w.route.End
	if dir.State.Type != plan.Directory {
		return w.fail(NotDirectory, dir.Path)
	}
	if !w.search(dir) {
		return false
	}
	name := w.rest[0]
	w.rest = w.rest[1:]
	w.inner = max(w.inner-1, 0)
	switch name {
	case ".":
		return true
	case "..":
		return w.look(path.Dir(dir.Path))
	}
	if !w.look(w.below(dir.Path, name)) {
		return false
	}
	if w.route.End.State.Type == plan.Symlink && (len(w.rest) > 0 || w.follow) {
		return w.through(dir)
	}
	return true
}

// below is a name in a directory: mostly a beginning of the path that was asked
// for, which is there already.
func (w *walker) below(dir, name string) string {
	at := len(dir) + 1
	if dir == "/" {
		at = 1
	}
	end := at + len(name)
	if end <= len(w.whole) && w.whole[at:end] == name && w.whole[at-1] == '/' && (at == 1 || w.whole[:at-1] == dir) {
		return w.whole[:end]
	}
	return path.Join(dir, name)
}

func (w *walker) search(dir Named) bool {
	v := Check(w.id, &dir.State, Search)
	w.route.Dirs = append(w.route.Dirs, Passed{dir, v})
	w.route.Fault = dir.fault(Search, v)
	return w.route.Fault == nil
}

// fault is what a verdict means for the way: nothing, where it is allowed.
func (n Named) fault(want Want, v Verdict) *Fault {
	cause := NotKnown
	switch v.Answer {
	case Allowed:
		return nil
	case Denied:
		cause = NoPermission
	}
	return &Fault{cause, n.Path, n.State.Type, want, v}
}

// through follows the link where the walk is, in the directory.
func (w *walker) through(dir Named) bool {
	link := w.route.End
	w.route.Links = append(w.route.Links, Followed{link, len(w.rest) == w.inner && w.inner == 0})
	target := components(link.State.Target)
	switch {
	case len(w.route.Links) > maxLinks:
		return w.fail(Loop, link.Path)
	case link.State.Target == "":
		return w.fail(Missing, link.Path)
	}
	w.rest = append(target, w.rest...)
	w.inner += len(target)
	if strings.HasPrefix(link.State.Target, "/") {
		return w.look("/")
	}
	w.route.End = dir
	return true
}
