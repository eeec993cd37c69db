package apply

import (
	"errors"
	"fmt"
	"os"

	"rightful/internal/fsys"
	"rightful/plan"
)

// temporary is a new directory or link that waits, complete, in a folder that
// nobody but the caller can enter.
type temporary struct {
	calls calls
	dir   *fsys.Dir
	name  string
	pin   *fsys.Pin
	isDir bool
}

// prepare makes a directory or link as want says, under a name in dir.
func (c calls) prepare(dir *fsys.Dir, name string, want *plan.State) (*temporary, error) {
	t := &temporary{calls: c, dir: dir, name: name, isDir: want.Type == plan.Directory}
	err := t.create(want)
	if err == nil {
		t.pin, err = dir.Pin(name)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := t.complete(want); err != nil {
		t.discard()
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return t, nil
}

func (t *temporary) create(want *plan.State) error {
	if t.isDir {
		return t.calls.mkdir(t.dir, t.name)
	}
	return t.calls.symlink(want.Target, t.dir, t.name)
}

func (t *temporary) complete(want *plan.State) error {
	have, err := t.pin.State()
	if err != nil {
		return err
	}
	if have.Type != want.Type || have.Target != want.Target || have.UID != uint32(os.Geteuid()) {
		return errors.New("not what was made")
	}
	if err := t.calls.change(t.pin, &have, want); err != nil {
		return err
	}
	if o := confirm(t.pin, want); o.result != Done {
		return errors.New(o.reason)
	}
	return nil
}

// close lets go of what has found its place.
func (t *temporary) close() { t.pin.Close() }

// discard takes the temporary away again: exactly what was made, and only
// where it stands.
func (t *temporary) discard() {
	defer t.pin.Close()
	if t.stands(t.dir, t.name) {
		// What is left is removed by Clear.
		_ = t.calls.remove(t.dir, t.name, t.isDir)
	}
}

// stands reports whether the temporary is what stands under a name.
func (t *temporary) stands(dir *fsys.Dir, name string) bool { return stands(t.pin, dir, name) }

// stands reports whether name is the pinned inode. While that is pinned its
// number cannot be another's.
func stands(pin *fsys.Pin, dir *fsys.Dir, name string) bool {
	have, err := pin.Info()
	if err != nil {
		return false
	}
	there, err := dir.Pin(name)
	if err != nil {
		return false
	}
	defer there.Close()
	info, err := there.Info()
	return err == nil && info.Ino == have.Ino && info.SameDevice(&have)
}

// temporaryName is where a step prepares what it adds. The journal's intent
// thereby names every temporary before it is made.
func (r *run) temporaryName(s *plan.Step) string { return fmt.Sprintf("run-%s-%d", r.id, s.Number) }
