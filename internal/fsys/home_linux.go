package fsys

import "golang.org/x/sys/unix"

// Open opens the directory at the end of the way, and says whether it is the
// root of a mount: homes may be, what is below them may not.
func (p *Place) Open() (dir *Dir, mounted bool, err error) {
	dir, err = p.Parent.OpenDir(p.Name)
	if !CrossesMount(err) {
		return dir, false, err
	}
	flags := unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Openat(p.Parent.fd, p.Name, flags, 0)
	if err != nil {
		return nil, true, pathError("open", p.Path, err)
	}
	return &Dir{fd}, true, nil
}
