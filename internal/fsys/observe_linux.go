package fsys

import (
	"errors"
	"runtime"
	"strings"
	"unsafe"

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
	id, err := identity(d.fd, name, info, 0)
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
	return readXattr(attr, func(buf []byte) (int, error) { return getxattrat(d.fd, name, unix.AT_SYMLINK_NOFOLLOW, attr, buf) })
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
	_, err := getxattrat(d.fd, name, unix.AT_SYMLINK_NOFOLLOW, xattrCapability, nil)
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

// xattrArgs is struct xattr_args of linux/xattr.h, whose first field has 64 bits
// on every machine. It is a pointer here, so that the buffer stays where it is.
type xattrArgs struct {
	value *byte
	_     [8 - unsafe.Sizeof(uintptr(0))]byte
	size  uint32
	flags uint32
}

// nameMax is how many bytes a name may have (NAME_MAX, linux/limits.h).
const nameMax = 255

// getxattrat is getxattrat(2), Linux 6.13.
func getxattrat(dir int, name string, flags uintptr, attr string, buf []byte) (int, error) {
	var path, key [nameMax + 1]byte
	if len(name) > nameMax || len(attr) > nameMax || strings.IndexByte(name, 0) >= 0 {
		return 0, unix.EINVAL
	}
	copy(path[:], name)
	copy(key[:], attr)
	args := xattrArgs{value: unsafe.SliceData(buf), size: uint32(len(buf))}
	n, _, errno := unix.Syscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(&path)), flags,
		uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	runtime.KeepAlive(args.value)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
