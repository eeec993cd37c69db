package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
)

// Tree is what was recorded, for the planner.
func (s *Snapshot) Tree() reconcile.Tree { return s.tree }

// Has reports whether it is recorded what stands at an account's home, or that
// nothing does.
func (s *Snapshot) Has(home string) bool {
	place, err := s.tree.Descend(home)
	if err != nil {
		return !isUnknown(err)
	}
	defer place.Close()
	var info fsys.Info
	return !isUnknown(place.Stat(place.Name(), &info))
}

// NotRecordedError is a file that the policy asks for and the snapshot does not
// have.
type NotRecordedError struct{ What, Path string }

func (e *NotRecordedError) Error() string {
	return fmt.Sprintf("%s %s: the snapshot does not say; it was taken for a policy that did not ask", e.What, plan.Quote(e.Path))
}

// Files answers what the policy asks of other files than those in homes.
func (s *Snapshot) Files() reconcile.Files { return files{s} }

type files struct{ *Snapshot }

// Exists knows what was asked then, and what the tree has.
func (f files) Exists(p string) (bool, error) {
	if there, ok := f.marks[p]; ok {
		return there, nil
	}
	place, err := f.tree.Descend(p)
	if err == nil {
		defer place.Close()
		var info fsys.Info
		err = place.Stat(place.Name(), &info)
	}
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	case isUnknown(err):
		return false, &NotRecordedError{"skip_when", p}
	}
	return false, err
}

// Content is a size and a sum, without the bytes.
func (f files) Content(p string) (*plan.Content, error) {
	c, ok := f.Snapshot.files[p]
	if !ok {
		return nil, &NotRecordedError{"from", p}
	}
	return &c, nil
}
