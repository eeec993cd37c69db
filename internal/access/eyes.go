package access

import "rightful/plan"

// eyes are the system calls of one identity, so that a consumer's rules read
// like its source.
type eyes struct {
	tree Tree
	id   *Identity
}

func (e eyes) stat(path string) Route  { return Walk(e.tree, e.id, path, true) }
func (e eyes) lstat(path string) Route { return Walk(e.tree, e.id, path, false) }

// open is stat, and then want of what is there.
func (e eyes) open(path string, want Want) Route {
	r := e.stat(path)
	if r.Fault == nil {
		r.Fault = e.ask(r.End, want)
	}
	return r
}

// chdir is to stand in a directory, which takes the right to search it.
func (e eyes) chdir(path string) Route {
	r := e.stat(path)
	switch {
	case r.Fault != nil:
	case r.End.State.Type != plan.Directory:
		r.Fault = &Fault{Cause: NotDirectory, Path: r.End.Path}
	default:
		r.Fault = e.ask(r.End, Search)
	}
	return r
}

func (e eyes) ask(at Named, want Want) *Fault {
	return at.fault(want, Check(e.id, &at.State, want))
}

// parents are the directories above an absolute, clean path, the nearest first,
// the root last.
func parents(path string) (dirs []string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			dirs = append(dirs, path[:i])
		}
	}
	return append(dirs, "/")
}
