package fsys

import (
	"encoding/hex"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fsUUID is struct fsuuid2 of linux/fs.h.
type fsUUID struct {
	size  uint8
	bytes [16]byte
}

func (d *Dir) uuid() string {
	var u fsUUID
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), fsIocGetFSUUID, uintptr(unsafe.Pointer(&u)))
	if errno != 0 || int(u.size) > len(u.bytes) {
		return ""
	}
	return hex.EncodeToString(u.bytes[:u.size])
}
