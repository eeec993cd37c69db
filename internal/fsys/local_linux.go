package fsys

import "golang.org/x/sys/unix"

// isLocal reports whether the kernel answers for the filesystem of a descriptor by
// itself, without a daemon or a server behind it (statfs(2), linux/magic.h).
func isLocal(fd int) bool {
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
		unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, zfsMagic:
		return true
	}
	return false
}

const zfsMagic = 0x2fc12fc1 // OpenZFS, include/sys/fs/zfs.h
