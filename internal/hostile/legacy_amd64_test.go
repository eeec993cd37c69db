//go:build linux

package hostile

import "golang.org/x/sys/unix"

// legacyCalls are those that take a path and nothing else; younger
// architectures do not have them.
var legacyCalls = []int{
	unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_RENAME, unix.SYS_LINK, unix.SYS_UNLINK, unix.SYS_SYMLINK, unix.SYS_MKDIR,
	unix.SYS_RMDIR, unix.SYS_MKNOD, unix.SYS_CREAT,
}
