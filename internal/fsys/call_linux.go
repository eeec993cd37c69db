package fsys

import (
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls that are made for every entry. They take a directory and a name in
// it, do not allocate, and are made without telling Go's scheduler: the kernel
// answers nearly all of them from its caches, within a microsecond or two, and a
// scheduler that is told looks after each, hands its place to others and takes it
// back, which costs a tenth of a walk and a sixth of an apply. A call that has to
// wait keeps its place, so that there have to be more of them: see [Threads].

// nameMax is how many bytes a name may have (NAME_MAX, linux/limits.h).
const nameMax = 255

// cString is a name or a short path as the kernel takes it.
type cString [nameMax + 1]byte

func (c *cString) set(s string) error {
	if len(s) > nameMax || strings.IndexByte(s, 0) >= 0 {
		return unix.EINVAL
	}
	copy(c[:], s)
	return nil
}

// errnoOf keeps the error of a call that went well nil.
func errnoOf(e unix.Errno) error {
	if e != 0 {
		return e
	}
	return nil
}

func closeFD(fd int) error {
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	return errnoOf(errno)
}

// openat2 is openat2(2); a path that is not short costs an allocation.
func openat2(dir int, path string, how *unix.OpenHow) (int, error) {
	var short cString
	name := &short[0]
	if err := short.set(path); err != nil {
		if name, err = unix.BytePtrFromString(path); err != nil {
			return -1, err
		}
	}
	fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT2, uintptr(dir), uintptr(unsafe.Pointer(name)),
		uintptr(unsafe.Pointer(how)), unix.SizeofOpenHow, 0, 0)
	return int(fd), errnoOf(errno)
}

// getdents is getdents64(2).
func getdents(dir int, buf []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_GETDENTS64, uintptr(dir), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)))
	return int(n), errnoOf(errno)
}

// statx is statx(2) for a name that ends with a NUL.
func statx(dir int, name *byte, flags uintptr, st *unix.Statx_t) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(name)),
		flags, statMask, uintptr(unsafe.Pointer(st)), 0)
	return errnoOf(errno)
}

// fileHandle is struct file_handle with as much room as any filesystem takes
// (MAX_HANDLE_SZ, linux/exportfs.h).
type fileHandle struct {
	size uint32
	kind int32
	data [128]byte
}

func (h *fileHandle) bytes() []byte { return h.data[:h.size] }

// nameToHandleAt is name_to_handle_at(2).
func nameToHandleAt(dir int, name string, h *fileHandle, flags int) error {
	var path cString
	if err := path.set(name); err != nil {
		return err
	}
	h.size = uint32(len(h.data))
	var mount int32
	_, _, errno := unix.RawSyscall6(unix.SYS_NAME_TO_HANDLE_AT, uintptr(dir), uintptr(unsafe.Pointer(&path)),
		uintptr(unsafe.Pointer(h)), uintptr(unsafe.Pointer(&mount)), uintptr(flags), 0)
	return errnoOf(errno)
}

// xattrArgs is struct xattr_args of linux/xattr.h, whose first field has 64 bits
// on every machine. It is a pointer here, so that the buffer stays where it is.
type xattrArgs struct {
	value *byte
	_     [8 - unsafe.Sizeof(uintptr(0))]byte
	size  uint32
	flags uint32
}

// getxattrat is getxattrat(2), Linux 6.13.
func getxattrat(dir int, name string, flags uintptr, attr string, buf []byte) (int, error) {
	n, errno := xattrSize(dir, name, flags, attr, buf)
	return n, errnoOf(errno)
}

// lacks reports whether an entry is known to have no such attribute, as nearly all
// have no ACL. The kernel needs no memory for that answer, and neither do we.
// Before Linux 6.13 it is never known.
func lacks(dir int, name string, flags uintptr, attr string) bool {
	_, errno := xattrSize(dir, name, flags, attr, nil)
	return errno == unix.ENODATA || errno == unix.EOPNOTSUPP
}

func xattrSize(dir int, name string, flags uintptr, attr string, buf []byte) (int, unix.Errno) {
	var path, key cString
	if path.set(name) != nil || key.set(attr) != nil {
		return 0, unix.EINVAL
	}
	args := xattrArgs{value: unsafe.SliceData(buf), size: uint32(len(buf))}
	n, _, errno := unix.RawSyscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(&path)), flags,
		uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	runtime.KeepAlive(args.value)
	return int(n), errno
}
