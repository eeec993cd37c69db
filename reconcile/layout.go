package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// typeAllowed reports whether the layout is content with a type.
func (w *wants) typeAllowed(t plan.Type) bool {
	return w.path == nil || len(w.path.Types) == 0 ||
		slices.ContainsFunc(w.path.Types, func(want spec.Type) bool { return typeOf(want) == t })
}

func typeOf(t spec.Type) plan.Type {
	return [...]plan.Type{spec.Directory: plan.Directory, spec.File: plan.File, spec.Symlink: plan.Symlink, spec.Absent: 0}[t]
}

func wantedTypes(l *spec.Line) string {
	if l.Types[0] == spec.Absent {
		return "absent"
	}
	words := make([]string, len(l.Types))
	for i, t := range l.Types {
		words[i] = typeOf(t).String()
	}
	return strings.Join(words, " or ")
}

// indexLayout sorts the layout lines by the directory they stand in, in
// bytewise order of their names.
func (b *binding) indexLayout() {
	b.children = map[string][]int{}
	for i, l := range b.lines {
		if l.Kind == spec.KindLayout && l.Path != "." && !l.NoCreate && l.Types[0] != spec.Absent {
			b.children[path.Dir(l.Path)] = append(b.children[path.Dir(l.Path)], i)
		}
	}
	for _, list := range b.children {
		slices.SortFunc(list, func(x, y int) int {
			if b.lines[x].Path < b.lines[y].Path {
				return -1
			}
			return 1
		})
	}
}

// addMissing adds what the layout wants in a directory that has been listed
// and did not have it.
func (w *walk) addMissing(k *worker, t *task, dir Dir) error {
	if t.alone {
		return nil
	}
	for _, i := range w.children[t.path] {
		l := &w.lines[i]
		if w.isReached(i) || !w.isMissing(dir, path.Base(l.Path)) {
			continue
		}
		change, err := k.add(w, l, i)
		if err != nil {
			return err
		}
		if change == nil {
			continue
		}
		k.steps = append(k.steps, stepFound{name: path.Base(l.Path), change: change})
		at := spot{t.path, path.Base(l.Path)}
		k.weighAdded(w, t.view, at, l.Path, change)
		if err := w.addBelow(k, l.Path, change, w.into(t.view, at, &change.After)); err != nil {
			return err
		}
	}
	return nil
}

// isMissing asks once more: a listing under renames may have lost the name.
func (w *walk) isMissing(dir Dir, name string) bool {
	var info fsys.Info
	return errors.Is(dir.Stat(name, &info), os.ErrNotExist)
}

// addBelow adds the layout of a directory that is itself added. v is who will
// get into it.
func (w *walk) addBelow(k *worker, dir string, parent *plan.Change, v view) error {
	if parent.After.Type != plan.Directory {
		return nil
	}
	block := &plan.Block{Account: w.record.Name, Dir: dir}
	block.Needs = plan.StepID(w.record.Name, dir, parent)
	for _, i := range w.children[dir] {
		l := &w.lines[i]
		change, err := k.add(w, l, i)
		if err != nil {
			return err
		}
		if change == nil {
			continue
		}
		block.Entries = append(block.Entries, plan.Entry{Name: path.Base(l.Path), Change: len(block.Changes)})
		block.Changes = append(block.Changes, *change)
		w.ids.add(change)
		at := spot{dir, path.Base(l.Path)}
		k.weighAdded(w, v, at, l.Path, change)
		if err := w.addBelow(k, l.Path, change, w.into(v, at, &change.After)); err != nil {
			return err
		}
	}
	if len(block.Entries) == 0 {
		return nil
	}
	return w.draft.Add(block)
}

// add is the change that makes what one layout line asks for; nil where another
// line or the command line speaks against it.
func (k *worker) add(w *walk, l *line, number int) (*plan.Change, error) {
	w.reach(number)
	want := w.homeWants
	if l.Path != "." {
		want = w.matcher.at(l.Path).wants
	}
	if k.Decided != nil {
		k.tellDecided(w.binding, want, typeOf(l.Types[0]))
	}
	switch {
	case want.unmanaged || w.aboveUnmanaged(l.Path) || !k.selectedPath(l.Path):
		return nil, nil
	case want.expired != nil:
		w.problem(l.Path, plan.Expired, "is missing, and the exception at "+want.expired.Pos.String()+" has expired")
		return nil, nil
	case want.report:
		w.problem(l.Path, plan.Reported, "is missing")
		return nil, nil
	}
	found, err := w.newEntry(l, want)
	if found.problem != nil {
		w.problem(l.Path, found.problem.Kind, "is missing, and "+found.problem.Message)
	}
	if found.change == nil || err != nil || !k.chosen(w, spot{"", l.Path}, found.change) {
		return nil, err
	}
	return found.change, nil
}

// aboveUnmanaged reports whether a directory above a path that is to be added
// is unmanaged. Directories that were listed have been asked already; those
// that are themselves added have not.
func (w *walk) aboveUnmanaged(p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if w.matcher.at(dir).wants.unmanaged {
			return true
		}
	}
	return false
}

// newEntry is the change that adds what a line asks for, or why it cannot be.
func (w *walk) newEntry(l *line, want *wants) (finding, error) {
	after := plan.State{Type: typeOf(l.Types[0]), UID: w.account.spec.UID, GID: w.account.spec.GID}
	rules := plan.Rules{plan.AttrEntry: l.Pos.String()}
	if want.owner != nil {
		after.UID, rules[plan.AttrOwner] = want.owner.ids[0], want.owner.line
	}
	if want.group != nil {
		after.GID, rules[plan.AttrGroup] = want.group.ids[0], want.group.line
	}
	change := &plan.Change{Action: plan.Add, Classes: plan.ClassAdd, Rules: rules}
	switch after.Type {
	case plan.Symlink:
		after.Target, rules[plan.AttrTarget] = l.Target, l.TargetPos.String()
	case plan.File:
		after.Nlink = 1
		var err error
		if change.Content, err = w.account.run.content(l); err != nil {
			return finding{}, fmt.Errorf("%v: %w", l.Pos, err)
		}
	}
	if mode := want.mode(after.Type); mode != nil {
		after.Mode, rules[plan.AttrMode] = newMode(mode, after.Type), mode.line
	}
	if want.acl != nil && after.Type != plan.Symlink {
		var why finding
		if after, why = w.grantedNew(want.acl, after); why.problem != nil {
			return why, nil
		}
		rules[plan.AttrACL] = want.acl.line
	}
	change.After = after
	return finding{change: change}, nil
}

// newMode is the first mode of a line, on nothing: a line that creates has an
// exact one, and an exception that wins over it may be symbolic.
func newMode(m *modeWant, t plan.Type) plan.Mode {
	return plan.Mode(m.modes[0].Apply(0, t == plan.Directory))
}

// content reads what an added file is to hold.
func (r *run) content(l *line) (*plan.Content, error) {
	if l.Content != nil {
		return newContent([]byte(*l.Content)), nil
	}
	return r.Files.Content(l.From)
}

func newContent(data []byte) *plan.Content {
	sum := sha256.Sum256(data)
	return &plan.Content{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Data: data}
}

// isGone reports whether no directory stands at a path below the home.
func (w *walk) isGone(rel string) bool {
	dir, err := w.home.dir.OpenDir(rel)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	dir.Close()
	return false
}

// unreached reports the layout lines that no directory could take: their
// parent is neither there nor added.
func (w *walk) unreached() {
	for dir, list := range w.children {
		for _, i := range list {
			if w.isReached(i) || w.aboveUnmanaged(w.lines[i].Path) {
				continue
			}
			if !w.isGone(dir) {
				continue // kept, unreadable or a link: said already
			}
			w.problem(w.lines[i].Path, plan.MissingParent, "is missing, and so is "+plan.Quote(dir)+", which no layout line adds")
		}
	}
}
