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
	parts := slices.Collect(components(rel))
	for i, name := range parts {
		if name == "." {
			continue
		}
		next := n.child(name)
		switch {
		case next == nil:
			return nil, n.missing("open", rel)
		case next.State.Type == plan.Symlink && i < len(parts)-1:
			return nil, failed("open", rel, syscall.ELOOP)
		case next.State.Type != plan.Directory: // O_DIRECTORY comes before O_NOFOLLOW
			return nil, failed("open", rel, syscall.ENOTDIR)
		case next.Mount:
			return nil, failed("open", rel, syscall.EXDEV)
		}
		n = next
	}
	if n.Closed {
		return nil, failed("open", rel, syscall.EACCES)
	}
	return dir{n}, nil
}

func (d dir) List(_ []byte, visit func(fsys.Dirent) error) error {
	for _, c := range d.n.children {
		if err := visit(fsys.NewDirent(c.name)); err != nil {
			return err
		}
	}
	return nil
}

func (d dir) Look(e fsys.Dirent, info *fsys.Info) error { return d.Stat(e.Name(), info) }

func (d dir) Stat(name string, info *fsys.Info) error {
	c := d.n.child(name)
	if c == nil {
		return d.n.missing("look", name)
	}
	c.info(info)
	return nil
}

// info is what one look tells, which is neither the target nor the ACLs.
func (n *node) info(info *fsys.Info) {
	*info = fsys.Info{State: n.State, Ino: n.number, MountRoot: n.Mount}
	info.Target, info.Access, info.Default = "", "", ""
}

func (n *node) identity() plan.Identity { return plan.Identity{Ino: n.number} }

func (d dir) Observe(name string, _ *fsys.Info) (plan.State, plan.Identity, error) {
	c := d.n.child(name)
	if c == nil {
		return plan.State{}, plan.Identity{}, d.n.missing("look", name)
	}
	return c.State, c.identity(), nil
}

func (d dir) ObserveSelf() (plan.State, plan.Identity, error) {
	return d.n.State, d.n.identity(), nil
}

func (d dir) Readlink(name string) (string, error) {
	c := d.n.child(name)
	switch {
	case c == nil:
		return "", d.n.missing("readlink", name)
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
	c := d.n.child(name)
	if c == nil {
		return d.n.missing("look", name)
	}
	info.Access, info.Default = c.State.Access, c.State.Default
	return nil
}

// KeepsACLs is true: where there are none, none were recorded.
func (d dir) KeepsACLs() bool { return true }

// Filesystem is none that a plan could be applied to.
func (d dir) Filesystem() (string, error) { return "recorded", nil }

func (d dir) Close() error { return nil }
