package access

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// host is the real filesystem as a [Tree], looked at without the code that the
// tool has for it.
func host(path string) (plan.State, error) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
			return plan.State{}, fs.ErrNotExist
		}
		return plan.State{}, err
	}
	s := plan.State{UID: st.Uid, GID: st.Gid, Mode: plan.Mode(st.Mode & 0o7777), Nlink: uint32(st.Nlink)}
	s.Type = map[uint32]plan.Type{
		unix.S_IFDIR: plan.Directory, unix.S_IFREG: plan.File, unix.S_IFLNK: plan.Symlink,
		unix.S_IFIFO: plan.FIFO, unix.S_IFSOCK: plan.Socket, unix.S_IFCHR: plan.CharDevice, unix.S_IFBLK: plan.BlockDevice,
	}[st.Mode&unix.S_IFMT]
	if s.Type == plan.Symlink {
		target, err := os.Readlink(path)
		s.Mode, s.Target = 0, target
		return s, err
	}
	s.Access = xattr(path, "system.posix_acl_access")
	var sx unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, 0, &sx); err == nil && sx.Attributes&unix.STATX_ATTR_IMMUTABLE != 0 {
		s.Flags |= plan.Immutable
	}
	return s, nil
}

func xattr(path, name string) string {
	buf := make([]byte, 4096)
	n, err := unix.Getxattr(path, name, buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: run go test as root")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open ground is a folder that everybody gets to, as t.TempDir is not.
func ground(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "access")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	dir, err = filepath.EvalSymlinks(dir)
	must(t, err)
	return dir
}

// tmpfs mounts one on the folder, or skips.
func tmpfs(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"); err != nil {
		t.Skipf("cannot mount a tmpfs: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
}

// make puts what a test wants at a path: the type by the mode's owner, ACLs
// last.
func chownmod(t *testing.T, path string, uid, gid int, mode uint32) {
	t.Helper()
	must(t, os.Lchown(path, uid, gid))
	must(t, syscall.Chmod(path, mode))
}
