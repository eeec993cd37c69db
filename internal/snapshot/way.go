package snapshot

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/reconcile"
)

// maxOutside is how many paths outside the homes are recorded for what customers
// link to: what comes after cannot be told.
const maxOutside = 1 << 20

// superuser gets everywhere: his way along a path is all that anybody's may be.
func superuser() *access.Identity { return &access.Identity{} }

// ways records what is above the homes, and what programs ask for that is not in
// one. It returns the homes that are there, by account.
func (w *writer) ways(all []reconcile.Surveyed) (homes []string) {
	w.look("/") // the first entry of a manifest
	for _, a := range all {
		if a.Held {
			continue
		}
		if home, ok := w.find(a.Home); ok && !w.homes[home] {
			homes = append(homes, home)
			w.homes[home] = true
		}
	}
	for _, a := range all {
		if !a.Held {
			w.walk(a.Home)
			w.walk(path.Join("/var/spool/cron", a.Name)) // where crond looks
		}
	}
	w.walk("/var/www") // suEXEC's docroot, unless the policy says another
	for _, p := range w.Policy.Profiles {
		for _, c := range p.Checks {
			if path.IsAbs(c.Docroot) {
				w.walk(c.Docroot)
			}
		}
	}
	return homes
}

// find is where a home really is, if it is there.
func (w *writer) find(home string) (string, bool) {
	place, err := w.Tree.Descend(home)
	if err != nil {
		return "", false
	}
	defer place.Close()
	if folder, err := place.Folder(); err == nil {
		if !folder.KeepsACLs() {
			w.folders[path.Dir(place.Path())] = true
		}
		folder.Close()
	}
	state, err := w.Tree.Lookup(place.Path())
	return place.Path(), err == nil && state.Type == plan.Directory
}

// walk records a path as far as it is outside the homes, links and their targets
// included.
func (w *writer) walk(p string) access.Route {
	if w.err != nil {
		return access.Route{}
	}
	return access.Walk(w.look, superuser(), p, true)
}

// look is what stands at a path. What no home has is written, once.
func (w *writer) look(p string) (plan.State, error) {
	s, err := w.Tree.Lookup(p)
	if w.outside[p] || w.inHome(p) || len(w.outside) >= maxOutside || len(p) >= maxPath {
		return s, err
	}
	w.outside[p] = true
	switch {
	case err == nil:
		var notes []string
		if s.Type == plan.Directory {
			notes = append(notes, notePartial)
		}
		if w.folders[p] {
			notes = append(notes, noteNoACLs)
		}
		w.entry(p, s, notes...)
	case errors.Is(err, fs.ErrNotExist):
		w.missing(p)
	default:
		w.unseen(p)
	}
	return s, err
}

// maxPath is what no program can ask for (PATH_MAX).
const maxPath = 4096

// follow records where a link leads, and what programs look for in a folder.
func (w *writer) follow(p, target string) {
	if !path.IsAbs(target) && !strings.Contains(target, "..") {
		return // to a neighbour, or below
	}
	r := w.walk(p)
	if r.Fault != nil || r.End.State.Type != plan.Directory || w.inHome(r.End.Path) {
		return
	}
	for _, name := range []string{".htaccess", "index.html", "index.htm", "index.php"} {
		w.walk(path.Join(r.End.Path, name))
	}
}

func sortAccounts(all []reconcile.Surveyed) {
	slices.SortFunc(all, func(a, b reconcile.Surveyed) int { return strings.Compare(a.Name, b.Name) })
}
