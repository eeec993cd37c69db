package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Tree is a host's files below one root: as they are, or as somebody recorded
// them. Paths are absolute and clean, and no link in them is followed but where
// it is said.
type Tree interface {
	// Lookup is what stands at a path. Links are not followed, mounts are
	// crossed.
	Lookup(path string) (plan.State, error)
	// Descend goes to the folder of a home; see [fsys.Descend].
	Descend(home string) (Place, error)
}

// Place is where a home stands, or should. Its owner closes it.
type Place interface {
	// Path is the home's as it was resolved, absolute.
	Path() string
	// Name is the last part of that, empty for the root.
	Name() string
	// Unsafe is why somebody else could replace the home, nil if nobody could.
	Unsafe() error
	// Stat looks at a name in the home's folder.
	Stat(name string, info *fsys.Info) error
	// Open opens the home for listing, Folder the directory it stands in.
	Open() (Dir, error)
	Folder() (Dir, error)
	Close() error
}

// Dir is an open directory of a [Tree]. Its methods are those of [fsys.Dir]. Its
// owner closes it.
type Dir interface {
	OpenDir(rel string) (Dir, error)
	List(buf []byte, visit func(fsys.Dirent) error) error
	Look(e fsys.Dirent, info *fsys.Info) error
	Stat(name string, info *fsys.Info) error
	Observe(name string, info *fsys.Info) (plan.State, plan.Identity, error)
	// ObserveSelf is Observe for the directory itself.
	ObserveSelf() (plan.State, plan.Identity, error)
	Readlink(name string) (string, error)
	HasCapabilities(name string) bool
	AccessACL(name string) string
	ReadACLs(name string, info *fsys.Info, images *fsys.ACLImages) error
	KeepsACLs() bool
	Filesystem() (string, error)
	Close() error
}

// Files are the contents that a policy speaks of: sources of what it adds, and
// marks of accounts to skip.
type Files interface {
	Exists(path string) (bool, error)
	// Content is what the file at path holds, as a plan keeps it.
	Content(path string) (*plan.Content, error)
}

// Live is the host's own tree below a root, whose owner closes it.
func Live(root *fsys.Dir) Tree { return live{root} }

// LiveFiles are the host's own, read as far as they may be believed.
func LiveFiles(f fsys.Files) Files { return liveFiles{f} }

type live struct{ *fsys.Dir }

func (t live) Descend(home string) (Place, error) {
	place, err := fsys.Descend(t.Dir, home, fsys.TrustRoot)
	if err != nil {
		return nil, err
	}
	return livePlace{place}, nil
}

type livePlace struct{ *fsys.Place }

func (p livePlace) Path() string { return p.Place.Path }

func (p livePlace) Name() string { return p.Place.Name }

func (p livePlace) Unsafe() error {
	if p.Place.Unsafe == nil {
		return nil
	}
	return p.Place.Unsafe
}

func (p livePlace) Stat(name string, info *fsys.Info) error { return p.Parent.Stat(name, info) }

func (p livePlace) Open() (Dir, error) {
	dir, _, err := p.Place.Open()
	return opened(dir, err)
}

func (p livePlace) Folder() (Dir, error) { return opened(p.OpenParent()) }

type liveDir struct{ *fsys.Dir }

func opened(dir *fsys.Dir, err error) (Dir, error) {
	if err != nil {
		return nil, err
	}
	return liveDir{dir}, nil
}

func (d liveDir) OpenDir(rel string) (Dir, error) { return opened(d.Dir.OpenDir(rel)) }

func (d liveDir) ObserveSelf() (plan.State, plan.Identity, error) {
	pin, err := d.PinSelf()
	if err != nil {
		return plan.State{}, plan.Identity{}, err
	}
	defer pin.Close()
	return pin.Observe()
}

type liveFiles struct{ fsys.Files }

func (f liveFiles) Content(path string) (*plan.Content, error) {
	file, err := f.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, plan.MaxContent+1))
	if err != nil || len(data) <= plan.MaxContent {
		return newContent(data), err
	}
	sum := sha256.New()
	sum.Write(data)
	rest, err := io.Copy(sum, file)
	size := int64(len(data)) + rest
	return &plan.Content{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size, From: path}, err
}
