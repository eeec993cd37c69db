package fsys

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// descriptorsPath has a magic link for each descriptor of ours, named by its
// number.
const descriptorsPath = "/proc/self/fd"

// Descriptors is /proc/self/fd, held open: from here the ACLs of pinned entries
// are asked for at two thirds of what the way through /proc costs each time. Its
// owner closes it.
type Descriptors struct{ fd int }

// OpenDescriptors opens it, and refuses as [CheckProc] does.
func OpenDescriptors() (*Descriptors, error) {
	fd, err := unix.Open(descriptorsPath, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, pathError("open", descriptorsPath, err)
	}
	d := &Descriptors{fd}
	if err := checkProc(func(st *unix.Statfs_t) error { return unix.Fstatfs(fd, st) }); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close releases it.
func (d *Descriptors) Close() error { return unix.Close(d.fd) }

// Observe is [Pin.Observe].
func (d *Descriptors) Observe(p *Pin) (plan.State, plan.Identity, error) { return p.observe(d) }

// lack reports whether a pinned entry is known to have no such attribute. Without
// Descriptors it goes all the way.
func (d *Descriptors) lack(p *Pin, attr string) bool {
	if d == nil {
		_, err := unix.Getxattr(p.Proc(), attr, nil)
		return err == unix.ENODATA || err == unix.EOPNOTSUPP
	}
	var number [20]byte
	return handle{d.fd, p.local}.lacks(string(strconv.AppendInt(number[:0], int64(p.fd), 10)), 0, attr)
}

// CheckProc reports whether /proc is what [Pin.Proc] needs it to be: procfs,
// with our own descriptors. Without it ACLs can be neither read nor written.
func CheckProc() error {
	return checkProc(func(st *unix.Statfs_t) error { return unix.Statfs(descriptorsPath, st) })
}

func checkProc(statfs func(*unix.Statfs_t) error) error {
	var st unix.Statfs_t
	if err := statfs(&st); err != nil {
		return &os.PathError{Op: "statfs", Path: descriptorsPath, Err: err}
	}
	if st.Type != unix.PROC_SUPER_MAGIC {
		return errors.New(descriptorsPath + ": not procfs")
	}
	return nil
}
