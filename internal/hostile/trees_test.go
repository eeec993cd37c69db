//go:build linux

package hostile

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// deepen makes a chain of directories below dir, by descriptor, as its path is
// soon longer than any call takes, and returns the last.
func (h *host) deepen(dir, name string, depth int) (fd int) {
	h.t.Helper()
	fd, err := unix.Open(h.abs(dir), unix.O_PATH|unix.O_CLOEXEC, 0)
	for range depth {
		if err == nil {
			err = unix.Mkdirat(fd, name, 0o755)
		}
		if err == nil {
			err = unix.Fchownat(fd, name, alice, alice, unix.AT_SYMLINK_NOFOLLOW)
		}
		next, openErr := unix.Openat(fd, name, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err == nil {
			err = openErr
		}
		if err != nil {
			h.t.Fatal(err)
		}
		unix.Close(fd)
		fd = next
	}
	return fd
}

// forest makes such a chain with n directories at its end, each with one closed
// file.
func (h *host) forest(dir, name string, depth, n int) {
	h.t.Helper()
	fd := h.deepen(dir, name, depth)
	defer unix.Close(fd)
	for i := range n {
		name := fmt.Sprintf("%05d", i)
		err := unix.Mkdirat(fd, name, 0o755)
		if err == nil {
			err = unix.Fchownat(fd, name, alice, alice, unix.AT_SYMLINK_NOFOLLOW)
		}
		sub, openErr := unix.Openat(fd, name, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err == nil {
			err = openErr
		}
		if err == nil {
			err = h.fileAt(sub, "f")
		}
		unix.Close(sub)
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

// fileAt makes an empty file of alice's that nobody else can read.
func (h *host) fileAt(dir int, name string) error {
	fd, err := unix.Openat(dir, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Fchown(fd, alice, alice)
}
