package fsys

import (
	"errors"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// Observe is [Pin.Observe] for a name that has just been looked at, at a third
// of the cost: the inode is asked by name, three times, and not held. If it is
// exchanged in between, what comes out is nothing that ever was, and a step
// made of it is stale.
func (d *Dir) Observe(name string, info *Info) (plan.State, plan.Identity, error) {
	s, err := d.state(name, info)
	if err == unix.ENOSYS {
		return d.observePinned(name)
	}
	if err != nil {
		return s, plan.Identity{}, err
	}
	id, err := d.identity(name, info, 0)
	return s, id, err
}

// observePinned is for kernels that cannot read an ACL by directory and name.
func (d *Dir) observePinned(name string) (plan.State, plan.Identity, error) {
	pin, err := d.Pin(name)
	if err != nil {
		return plan.State{}, plan.Identity{}, err
	}
	defer pin.Close()
	return pin.Observe()
}

func (d *Dir) state(name string, info *Info) (s plan.State, err error) {
	s = info.State
	switch s.Type {
	case plan.Symlink:
		s.Target, err = readlink(d.fd, name)
	case plan.File:
		s.Access, err = d.xattr(name, XattrAccess)
	case plan.Directory:
		if s.Access, err = d.xattr(name, XattrAccess); err == nil {
			s.Default, err = d.xattr(name, XattrDefault)
		}
	}
	return s, err
}

func (d *Dir) xattr(name, attr string) (string, error) {
	if d.lacks(name, unix.AT_SYMLINK_NOFOLLOW, attr) {
		return "", nil
	}
	return readXattr(attr, func(buf []byte) (int, error) { return d.getxattrat(name, unix.AT_SYMLINK_NOFOLLOW, attr, buf) })
}

// AccessACL is the access ACL of a listed name, in the kernel's form; one that
// cannot be read is [UnreadableACL], so that nobody takes it for none.
func (d *Dir) AccessACL(name string) string {
	acl, err := d.xattr(name, XattrAccess)
	if err == unix.ENOSYS {
		var s plan.State
		s, _, err = d.observePinned(name)
		acl = s.Access
	}
	if err != nil && !errors.Is(err, ErrNoIdentity) {
		return UnreadableACL
	}
	return acl
}

// HasCapabilities is [Pin.HasCapabilities] by name.
func (d *Dir) HasCapabilities(name string) bool {
	_, err := d.getxattrat(name, unix.AT_SYMLINK_NOFOLLOW, xattrCapability, nil)
	if err == unix.ENOSYS {
		pin, err := d.Pin(name)
		if err != nil {
			return true
		}
		defer pin.Close()
		return pin.HasCapabilities()
	}
	return err != unix.ENODATA && err != unix.EOPNOTSUPP
}
