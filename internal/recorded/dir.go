package recorded

import (
	"slices"
	"syscall"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
)

// dir is an open directory of a [Tree].
type dir struct{ n *node }

// OpenDir opens a directory below. As the live one it goes through no link and
// no mount.
func (d dir) OpenDir(rel string) (reconcile.Dir, error) {
	n := d.n
	if n.Barred {
		return nil, failed("open", rel, syscall.EACCES)
	}
	parts := slices.Collect(components(rel))
	for i, name := range parts {
		if name == "." {
			continue
		}
		dir, err := n.open()
		if err != nil {
			return nil, err
		}
		next := dir.child(name)
		switch {
		case next == nil:
			return nil, dir.missing("open", rel, name)
		case next.Unseen:
			return nil, failed("open", rel, syscall.EACCES)
		case next.State.Type == plan.Symlink && i < len(parts)-1:
			return nil, failed("open", rel, syscall.ELOOP)
		case next.State.Type != plan.Directory: // O_DIRECTORY comes before O_NOFOLLOW
			return nil, failed("open", rel, syscall.ENOTDIR)
		case next.Mount:
			return nil, failed("open", rel, syscall.EXDEV)
		}
		n = next
	}
	return opened(n, rel)
}

// opened is a directory, ready to be listed.
func opened(n *node, p string) (reconcile.Dir, error) {
	n, err := n.open()
	if err != nil {
		return nil, err
	}
	if n.Closed {
		return nil, failed("open", p, syscall.EACCES)
	}
	return dir{n}, nil
}

// look is a name that can be looked at.
func (d dir) look(name string) (*node, error) {
	c := d.n.child(name)
	switch {
	case c == nil:
		return nil, d.n.missing("look", name, name)
	case c.Unseen:
		return nil, failed("look", name, syscall.EACCES)
	}
	return c, nil
}

func (d dir) List(_ []byte, visit func(fsys.Dirent) error) error {
	if d.n.Partial {
		return &UnknownError{d.n.name}
	}
	for _, c := range d.n.children {
		if c.gone {
			continue
		}
		if err := visit(fsys.NewDirent(c.name)); err != nil {
			return err
		}
	}
	return nil
}

func (d dir) Look(e fsys.Dirent, info *fsys.Info) error { return d.Stat(e.Name(), info) }

func (d dir) Stat(name string, info *fsys.Info) error {
	c, err := d.look(name)
	if err == nil {
		c.info(info)
	}
	return err
}

// info is what one look tells, which is neither the target nor the ACLs.
func (n *node) info(info *fsys.Info) {
	*info = fsys.Info{State: n.State, Ino: n.number, MountRoot: n.Mount}
	info.Target, info.Access, info.Default = "", "", ""
}

func (n *node) identity() plan.Identity { return plan.Identity{Ino: n.number} }

func (d dir) Observe(name string, _ *fsys.Info) (plan.State, plan.Identity, error) {
	c, err := d.look(name)
	if err != nil {
		return plan.State{}, plan.Identity{}, err
	}
	s := c.State
	if s.Type > plan.Symlink {
		s.Access = "" // nobody asks for that of a FIFO, but who is told that it is one
	}
	return s, c.identity(), nil
}

func (d dir) ObserveSelf() (plan.State, plan.Identity, error) {
	if d.n.Barred {
		return plan.State{}, plan.Identity{}, syscall.EACCES // it is asked by the name "."
	}
	return d.n.State, d.n.identity(), nil
}

func (d dir) Readlink(name string) (string, error) {
	c, err := d.look(name)
	switch {
	case err != nil:
		return "", err
	case c.State.Type != plan.Symlink:
		return "", failed("readlink", name, syscall.EINVAL)
	}
	return c.State.Target, nil
}

func (d dir) HasCapabilities(name string) bool {
	c := d.n.child(name)
	return c != nil && c.Capabilities
}

func (d dir) AccessACL(name string) string {
	if c := d.n.child(name); c != nil {
		return c.State.Access
	}
	return fsys.UnreadableACL
}

func (d dir) ReadACLs(name string, info *fsys.Info, _ *fsys.ACLImages) error {
	c, err := d.look(name)
	if err != nil {
		return err
	}
	info.Access, info.Default = c.State.Access, c.State.Default
	return nil
}

func (d dir) KeepsACLs() bool { return !d.n.NoACLs }

// Filesystem is none that a plan could be applied to.
func (d dir) Filesystem() (string, error) { return "recorded", nil }

func (d dir) Close() error { return nil }
