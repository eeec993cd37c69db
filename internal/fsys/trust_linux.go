package fsys

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// Files reads files that decide what a privileged caller does. They must be
// regular, belong to a trusted user and be writable by nobody else, and so must
// the directories above them, as for [Descend].
type Files struct {
	root  *Dir
	trust Trust
}

// NewFiles reads below root. A nil trust checks nothing: an ordinary user's
// mistakes are his own.
func NewFiles(root *Dir, trust Trust) Files { return Files{root, trust} }

// Read is the content of the file at abs, at most limit bytes.
func (f Files) Read(abs string, limit int64) ([]byte, error) {
	file, err := f.Open(abs)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("larger than %d bytes", limit)
	}
	if err != nil {
		return nil, pathError("read", abs, err)
	}
	return data, nil
}

// Open opens the regular file at abs for reading.
func (f Files) Open(abs string) (*os.File, error) {
	place, info, err := f.find(abs)
	if err != nil {
		return nil, err
	}
	defer place.Close()
	if info.Type != plan.File {
		return nil, pathError("open", abs, fmt.Errorf("is a %v, not a file", info.Type))
	}
	// The type is known and cannot change in trusted hands; O_NONBLOCK is for
	// the caller who trusts everybody.
	flags := unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	fd, err := unix.Openat(place.Parent.fd, place.Name, flags, 0)
	if err != nil {
		return nil, pathError("open", abs, err)
	}
	return os.NewFile(uintptr(fd), abs), nil
}

// List is the names in the directory at abs, in bytewise order; found is false
// where abs is not a directory.
func (f Files) List(abs string) (names []string, found bool, err error) {
	place, info, err := f.find(abs)
	if err != nil {
		return nil, false, err
	}
	defer place.Close()
	if info.Type != plan.Directory {
		return nil, false, nil
	}
	fd, err := unix.Openat(place.Parent.fd, place.Name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false, pathError("open", abs, err)
	}
	dir := newDir(fd)
	defer dir.Close()
	err = dir.List(make([]byte, 1<<15), func(e Dirent) error {
		names = append(names, strings.Clone(e.Name()))
		return nil
	})
	sort.Strings(names)
	return names, true, err
}

// Exists reports whether something stands at abs.
func (f Files) Exists(abs string) (bool, error) {
	place, _, err := f.find(abs)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, place.Close()
}

func (f Files) find(abs string) (*Place, Info, error) {
	var info Info
	trust := f.trust
	if trust == nil {
		trust = func(uint32) bool { return true }
	}
	place, err := Descend(f.root, abs, trust)
	if err != nil {
		return nil, info, err
	}
	if err = place.Parent.Stat(place.Name, &info); err != nil {
		err = pathError("open", abs, err)
	} else {
		err = f.check(place, &info) // says itself which path it is
	}
	if err != nil {
		place.Close()
		return nil, info, err
	}
	return place, info, nil
}

func (f Files) check(place *Place, info *Info) error {
	switch {
	case f.trust == nil:
		return nil
	case place.Unsafe != nil:
		return place.Unsafe
	case !f.trust(info.UID):
		return &UnsafeError{place.Path, fmt.Sprintf("belongs to uid %d, who could change what root does", info.UID)}
	case info.Type == plan.Symlink:
		return &UnsafeError{place.Path, "is a link that is not followed"}
	case info.Mode&othersWrite != 0 && (info.Type != plan.Directory || info.Mode&plan.Sticky == 0):
		return &UnsafeError{place.Path, fmt.Sprintf("mode %v lets others change what root does", info.Mode)}
	}
	return nil
}
