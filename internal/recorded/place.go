package recorded

import (
	"path"
	"slices"
	"syscall"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
)

// place is where a home stands, or should.
type place struct {
	parent *node
	name   string
	path   string
	unsafe *fsys.UnsafeError
}

// maxLinks is the kernel's own limit (path_resolution(7)).
const maxLinks = 40

// Descend is [fsys.Descend], by the same rules.
func (t *Tree) Descend(home string) (reconcile.Place, error) {
	for range maxLinks {
		p, link, err := t.descend(slices.Collect(components(home)))
		if err != nil {
			return nil, err
		}
		if link == "" {
			return p, nil
		}
		home = link
	}
	return nil, failed("open", home, syscall.ELOOP)
}

// descend goes to the last of the parts, or to a link that may be followed: then
// it returns the path to go instead.
func (t *Tree) descend(parts []string) (p *place, link string, err error) {
	p = &place{parent: t.root, path: "/"}
	for i, name := range parts {
		if p.parent, err = p.parent.open(); err != nil {
			return nil, "", err
		}
		next, last := p.parent.child(name), i == len(parts)-1
		if i > 0 && p.unsafe == nil {
			var state *plan.State
			if next != nil {
				state = &next.State
			}
			p.unsafe = fsys.Replaceable(p.path, &p.parent.State, name, state, t.trust)
		}
		p.name, p.path = name, path.Join(p.path, name)
		switch {
		case next == nil && last && p.parent.isGone(name):
			return p, "", nil
		case next == nil:
			return nil, "", p.parent.missing("open", p.path, name)
		case next.Unseen:
			return nil, "", failed("open", p.path, syscall.EACCES)
		case next.State.Type == plan.Symlink && p.unsafe == nil && t.trust(next.State.UID):
			return nil, p.follow(next.State.Target, parts[i+1:]), nil
		case last:
			return p, "", nil
		case next.State.Type != plan.Directory:
			return nil, "", failed("open", p.path, syscall.ENOTDIR)
		}
		p.parent = next
	}
	return p, "", nil
}

// follow is where the link at p leads, with the rest behind it.
func (p *place) follow(target string, rest []string) string {
	if !path.IsAbs(target) {
		target = path.Join(path.Dir(p.path), target)
	}
	return path.Join(append([]string{target}, rest...)...)
}

func (p *place) Path() string { return p.path }

func (p *place) Name() string { return p.name }

func (p *place) Unsafe() error {
	if p.unsafe == nil {
		return nil
	}
	return p.unsafe
}

func (p *place) Stat(name string, info *fsys.Info) error { return dir{p.parent}.Stat(name, info) }

// Open opens the home, whether or not something is mounted there.
func (p *place) Open() (reconcile.Dir, error) {
	home := p.parent.child(p.name)
	switch {
	case home == nil:
		return nil, p.parent.missing("open", p.path, p.name)
	case home.State.Type != plan.Directory:
		return nil, failed("open", p.path, syscall.ENOTDIR)
	}
	return opened(home, p.name)
}

func (p *place) Folder() (reconcile.Dir, error) { return dir{p.parent}, nil }

func (p *place) Close() error { return nil }
