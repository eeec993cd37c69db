package reconcile

import (
	"errors"
	"os"
	"path"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// start goes to the account's home and decides about the home itself. It
// returns the first task, if there is one.
func (w *walk) start(k *worker) ([]task, error) {
	a := w.account
	place, err := k.Tree.Descend(a.spec.Home)
	switch {
	case errors.Is(err, os.ErrNotExist):
		a.hold(heldMissing, "%v", err)
		return nil, nil
	case err != nil:
		a.hold(heldUnreadable, "%v", err)
		return nil, nil
	case place.Unsafe() != nil:
		place.Close()
		a.hold(heldUnsafe, "%v", place.Unsafe())
		return nil, nil
	}
	w.place = place
	var info fsys.Info
	if err := place.Stat(place.Name(), &info); errors.Is(err, os.ErrNotExist) {
		return nil, w.addHome(k)
	} else if err != nil {
		a.hold(heldUnreadable, "%s: %v", plan.Quote(a.spec.Home), err)
		return nil, nil
	}
	return w.openHome(k, &info)
}

// openHome opens the home, mounted or not, and makes the task of listing it. A
// home that cannot be seen whole is no reason to stop the run.
func (w *walk) openHome(k *worker, info *fsys.Info) ([]task, error) {
	a := w.account
	if info.Type != plan.Directory {
		a.hold(heldUnreadable, "%s is a %v", plan.Quote(a.spec.Home), info.Type)
		return nil, nil
	}
	dir, err := w.place.Open()
	if err != nil {
		a.hold(heldUnreadable, "%v", err)
		return nil, nil
	}
	w.home = &openDir{dir: dir}
	w.home.refs.Store(1) // until the walk ends
	home, err := w.seeHome(k)
	if err != nil {
		a.hold(heldUnreadable, "%s: %v", plan.Quote(a.spec.Home), err)
		return nil, nil
	}
	w.entries.Add(1)
	first := task{base: w.home, path: ".", node: w.matcher.root, narrow: k.narrowRoot(), view: home.view}
	first.alone = w.leavesAlone("", ".", w.homeWants, info)
	if err := w.decideHome(k, &first, home); err != nil {
		return nil, err
	}
	w.home.refs.Add(1) // for the task
	return []task{first}, nil
}

// homeSeen is a home as it is, and who gets to it. It is looked at by its
// descriptor: its name is above what a walk may go by.
type homeSeen struct {
	state plan.State
	id    plan.Identity
	idErr error
	view  view
}

func (h *homeSeen) Observe() (plan.State, plan.Identity, error) { return h.state, h.id, h.idErr }

// HasCapabilities is false: only files have them.
func (h *homeSeen) HasCapabilities() bool { return false }

func (w *walk) seeHome(k *worker) (*homeSeen, error) {
	var err error
	if w.record.Filesystem, err = w.home.dir.Filesystem(); err != nil {
		return nil, err
	}
	w.noACLs = !w.home.dir.KeepsACLs()
	h := &homeSeen{}
	h.state, h.id, h.idErr = w.home.dir.ObserveSelf()
	if h.idErr != nil && !errors.Is(h.idErr, fsys.ErrNoIdentity) {
		return nil, h.idErr
	}
	h.view, err = w.approach(k)
	return h, err
}

// decideHome decides about the home itself and about who gets into it.
func (w *walk) decideHome(k *worker, t *task, home *homeSeen) error {
	after := home.state
	if !t.alone && w.homeWants.managed {
		w.managed.Add(1)
		if k.Decided != nil {
			k.tellDecided(w.binding, w.homeWants, plan.Directory)
		}
		if step, ok := k.decide(w, t, theHome(), home, w.homeWants); ok && selected(t.narrow) {
			step.name, after = ".", step.change.After
			if err := k.save(w, &task{}, nil, []stepFound{step}); err != nil {
				return err
			}
		}
	}
	w.top = glimpse{now: home.state, after: after, node: w.matcher.root, alone: t.alone}
	k.weigh(w, t.view, candidate{theHome(), nil, w.homeWants, w.matcher.root, t.alone, &home.state, &after})
	k.examineAccount(w)
	t.view = w.through(t.view, theHome(), &home.state, &after)
	return nil
}

// addHome adds a home that is not there, and its layout from there down. A
// disk that is not mounted is not a hundred deleted homes: somebody else's home
// must be in the same folder, on the same mount, or the policy must say so.
func (w *walk) addHome(k *worker) error {
	a := w.account
	number := -1
	for i, l := range w.lines {
		if l.Kind == spec.KindLayout && l.Path == "." && !l.NoCreate {
			number = i
		}
	}
	switch {
	case number < 0:
		a.hold(heldMissing, "%s is missing, and no layout line says what it should be", plan.Quote(a.spec.Home))
		return nil
	case !w.create && !k.hasNeighbour(a, w.place):
		a.hold(heldMissing, "%s is missing, and no other account's home is in %s: is a disk not mounted? (create_home: true adds it all the same)",
			plan.Quote(a.spec.Home), plan.Quote(path.Dir(a.spec.Home)))
		return nil
	}
	parent, err := w.place.Folder()
	if err != nil {
		return err
	}
	defer parent.Close()
	if w.record.Filesystem, err = parent.Filesystem(); err != nil {
		return err
	}
	w.noACLs = !parent.KeepsACLs()
	change, err := k.add(w, &w.lines[number], number)
	if change == nil || err != nil {
		return err
	}
	if err := k.save(w, &task{}, parent, []stepFound{{name: ".", change: change}}); err != nil {
		return err
	}
	v, err := w.approach(k)
	if err != nil {
		return err
	}
	w.top = glimpse{after: change.After, node: w.matcher.root, added: true}
	k.weigh(w, v, candidate{theHome(), nil, w.homeWants, w.matcher.root, false, nil, &change.After})
	k.examineAccount(w)
	return w.addBelow(k, ".", change, w.into(v, theHome(), &change.After))
}

// hasNeighbour reports whether the folder of a missing home holds the home of
// another selected account, on the folder's own mount.
func (r *run) hasNeighbour(a *account, place Place) bool {
	for _, other := range r.inventory.accounts {
		if other == a || path.Dir(other.spec.Home) != path.Dir(a.spec.Home) {
			continue
		}
		var info fsys.Info
		err := place.Stat(path.Base(other.spec.Home), &info)
		if err == nil && info.Type == plan.Directory && !info.MountRoot {
			return true
		}
	}
	return false
}
