package reconcile

import (
	"errors"
	"slices"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// removes reports whether the layout wants an entry of this type taken away:
// nothing is to be there, or something else.
func (w *wants) removes(t plan.Type) bool {
	switch {
	case w.path == nil || w.typeAllowed(t):
		return false
	case w.path.Types[0] == spec.Absent:
		return true
	}
	return w.path.Replace != nil && *w.path.Replace
}

// removal is the finding for such an entry. It goes to the quarantine with all
// that is in it.
func (b *binding) removal(w *wants, have *plan.State) finding {
	switch {
	case have.Type > plan.Symlink:
		return problem(plan.OtherType, "is a %v", have.Type)
	case w.report:
		return problem(plan.Reported, "is a %v; it should not be there", have.Type)
	}
	if found := b.refuse(w, have, have); found.problem != nil {
		return found
	}
	return finding{change: &plan.Change{
		Action:  plan.Remove,
		Classes: plan.Classify(*have, plan.State{}, false),
		Rules:   plan.Rules{plan.AttrEntry: w.path.Pos.String()},
		Before:  *have,
	}}
}

// errInside is why a directory cannot be taken away: not all of it was seen.
var errInside = errors.New("something in it could not be counted")

// inside counts what a directory holds, all the way down: every object of it
// counts against the limits. It reads by name, below the pinned directory; what
// arrives in the quarantine is counted again there.
func (k *worker) inside(w *walk, dir Dir, name string) (int64, error) {
	var total int64
	buf := make([]byte, 1<<15)
	trail := fsys.NewTrail(dir, maxTrail)
	defer trail.Close()
	for stack := []string{name}; len(stack) > 0; {
		rel := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		d, err := trail.OpenDir(rel)
		if err != nil {
			return 0, err
		}
		var info fsys.Info
		err = d.List(buf, func(e fsys.Dirent) error {
			if total++; w.overEntries(total) || d.Look(e, &info) != nil || info.MountRoot {
				return errInside
			}
			if info.Type == plan.Directory {
				below := rel + "/" + e.Name()
				stack = append(stack, below)
				w.overShape(0, below)
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	w.entries.Add(total)
	return total, nil
}

// replacement adds what the layout wants in the place of what is taken away.
func (k *worker) replacement(w *walk, t *task, wants *wants, name string) error {
	l := &w.lines[wants.line]
	if l.NoCreate || l.Types[0] == spec.Absent {
		return nil
	}
	change, err := k.add(w, l, wants.line)
	if change == nil || err != nil {
		return err
	}
	k.steps = append(k.steps, stepFound{name: name, change: change})
	return w.addBelow(k, l.Path, change, w.into(t.view, spot{t.path, name}, &change.After))
}

// sortSteps puts the steps of a directory in order: by name, and what is taken
// away before what comes in its place.
func sortSteps(steps []stepFound) {
	slices.SortFunc(steps, func(a, b stepFound) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return int(b.change.Action) - int(a.change.Action)
	})
}
