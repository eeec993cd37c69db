package apply

import (
	"errors"
	"os"
	"path"
	"regexp"
	"time"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Clear removes what crashed runs left in the workshops of these homes:
// directories and links that are named like temporaries, as long as they are
// the caller's workshops', and the directories empty. It takes the lock of
// root, and never touches a quarantine. It returns what it removed.
func Clear(root, lockDir, by string, homes []string) ([]string, error) {
	dir, err := fsys.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	lock, err := acquire(lockDir, dir, newHolder(by, nil, time.Now()))
	if err != nil {
		return nil, err
	}
	defer lock.release()
	c := clearer{calls: calls{retry}, seen: make(map[string]bool)}
	for _, home := range homes {
		c.clearFor(dir, home)
	}
	return c.removed, errors.Join(c.errs...)
}

type clearer struct {
	calls   calls
	seen    map[string]bool
	removed []string
	errs    []error
}

// clearFor looks in both places where a home's workshop can be.
func (c *clearer) clearFor(root *fsys.Dir, home string) {
	place, err := fsys.Descend(root, home, fsys.TrustRoot)
	if err != nil || place.Unsafe != nil {
		return
	}
	defer place.Close()
	if beside := path.Join(path.Dir(place.Path), workshopName); !c.seen[beside] {
		c.seen[beside] = true
		c.clear(place.Parent, beside)
	}
	inside, _, err := place.Open()
	if err != nil {
		return
	}
	defer inside.Close()
	c.clear(inside, path.Join(place.Path, workshopName))
}

func (c *clearer) clear(parent *fsys.Dir, where string) {
	shop, err := parent.OpenDir(workshopName)
	if err != nil {
		return
	}
	defer shop.Close()
	if c.calls.own(shop, where, false) != nil {
		return
	}
	var names []string
	err = shop.List(make([]byte, 1<<16), func(e fsys.Dirent) error {
		if isTemporary.MatchString(string(e.Name())) {
			names = append(names, string(e.Name()))
		}
		return nil
	})
	for _, name := range names {
		err = errors.Join(err, c.remove(shop, where, name))
	}
	if err != nil {
		c.errs = append(c.errs, err)
	}
}

var isTemporary = regexp.MustCompile(`^run-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}-[0-9]+$`)

func (c *clearer) remove(shop *fsys.Dir, where, name string) error {
	var info fsys.Info
	if err := shop.Stat(name, &info); err != nil {
		return err
	}
	if info.Type != plan.Directory && info.Type != plan.Symlink {
		return nil
	}
	full := path.Join(where, name)
	err := c.calls.remove(shop, name, info.Type == plan.Directory)
	if errors.Is(err, unix.ENOTEMPTY) {
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "remove", Path: full, Err: err}
	}
	c.removed = append(c.removed, full)
	return nil
}
