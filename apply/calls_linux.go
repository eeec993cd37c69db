package apply

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// calls are all calls of this project that change anything in a governed tree.
// None takes a path: each acts on a descriptor, or on one name in a directory
// that is held by one.
type calls struct {
	try func(name string, call func() error) error
}

// retry makes a call again that a signal interrupted.
func retry(_ string, call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// chmod sets the mode of a pinned directory or file.
func (c calls) chmod(pin *fsys.Pin, mode plan.Mode) error {
	return c.try("chmod", func() error {
		err := unix.Fchmodat(pin.FD(), "", uint32(mode), unix.AT_EMPTY_PATH)
		switch err {
		case unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM:
			// fchmodat2(2) came with Linux 6.6, and sandboxes that do not know
			// it answer EPERM. chmod follows the magic link to the inode.
			return unix.Chmod(pin.Proc(), uint32(mode))
		}
		return err
	})
}

// chown sets the owner and group of a pinned entry, a link included; -1 leaves one.
func (c calls) chown(pin *fsys.Pin, uid, gid int) error {
	return c.try("chown", func() error {
		return unix.Fchownat(pin.FD(), "", uid, gid, unix.AT_EMPTY_PATH)
	})
}

// mkdir makes a directory that only the caller can enter.
func (c calls) mkdir(dir *fsys.Dir, name string) error {
	return c.try("mkdir", func() error { return unix.Mkdirat(dir.FD(), name, 0o700) })
}

func (c calls) symlink(target string, dir *fsys.Dir, name string) error {
	return c.try("symlink", func() error { return unix.Symlinkat(target, dir.FD(), name) })
}

// setACL replaces an ACL of a pinned entry by a whole image; the access ACL sets
// the nine mode bits that are part of it.
func (c calls) setACL(pin *fsys.Pin, name, image string) error {
	return c.try("setxattr", func() error {
		return unix.Setxattr(pin.Proc(), name, []byte(image), 0)
	})
}

// dropACLs takes ACLs off a directory. Without its access ACL that keeps the mask
// as its group bits: it is one that the caller has just made.
func (c calls) dropACLs(pin *fsys.Pin, names ...string) error {
	return c.try("removexattr", func() error {
		for _, name := range names {
			err := unix.Removexattr(pin.Proc(), name)
			if err != nil && err != unix.ENODATA && err != unix.EOPNOTSUPP {
				return err
			}
		}
		return nil
	})
}

// openTemp makes a file that has no name yet, on the filesystem of dir.
func (c calls) openTemp(dir *fsys.Dir) (file *os.File, err error) {
	err = c.try("open", func() error {
		fd, err := unix.Openat(dir.FD(), ".", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
		if err == nil {
			file = os.NewFile(uintptr(fd), "a new file")
		}
		return err
	})
	if err == nil && file == nil {
		return nil, errors.New("no file")
	}
	return file, err
}

func (c calls) write(file *os.File, data []byte) error {
	return c.try("write", func() error {
		_, err := file.Write(data)
		return err
	})
}

// finish gives a file that has no name yet its owner, and then its mode or its
// ACL, and has its content on disk.
func (c calls) finish(file *os.File, want *plan.State) error {
	fd := int(file.Fd())
	err := c.try("chown", func() error { return unix.Fchown(fd, int(want.UID), int(want.GID)) })
	if err != nil {
		return err
	}
	if want.Access != "" {
		err = c.try("setxattr", func() error { return unix.Fsetxattr(fd, fsys.XattrAccess, []byte(want.Access), 0) })
	} else {
		err = c.try("chmod", func() error { return unix.Fchmod(fd, uint32(want.Mode)) })
	}
	if err != nil {
		return err
	}
	return c.try("fsync", func() error { return unix.Fsync(fd) })
}

// link gives such a file its name, which must be free.
func (c calls) link(file *os.File, dir *fsys.Dir, name string) error {
	fd := int(file.Fd())
	return c.try("link", func() error {
		err := unix.Linkat(fd, "", dir.FD(), name, unix.AT_EMPTY_PATH)
		if err == unix.ENOENT || err == unix.EPERM {
			// AT_EMPTY_PATH needs CAP_DAC_READ_SEARCH (linkat(2)).
			return unix.Linkat(unix.AT_FDCWD, procPath(fd), dir.FD(), name, unix.AT_SYMLINK_FOLLOW)
		}
		return err
	})
}

// move renames, but never onto something.
func (c calls) move(from *fsys.Dir, name string, to *fsys.Dir, newName string) error {
	return c.try("rename", func() error {
		return unix.Renameat2(from.FD(), name, to.FD(), newName, unix.RENAME_NOREPLACE)
	})
}

// exchange swaps what stands under two names.
func (c calls) exchange(a *fsys.Dir, name string, b *fsys.Dir, other string) error {
	return c.try("exchange", func() error {
		return unix.Renameat2(a.FD(), name, b.FD(), other, unix.RENAME_EXCHANGE)
	})
}

// remove unlinks a temporary of ours, a directory only if it is empty.
func (c calls) remove(dir *fsys.Dir, name string, isDir bool) error {
	flags := 0
	if isDir {
		flags = unix.AT_REMOVEDIR
	}
	return c.try("remove", func() error { return unix.Unlinkat(dir.FD(), name, flags) })
}

// syncfs has everything on the filesystem of an open directory on disk.
func (c calls) syncfs(fd int) error {
	return c.try("syncfs", func() error { return unix.Syncfs(fd) })
}

// procPath reaches what a descriptor holds, through the kernel's magic link.
func procPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
