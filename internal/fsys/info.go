package fsys

import (
	"errors"
	"syscall"
	"unsafe"

	"rightful/plan"
)

// Info is what one look at a name tells, without opening it. It lacks the ACLs.
type Info struct {
	plan.State
	Ino       uint64
	MountRoot bool   // something is mounted here
	BirthNsec uint64 // where the filesystem keeps it, else 0
	dev       uint64
}

// Dirent is one name of a directory. It points into the listing's buffer.
type Dirent struct {
	name []byte // with its final NUL
}

// NewDirent is a name that was not listed; it has no NUL in it.
func NewDirent(name string) Dirent { return Dirent{append([]byte(name), 0)} }

// Name is the name. It is only good until the visit returns: who keeps it must
// clone it. That saves an allocation for each entry of the host.
func (e Dirent) Name() string { return unsafe.String(&e.name[0], len(e.name)-1) }

// Raced reports whether err is what a look or an open meets when the tree
// changes under it: never fatal, always worth a line.
func Raced(err error) bool {
	for _, e := range []error{syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP, syscall.ESTALE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// CrossesMount reports whether err says that a mount point was in the way.
func CrossesMount(err error) bool { return errors.Is(err, syscall.EXDEV) }
