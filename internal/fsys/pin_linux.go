package fsys

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// Pin holds one inode, whatever it is and whatever becomes of its name. Its
// owner closes it.
type Pin struct{ handle }

// Pin takes hold of name in d: one component, not followed, not opened.
func (d *Dir) Pin(name string) (*Pin, error) {
	pinned, err := d.openBeneath(name, unix.O_PATH)
	if err != nil {
		return nil, err
	}
	return &Pin{pinned}, nil
}

// PinSelf takes hold of d's own inode.
func (d *Dir) PinSelf() (*Pin, error) {
	fd, err := unix.Openat(d.fd, ".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &Pin{handle{fd, d.local}}, nil
}

// FD is the O_PATH descriptor, which stays the Pin's.
func (p *Pin) FD() int { return p.fd }

// Close lets go.
func (p *Pin) Close() error { return p.close() }

// Proc is the path that reaches the pinned inode through its descriptor, for
// the calls that have no form for O_PATH: chmod, chown, getxattr and setxattr
// follow it to the inode itself (path_resolution(7), magic links). lchown and
// lgetxattr do not: they would act on the link in /proc.
func (p *Pin) Proc() string { return descriptorsPath + "/" + strconv.Itoa(p.fd) }

// Info looks at the pinned inode.
func (p *Pin) Info() (Info, error) {
	var self [1]byte
	var st unix.Statx_t
	var info Info
	err := p.statx(&self[0], statFlags|unix.AT_EMPTY_PATH, &st)
	if err != nil {
		return info, err
	}
	fill(&info, &st)
	return info, nil
}

// Observe is everything about the pinned inode that a step compares. Where
// only the identity cannot be told, the error is [ErrNoIdentity] and the state
// is good.
func (p *Pin) Observe() (plan.State, plan.Identity, error) { return p.observe(nil) }

func (p *Pin) observe(d *Descriptors) (plan.State, plan.Identity, error) {
	info, err := p.Info()
	if err != nil {
		return plan.State{}, plan.Identity{}, err
	}
	state, err := p.state(&info, d)
	if err != nil {
		return state, plan.Identity{}, err
	}
	id, err := p.identity("", &info, unix.AT_EMPTY_PATH)
	return state, id, err
}

// State is [Pin.Observe] without the identity.
func (p *Pin) State() (plan.State, error) {
	info, err := p.Info()
	if err != nil {
		return plan.State{}, err
	}
	return p.state(&info, nil)
}

// Identity is [Pin.Observe] without the state.
func (p *Pin) Identity() (plan.Identity, error) {
	info, err := p.Info()
	if err != nil {
		return plan.Identity{}, err
	}
	return p.identity("", &info, unix.AT_EMPTY_PATH)
}

func (p *Pin) state(info *Info, d *Descriptors) (s plan.State, err error) {
	s = info.State
	switch s.Type {
	case plan.Symlink:
		s.Target, err = readlink(p.fd, "")
	case plan.File:
		s.Access, err = p.xattr(XattrAccess, d)
	case plan.Directory:
		// A directory has a name in itself, which leads nowhere else.
		if !p.lacks(".", 0, XattrAccess) {
			s.Access, err = p.xattr(XattrAccess, d)
		}
		if err == nil && !p.lacks(".", 0, XattrDefault) {
			s.Default, err = p.xattr(XattrDefault, d)
		}
	}
	return s, err
}

// UnreadableACL is no ACL, and cannot be read as one.
const UnreadableACL = "unreadable"

// The names under which the kernel keeps ACLs, acl(5) and xattr(7).
const (
	XattrAccess  = "system.posix_acl_access"
	XattrDefault = "system.posix_acl_default"

	xattrCapability = "security.capability"
)

func (p *Pin) xattr(name string, d *Descriptors) (string, error) {
	if d.lack(p, name) {
		return "", nil
	}
	// getxattrat(2) answers EBADF for O_PATH descriptors, so the magic link.
	path := p.Proc()
	return readXattr(name, func(buf []byte) (int, error) { return unix.Getxattr(path, name, buf) })
}

// readXattr calls get with a buffer that is large enough; what is not there, or
// cannot be there, is empty. To ask first whether there is one costs no memory.
func readXattr(name string, get func([]byte) (int, error)) (string, error) {
	buf := make([]byte, 512)
	n, err := get(buf)
	if err == unix.ERANGE {
		buf = make([]byte, 1<<16) // XATTR_SIZE_MAX
		n, err = get(buf)
	}
	switch err {
	case nil:
		return string(buf[:n]), nil
	case unix.ENODATA, unix.EOPNOTSUPP:
		return "", nil
	case unix.ENOSYS:
		return "", err
	}
	return "", fmt.Errorf("read %s: %w", name, err)
}

// ErrNoIdentity means that the filesystem gives neither file handles nor birth
// times: an inode that took another's number cannot be told from it.
var ErrNoIdentity = errors.New("the filesystem has neither file handles nor birth times")

// atHandleFID asks for a handle that need not be decodable, which is all that
// an identity needs; overlayfs gives no other (name_to_handle_at(2), Linux 6.5).
const atHandleFID = 0x200

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// identity tells the inode at name, which info is of, from any other that is or
// will be there.
func (h handle) identity(name string, info *Info, flags int) (plan.Identity, error) {
	var f fileHandle
	for _, kind := range [...]int{0, atHandleFID} {
		err := h.nameToHandleAt(name, &f, flags|kind)
		if err == nil {
			return plan.Identity{Ino: info.Ino, Gen: crc32.Checksum(f.bytes(), castagnoli)}, nil
		}
		if err != unix.EOPNOTSUPP && err != unix.EINVAL && err != unix.EOVERFLOW {
			return plan.Identity{}, fmt.Errorf("file handle: %w", err)
		}
	}
	if info.BirthNsec == 0 {
		return plan.Identity{}, ErrNoIdentity
	}
	birth := strconv.AppendUint(nil, info.BirthNsec, 10)
	return plan.Identity{Ino: info.Ino, Gen: crc32.Checksum(birth, castagnoli)}, nil
}

const fsIocGetFSUUID = 0x80111500 // _IOR(0x15, 0, struct fsuuid2), Linux 6.9

// Filesystem names the filesystem that d is on, the same after a reboot:
// "uuid:..." where the kernel tells it, else "fsid:..." (statfs(2), f_fsid).
func (d *Dir) Filesystem() (string, error) {
	if uuid := d.uuid(); uuid != "" {
		return "uuid:" + uuid, nil
	}
	var st unix.Statfs_t
	if err := unix.Fstatfs(d.fd, &st); err != nil {
		return "", err
	}
	return fmt.Sprintf("fsid:%08x%08x", uint32(st.Fsid.Val[0]), uint32(st.Fsid.Val[1])), nil
}

// HasCapabilities reports whether a file has capabilities(7), which any chown
// of it clears. Where it cannot be told, it has.
func (p *Pin) HasCapabilities() bool {
	_, err := unix.Getxattr(p.Proc(), xattrCapability, nil)
	return err != unix.ENODATA && err != unix.EOPNOTSUPP
}
