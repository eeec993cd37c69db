package fsys

import (
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// handle is a descriptor with the calls that are made for every entry. They take a
// name in a directory, or none, and do not allocate.
//
// Where the kernel answers by itself, it does so from its caches nearly always, in
// a microsecond or two, and they are made without telling Go's scheduler: one that
// is told looks after each call, hands its place to others and takes it back, which
// costs a tenth of a walk and a sixth of an apply. A call that has to wait for a
// disk keeps its place then, so that there have to be more of them: see [Threads].
//
// Where a server or a daemon is asked, who may never answer, it is told: else the
// collector of garbage would wait for that call and everything for the collector,
// signals too.
type handle struct {
	fd    int
	local bool // the kernel answers by itself
}

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

func (h handle) close() error {
	if !h.local {
		return unix.Close(h.fd)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, uintptr(h.fd), 0, 0)
	return errnoOf(errno)
}

// openat2 is openat2(2) of what is on the same filesystem. A path that is not short
// costs an allocation.
func (h handle) openat2(path string, how *unix.OpenHow) (handle, error) {
	var short cString
	if !h.local || short.set(path) != nil {
		fd, err := unix.Openat2(h.fd, path, how)
		return handle{fd, h.local}, err
	}
	fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT2, uintptr(h.fd), uintptr(unsafe.Pointer(&short)),
		uintptr(unsafe.Pointer(how)), unix.SizeofOpenHow, 0, 0)
	return handle{int(fd), h.local}, errnoOf(errno)
}

// getdents is getdents64(2).
func (h handle) getdents(buf []byte) (int, error) {
	if !h.local {
		return unix.Getdents(h.fd, buf)
	}
	n, _, errno := unix.RawSyscall(unix.SYS_GETDENTS64, uintptr(h.fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)))
	return int(n), errnoOf(errno)
}

// statx is statx(2) for a name that ends with a NUL.
func (h handle) statx(name *byte, flags int, st *unix.Statx_t) error {
	if !h.local {
		return unix.Statx(h.fd, unix.BytePtrToString(name), flags, statMask, st)
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_STATX, uintptr(h.fd), uintptr(unsafe.Pointer(name)),
		uintptr(flags), statMask, uintptr(unsafe.Pointer(st)), 0)
	return errnoOf(errno)
}

// fileHandle is struct file_handle with as much room as any filesystem takes
// (MAX_HANDLE_SZ, linux/exportfs.h).
type fileHandle struct {
	size uint32
	kind int32
	data [128]byte
}

func (f *fileHandle) bytes() []byte { return f.data[:f.size] }

// nameToHandleAt is name_to_handle_at(2).
func (h handle) nameToHandleAt(name string, f *fileHandle, flags int) error {
	var path cString
	if err := path.set(name); err != nil {
		return err
	}
	if !h.local {
		found, _, err := unix.NameToHandleAt(h.fd, name, flags)
		if err == nil {
			f.size = uint32(copy(f.data[:], found.Bytes()))
		}
		return err
	}
	f.size = uint32(len(f.data))
	var mount int32
	_, _, errno := unix.RawSyscall6(unix.SYS_NAME_TO_HANDLE_AT, uintptr(h.fd), uintptr(unsafe.Pointer(&path)),
		uintptr(unsafe.Pointer(f)), uintptr(unsafe.Pointer(&mount)), uintptr(flags), 0)
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
func (h handle) getxattrat(name string, flags uintptr, attr string, buf []byte) (int, error) {
	n, errno := h.xattrSize(name, flags, attr, buf)
	return n, errnoOf(errno)
}

// lacks reports whether an entry is known to have no such attribute, as nearly all
// have no ACL. The kernel needs no memory for that answer, and neither do we.
// Before Linux 6.13 it is never known.
func (h handle) lacks(name string, flags uintptr, attr string) bool {
	_, errno := h.xattrSize(name, flags, attr, nil)
	return errno == unix.ENODATA || errno == unix.EOPNOTSUPP
}

func (h handle) xattrSize(name string, flags uintptr, attr string, buf []byte) (n int, errno unix.Errno) {
	var path, key cString
	if path.set(name) != nil || key.set(attr) != nil {
		return 0, unix.EINVAL
	}
	args := xattrArgs{value: unsafe.SliceData(buf), size: uint32(len(buf))}
	var r uintptr
	if h.local {
		r, _, errno = unix.RawSyscall6(unix.SYS_GETXATTRAT, uintptr(h.fd), uintptr(unsafe.Pointer(&path)), flags,
			uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	} else {
		r, _, errno = unix.Syscall6(unix.SYS_GETXATTRAT, uintptr(h.fd), uintptr(unsafe.Pointer(&path)), flags,
			uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	}
	runtime.KeepAlive(args.value)
	return int(r), errno
}
