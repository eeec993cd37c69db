package fsys

import (
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fileHandle is struct file_handle with as much room as any filesystem takes
// (MAX_HANDLE_SZ, linux/exportfs.h).
type fileHandle struct {
	size uint32
	kind int32
	data [128]byte
}

func (h *fileHandle) bytes() []byte { return h.data[:h.size] }

// nameToHandleAt is name_to_handle_at(2). Unlike [unix.NameToHandleAt] it does
// not allocate, and it is asked for every entry that gets a step.
func nameToHandleAt(dir int, name string, h *fileHandle, flags int) error {
	var path [nameMax + 1]byte
	if len(name) > nameMax || strings.IndexByte(name, 0) >= 0 {
		return unix.EINVAL
	}
	copy(path[:], name)
	h.size = uint32(len(h.data))
	var mount int32
	_, _, errno := unix.Syscall6(unix.SYS_NAME_TO_HANDLE_AT, uintptr(dir), uintptr(unsafe.Pointer(&path)),
		uintptr(unsafe.Pointer(h)), uintptr(unsafe.Pointer(&mount)), uintptr(flags), 0)
	if errno != 0 {
		return errno
	}
	return nil
}
