package fsys

import (
	"errors"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// maxLinks is the kernel's own limit (path_resolution(7)).
const maxLinks = 40

// TrustRoot believes root and the caller.
func TrustRoot(uid uint32) bool { return uid == 0 || uid == uint32(os.Geteuid()) }

// Place is the end of a checked way down: a name in an open directory.
type Place struct {
	Parent *Dir
	Name   string
	Path   string // as it was resolved, absolute below the root
	// Unsafe is the first component that somebody else could replace, nil if
	// there is none. What was read may be believed then as little as the
	// place itself; nothing may be changed.
	Unsafe *UnsafeError
}

// Close closes the parent.
func (p *Place) Close() error { return p.Parent.Close() }

// Descend goes from root, which is trusted, to the last component of abs, and
// checks each directory on the way: it must belong to a trusted user and be
// writable by nobody else, or be sticky with the next component in trusted
// hands. A trusted user's links in such directories are followed, any other
// link is not. The last component need not be there. Mounts may be crossed, as
// homes often are mounts.
func Descend(root *Dir, abs string, trust Trust) (*Place, error) {
	for range maxLinks {
		place, err := start(root)
		if err != nil {
			return nil, err
		}
		link, err := place.descend(components(abs), trust)
		if err != nil {
			place.Close()
			return nil, err
		}
		if link == "" {
			return place, nil
		}
		place.Close()
		abs = link
	}
	return nil, pathError("open", abs, unix.ELOOP)
}

func components(abs string) []string {
	return strings.Split(strings.TrimPrefix(path.Clean("/"+abs), "/"), "/")
}

func start(root *Dir) (*Place, error) {
	fd, err := unix.Openat(root.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &Place{Parent: newDir(fd), Path: "/"}, nil
}

// descend walks until the last part, or until a link that may be followed:
// then it returns the path to walk instead.
func (p *Place) descend(parts []string, trust Trust) (link string, err error) {
	for i, name := range parts {
		var next Info
		missing := p.Parent.Stat(name, &next)
		there, last := missing == nil, i == len(parts)-1
		if i > 0 && p.Unsafe == nil {
			if p.Unsafe, err = p.judge(name, &next, there, trust); err != nil {
				return "", err
			}
		}
		p.Name, p.Path = name, path.Join(p.Path, name)
		switch {
		case !there && !(last && errors.Is(missing, unix.ENOENT)):
			return "", pathError("open", p.Path, missing)
		case there && next.Type == plan.Symlink && p.Unsafe == nil && trust(next.UID):
			return p.follow(parts[i+1:])
		case last:
			return "", nil
		}
		if err := p.step(); err != nil {
			return "", pathError("open", p.Path, err)
		}
	}
	return "", nil
}

// step goes into the next component, which must be a directory.
func (p *Place) step() error {
	flags := unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Openat(p.Parent.fd, p.Name, flags, 0)
	if err != nil {
		return err
	}
	p.Parent.Close()
	p.Parent = newDir(fd)
	return nil
}

// follow is where the link at p leads, with the rest behind it. Nobody but
// trusted users can have swapped the link since it was looked at.
func (p *Place) follow(rest []string) (string, error) {
	target, err := p.Parent.Readlink(p.Name)
	if err != nil {
		return "", pathError("readlink", p.Path, err)
	}
	if !path.IsAbs(target) {
		target = path.Join(path.Dir(p.Path), target)
	}
	return path.Join(append([]string{target}, rest...)...), nil
}

// judge holds the directory that next is in against the rules.
func (p *Place) judge(name string, next *Info, there bool, trust Trust) (*UnsafeError, error) {
	dir, err := (&Pin{p.Parent.handle}).Info()
	if err != nil {
		return nil, pathError("stat", p.Path, err)
	}
	if !there {
		return Replaceable(p.Path, &dir.State, name, nil, trust), nil
	}
	return Replaceable(p.Path, &dir.State, name, &next.State, trust), nil
}

func pathError(op, path string, err error) error {
	return &os.PathError{Op: op, Path: path, Err: err}
}

// Open opens the directory at the end of the way for listing, and says whether
// it is the root of a mount: homes may be, what is below them may not.
func (p *Place) Open() (dir *Dir, mounted bool, err error) {
	dir, err = p.Parent.OpenDir(p.Name)
	if !CrossesMount(err) {
		return dir, false, err
	}
	dir, err = p.open(p.Name)
	return dir, true, err
}

// OpenParent opens the parent for listing.
func (p *Place) OpenParent() (*Dir, error) { return p.open(".") }

func (p *Place) open(name string) (*Dir, error) {
	fd, err := unix.Openat(p.Parent.fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, pathError("open", p.Path, err)
	}
	return newDir(fd), nil
}
