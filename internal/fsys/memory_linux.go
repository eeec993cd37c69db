package fsys

import (
	"os"

	"golang.org/x/sys/unix"
)

// Memory is an empty file that stands in no directory and on no disk: it goes
// with its last descriptor. The name is for people who list those (memfd_create(2)).
func Memory(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}
