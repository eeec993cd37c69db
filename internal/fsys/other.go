//go:build !linux

package fsys

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rightful/plan"
)

// What this package promises needs O_PATH, openat2(2) and statx(2). On other
// systems policies and plans can be read, by their users and with their own
// rights; a tree cannot be looked at.

// ErrLinux is why most of this package does nothing here.
var ErrLinux = errors.New("needs Linux")

// UnreadableACL is no ACL, and cannot be read as one.
const UnreadableACL = "unreadable"

// ErrNoIdentity is never returned here.
var ErrNoIdentity = errors.New("no identity")

// TrustRoot believes nobody here.
func TrustRoot(uint32) bool { return false }

// Files reads an ordinary user's files; root may read none, because who else
// could have written them is not checked.
type Files struct{ root string }

// NewFiles reads below root.
func NewFiles(root *Dir, _ Trust) Files { return Files{root.path} }

// Open opens the file at abs for reading.
func (f Files) Open(abs string) (*os.File, error) {
	if os.Geteuid() == 0 {
		return nil, &os.PathError{Op: "open", Path: abs, Err: errors.New("reading files as root needs Linux")}
	}
	return os.Open(filepath.Join(f.root, abs))
}

// Read is the content of the file at abs, at most limit bytes.
func (f Files) Read(abs string, limit int64) ([]byte, error) {
	file, err := f.Open(abs)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &os.PathError{Op: "read", Path: abs, Err: errors.New("too large")}
	}
	return data, err
}

// List is the names in the directory at abs, in bytewise order; found is false
// where abs is not a directory.
func (f Files) List(abs string) (names []string, found bool, err error) {
	path := filepath.Join(f.root, abs)
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil, false, err
	}
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, true, err
}

// Exists reports whether something stands at abs.
func (f Files) Exists(abs string) (bool, error) {
	_, err := os.Lstat(filepath.Join(f.root, abs))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Memory has none here.
func Memory(string) (*os.File, error) { return nil, ErrLinux }

// Dir is an open directory.
type Dir struct{ path string }

// OpenRoot only names the directory.
func OpenRoot(path string) (*Dir, error) { return &Dir{path}, nil }

// Place is the end of a checked way down.
type Place struct {
	Parent *Dir
	Name   string
	Path   string
	Unsafe *UnsafeError
}

// Pin holds one inode.
type Pin struct{}

// ACLImages has none here.
type ACLImages struct{}

// NewACLImages has none.
func NewACLImages() *ACLImages { return nil }

// The rest needs Linux, and says so.

func (d *Dir) Close() error                          { return nil }
func (d *Dir) OpenDir(string) (*Dir, error)          { return nil, ErrLinux }
func (d *Dir) List([]byte, func(Dirent) error) error { return ErrLinux }
func (d *Dir) Look(Dirent, *Info) error              { return ErrLinux }
func (d *Dir) Stat(string, *Info) error              { return ErrLinux }
func (d *Dir) Observe(string, *Info) (plan.State, plan.Identity, error) {
	return plan.State{}, plan.Identity{}, ErrLinux
}
func (d *Dir) Readlink(string) (string, error)          { return "", ErrLinux }
func (d *Dir) HasCapabilities(string) bool              { return true }
func (d *Dir) AccessACL(string) string                  { return UnreadableACL }
func (d *Dir) KeepsACLs() bool                          { return false }
func (d *Dir) ReadACLs(string, *Info, *ACLImages) error { return ErrLinux }
func (d *Dir) Lookup(string) (plan.State, error)        { return plan.State{}, ErrLinux }
func (d *Dir) Pin(string) (*Pin, error)                 { return nil, ErrLinux }
func (d *Dir) PinSelf() (*Pin, error)                   { return nil, ErrLinux }
func (d *Dir) Filesystem() (string, error)              { return "", ErrLinux }
func (p *Pin) Close() error                             { return nil }
func (p *Pin) Observe() (plan.State, plan.Identity, error) {
	return plan.State{}, plan.Identity{}, ErrLinux
}
func (p *Pin) State() (plan.State, error)         { return plan.State{}, ErrLinux }
func (p *Pin) Identity() (plan.Identity, error)   { return plan.Identity{}, ErrLinux }
func (p *Pin) HasCapabilities() bool              { return true }
func (p *Place) Close() error                     { return nil }
func (p *Place) Open() (*Dir, bool, error)        { return nil, false, ErrLinux }
func (p *Place) OpenParent() (*Dir, error)        { return nil, ErrLinux }
func Descend(*Dir, string, Trust) (*Place, error) { return nil, ErrLinux }
func CheckProc() error                            { return ErrLinux }

func NiceIO() error { return ErrLinux }

// OpenMax is a number that every system grants.
func OpenMax() int { return 256 }

// Threads needs nothing where no tree is walked.
type Threads struct{}

func NewThreads(int) *Threads { return nil }
func (t *Threads) Opened()    {}
func (t *Threads) Close()     {}
