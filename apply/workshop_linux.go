package apply

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

const (
	workshopName   = ".rightful"
	quarantineName = "quarantine"
)

// shop is the account's workshop, made when it is first needed.
func (a *account) shop() (*fsys.Dir, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.shopLocked()
}

func (a *account) shopLocked() (*fsys.Dir, error) {
	if a.workshop != nil {
		return a.workshop, nil
	}
	a.run.making.Lock()
	defer a.run.making.Unlock()
	var err error
	if !a.mounted {
		a.workshop, err = a.run.calls.private(a.place.Parent, workshopName)
		if err == nil || a.home == nil || !denied(err) {
			return a.workshop, err
		}
	}
	a.workshop, err = a.run.calls.private(a.home, workshopName)
	return a.workshop, err
}

// denied reports whether the caller may not write next to the homes, as an
// ordinary user may not.
func denied(err error) bool {
	return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EROFS)
}

// bin is the run's quarantine in the account's workshop.
func (a *account) bin() (*fsys.Dir, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.quarantine != nil {
		return a.quarantine, nil
	}
	shop, err := a.shopLocked()
	if err != nil {
		return nil, err
	}
	a.run.making.Lock()
	defer a.run.making.Unlock()
	all, err := a.run.calls.private(shop, quarantineName)
	if err != nil {
		return nil, err
	}
	defer all.Close()
	a.quarantine, err = a.run.calls.private(all, a.run.id)
	return a.quarantine, err
}

// private opens the directory name in dir, or makes it: the caller's own, and
// nobody else's to enter. Whatever else stands there is refused: where dir is a
// customer's, he may have put it there.
func (c calls) private(dir *fsys.Dir, name string) (*fsys.Dir, error) {
	err := c.mkdir(dir, name)
	fresh := err == nil
	if err != nil && err != unix.EEXIST {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	sub, err := dir.OpenDir(name)
	if fsys.Raced(err) || fsys.CrossesMount(err) {
		return nil, &fsys.UnsafeError{Path: name, Why: "not a directory of this mount"}
	}
	if err != nil {
		return nil, err
	}
	if err := c.own(sub, name, fresh); err != nil {
		sub.Close()
		return nil, err
	}
	return sub, nil
}

// own checks that a directory is the caller's alone. A fresh one may have
// inherited setgid or ACLs; it loses them.
func (c calls) own(dir *fsys.Dir, name string, fresh bool) error {
	pin, err := dir.PinSelf()
	if err != nil {
		return err
	}
	defer pin.Close()
	have, err := pin.State()
	if err != nil {
		return err
	}
	if have.UID != uint32(os.Geteuid()) {
		return &fsys.UnsafeError{Path: name, Why: fmt.Sprintf("belongs to uid %d", have.UID)}
	}
	if fresh && have.Mode&0o077 == 0 {
		if have, err = c.strip(pin, have); err != nil {
			return err
		}
	}
	if have.Mode != 0o700 || have.Access != "" || have.Default != "" {
		return &fsys.UnsafeError{Path: name, Why: fmt.Sprintf("mode %v or an ACL lets others in", have.Mode)}
	}
	return nil
}

func (c calls) strip(pin *fsys.Pin, have plan.State) (plan.State, error) {
	if have.Access != "" || have.Default != "" {
		if err := c.dropACLs(pin, fsys.XattrAccess, fsys.XattrDefault); err != nil {
			return have, err
		}
	}
	if have.Mode != 0o700 {
		if err := c.chmod(pin, 0o700); err != nil {
			return have, err
		}
	}
	return pin.State()
}
