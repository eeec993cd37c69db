package reconcile

import (
	"errors"

	"rightful/internal/fsys"
	"rightful/plan"
)

// unsettled decides about an entry that is not as it should be.
// The name is the listing's.
func (k *worker) unsettled(w *walk, t *task, dir Dir, name string, info *fsys.Info, wants *wants) error {
	at := spot{t.path, name}
	if wants.expired != nil {
		w.problem(at.path(), plan.Expired, "the exception at "+wants.expired.Pos.String()+" has expired")
		return nil
	}
	k.entryAt = entryAt{dir, name, info}
	step, ok := k.decide(w, t, at, &k.entryAt, wants)
	if !ok {
		return nil
	}
	step.name = k.names.keep(name)
	if step.change.Action == plan.Remove {
		return k.takeAway(w, t, dir, step, wants)
	}
	k.steps = append(k.steps, step)
	return nil
}

// takeAway is the step for an entry that is to go, with what comes in its place.
func (k *worker) takeAway(w *walk, t *task, dir Dir, step stepFound, wants *wants) error {
	if step.change.Before.Type == plan.Directory {
		inside, err := k.inside(w, dir, step.name)
		if err != nil {
			w.unreadable(t, t.join(step.name), "count what is in it", err)
			return nil
		}
		step.inside = inside
	}
	k.steps = append(k.steps, step)
	return k.replacement(w, t, wants, step.name)
}

// looked is an entry to look at in full: by name where it was listed, pinned
// where it has no name that could be used.
type looked interface {
	Observe() (plan.State, plan.Identity, error)
	HasCapabilities() bool
}

// entryAt is a listed entry.
type entryAt struct {
	dir  Dir
	name string
	info *fsys.Info
}

func (e *entryAt) Observe() (plan.State, plan.Identity, error) { return e.dir.Observe(e.name, e.info) }

func (e *entryAt) HasCapabilities() bool { return e.dir.HasCapabilities(e.name) }

// decide compares all of an entry with what is wanted of it, and reports
// whether that gives a step.
func (k *worker) decide(w *walk, t *task, at spot, entry looked, wants *wants) (step stepFound, ok bool) {
	have, id, err := entry.Observe()
	noID := errors.Is(err, fsys.ErrNoIdentity)
	if err != nil && !noID {
		w.unreadable(t, at.path(), "look", err)
		return step, false
	}
	found := k.compare(w, wants, have)
	if found.problem != nil {
		w.problem(at.path(), found.problem.Kind, found.problem.Message)
	}
	if found.change == nil {
		return step, false
	}
	if noID {
		w.problem(at.path(), plan.NoIdentity, err.Error())
		return step, false
	}
	step.change, step.id = found.change, id
	if found.oneWay != nil && entry.HasCapabilities() {
		step.change = found.oneWay
	}
	return step, k.chosen(w, at, step.change)
}

// chosen reports whether a step is reckoned with.
func (r *run) chosen(w *walk, at spot, change *plan.Change) bool {
	return r.Chosen == nil || r.Chosen(plan.StepID(w.record.Name, at.path(), change))
}

// memoKey is all that a comparison depends on within one account.
type memoKey struct {
	wants *wants
	have  plan.State
}

// maxMemo bounds what a customer's inventiveness with modes may cost.
const maxMemo = 4096

// compare remembers: a million files that a restore broke are a handful of
// different cases, and a block that shares its changes is a small block.
func (k *worker) compare(w *walk, wants *wants, have plan.State) finding {
	key := memoKey{wants, have}
	if k.memoOf != w || len(k.memo) >= maxMemo {
		k.memo, k.memoOf, k.last = map[memoKey]finding{}, w, memoKey{}
	}
	if key == k.last {
		return k.lastFound
	}
	found, ok := k.memo[key]
	if !ok {
		found = w.binding.compare(wants, have)
		k.memo[key] = found
	}
	k.last, k.lastFound = key, found
	return found
}
