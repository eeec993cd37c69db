package fsys

import (
	"bytes"
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// resolve keeps openat2(2) below the directory it is given: no links, no
// /proc magic, no mount points, no escape.
const resolve = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV

// maxPath is how much of a path one openat2 call takes (PATH_MAX less the
// final NUL). Deeper directories are opened in several hops.
const maxPath = unix.PathMax - 1

// Dir is an open directory. Its owner closes it.
type Dir struct{ handle }

// OpenRoot opens the directory at path, following links: the one place where a
// path is believed, because the caller chose it.
func OpenRoot(path string) (*Dir, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, pathError("open", path, err)
	}
	return newDir(fd), nil
}

// newDir is for a directory that may be on another filesystem than the one that it
// was opened from.
func newDir(fd int) *Dir { return &Dir{handle{fd, isLocal(fd)}} }

// FD is the descriptor, which stays the Dir's.
func (d *Dir) FD() int { return d.fd }

// Close releases the descriptor.
func (d *Dir) Close() error { return d.close() }

// OpenDir opens the directory rel below d for listing. No component may be a
// link or a mount point. rel may be longer than PATH_MAX.
func (d *Dir) OpenDir(rel string) (*Dir, error) {
	at, rest := d.handle, rel
	for len(rest) > maxPath {
		cut := strings.LastIndexByte(rest[:maxPath], '/')
		if cut <= 0 {
			return nil, pathError("open", rel, unix.ENAMETOOLONG)
		}
		next, err := at.openBeneath(rest[:cut], unix.O_PATH|unix.O_DIRECTORY)
		if at != d.handle {
			at.close()
		}
		if err != nil {
			return nil, pathError("open", rel, err)
		}
		at, rest = next, rest[cut+1:]
	}
	dir, err := at.openBeneath(rest, unix.O_RDONLY|unix.O_DIRECTORY)
	if at != d.handle {
		at.close()
	}
	if err != nil {
		return nil, pathError("open", rel, err)
	}
	return &Dir{dir}, nil
}

func (h handle) openBeneath(rel string, flags uint64) (handle, error) {
	how := unix.OpenHow{Flags: flags | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: resolve}
	for {
		opened, err := h.openat2(rel, &how)
		// EAGAIN: a rename somewhere kept the kernel from proving that the
		// path stayed beneath (openat2(2)).
		if err != unix.EINTR && err != unix.EAGAIN {
			return opened, err
		}
	}
}

// The layout of struct linux_dirent64, getdents64(2).
const (
	direntLen  = 16
	direntName = 19
)

// List calls visit for each name but "." and "..", in the directory's own
// order, and stops at visit's first error. buf is scratch; 64 KiB is plenty.
func (d *Dir) List(buf []byte, visit func(Dirent) error) error {
	for {
		n, err := d.getdents(buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return err
		}
		for rest := buf[:n]; len(rest) > direntName; {
			size := int(binary.NativeEndian.Uint16(rest[direntLen:]))
			name := rest[direntName:size]
			rest = rest[size:]
			name = name[:bytes.IndexByte(name, 0)+1]
			if isDot(name) {
				continue
			}
			if err := visit(Dirent{name}); err != nil {
				return err
			}
		}
	}
}

func isDot(name []byte) bool {
	return name[0] == '.' && (name[1] == 0 || name[1] == '.' && name[2] == 0)
}

// statFlags never follow, never mount and never ask a server: a customer's
// hung FUSE daemon cannot stop a look that does not wait for it.
const statFlags = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT | unix.AT_STATX_DONT_SYNC

const statMask = unix.STATX_BASIC_STATS | unix.STATX_BTIME

// Look fills info with what stands under a listed name. It does not allocate.
func (d *Dir) Look(e Dirent, info *Info) error {
	var st unix.Statx_t
	for {
		err := d.statx(&e.name[0], statFlags, &st)
		if err == unix.EINTR {
			continue
		}
		if err == nil {
			fill(info, &st)
		}
		return err
	}
}

// Stat is [Dir.Look] for a name that was not listed.
func (d *Dir) Stat(name string, info *Info) error {
	if strings.IndexByte(name, 0) >= 0 {
		return unix.EINVAL
	}
	return d.Look(NewDirent(name), info)
}

// Readlink is the target of the symlink name.
func (d *Dir) Readlink(name string) (string, error) {
	return readlink(d.fd, name)
}

func readlink(fd int, name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, name, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}

var typeOf = [...]plan.Type{
	unix.S_IFDIR >> 12: plan.Directory, unix.S_IFREG >> 12: plan.File, unix.S_IFLNK >> 12: plan.Symlink,
	unix.S_IFIFO >> 12: plan.FIFO, unix.S_IFSOCK >> 12: plan.Socket,
	unix.S_IFCHR >> 12: plan.CharDevice, unix.S_IFBLK >> 12: plan.BlockDevice,
}

func fill(info *Info, st *unix.Statx_t) {
	*info = Info{
		State: plan.State{
			Type: typeOf[st.Mode>>12], UID: st.Uid, GID: st.Gid, Mode: plan.Mode(st.Mode & 0o7777),
		},
		Ino:       st.Ino,
		MountRoot: st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0,
		dev:       unix.Mkdev(st.Dev_major, st.Dev_minor),
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		info.BirthNsec = uint64(st.Btime.Sec)*1e9 + uint64(st.Btime.Nsec)
	}
	switch info.Type {
	case plan.File:
		info.Nlink = st.Nlink
	case plan.Symlink:
		info.Mode = 0
	}
	if st.Attributes&unix.STATX_ATTR_IMMUTABLE != 0 {
		info.Flags |= plan.Immutable
	}
	if st.Attributes&unix.STATX_ATTR_APPEND != 0 {
		info.Flags |= plan.AppendOnly
	}
}

// SameDevice reports whether both were seen on one filesystem. A bind mount of
// the same filesystem is equal here; [Info.MountRoot] tells it.
func (i *Info) SameDevice(o *Info) bool { return i.dev == o.dev }
