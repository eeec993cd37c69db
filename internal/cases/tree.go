package cases

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"rightful/internal/recorded"
	"rightful/plan"
	"rightful/spec"
)

// build makes the tree. Folders above the homes need not be written down: they are
// root's, and open to all. What is in a home does.
func (h *host) build() error {
	var errs spec.Errors
	names := map[string]uint32{} // of files, by path
	for i := range h.c.Tree {
		e := &h.c.Tree[i]
		abs := h.abs(e.Path)
		if first := h.entries[abs]; first != nil {
			errs = append(errs, wrong(e.Pos, "%s is there twice, first in line %d", plan.Quote(e.Path), first.Pos.Line))
			continue
		}
		h.entries[abs] = e
		if e.Type == 'h' {
			names[h.abs(e.Target)]++
		}
	}
	b := recorded.NewBuilder()
	errs = append(errs, h.addParents(b)...)
	for i := range h.c.Tree {
		e := &h.c.Tree[i]
		if h.entries[h.abs(e.Path)] != e {
			continue
		}
		entry, err := h.entry(e, names)
		if err == nil {
			err = b.Add(h.abs(e.Path), entry)
		}
		if err != nil {
			errs = append(errs, wrong(e.Pos, "%v", err))
		}
	}
	if len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b *spec.Error) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) })
		return errs
	}
	tree, err := b.Tree(nil)
	h.tree = tree
	return err
}

func wrong(pos spec.Pos, format string, args ...any) *spec.Error {
	return &spec.Error{Pos: pos, Message: fmt.Sprintf(format, args...)}
}

// addParents adds the folders above the homes, and of what is in no home.
func (h *host) addParents(b *recorded.Builder) (errs spec.Errors) {
	added := map[string]bool{"/": true}
	root := recorded.Entry{State: plan.State{Type: plan.Directory, Mode: 0o755}}
	above := func(p string, pos spec.Pos) {
		for dir := path.Dir(p); !added[dir]; dir = path.Dir(dir) {
			added[dir] = true
			switch have := h.entries[dir]; {
			case have != nil && have.Type != 'd':
				errs = append(errs, wrong(pos, "%s is no directory", plan.Quote(dir)))
			case have != nil:
			case h.holder(dir) != nil:
				errs = append(errs, wrong(pos, "%s, in which it is, is not in the tree", plan.Quote(dir)))
			default:
				_ = b.Add(dir, root) // a clean path, and new
			}
		}
	}
	for i := range h.c.Tree {
		above(h.abs(h.c.Tree[i].Path), h.c.Tree[i].Pos)
	}
	for _, p := range h.people {
		if p.account {
			above(p.Home, p.Pos)
		}
	}
	return errs
}

// entry is what stands at a line's path.
func (h *host) entry(e *spec.CaseEntry, names map[string]uint32) (recorded.Entry, error) {
	abs := h.abs(e.Path)
	if e.Type == 'h' {
		abs = h.abs(e.Target)
		first := h.entries[abs]
		if first == nil || first.Type != 'f' {
			return recorded.Entry{}, fmt.Errorf("%s is no file of the tree", plan.Quote(e.Target))
		}
		e = first
	}
	s := plan.State{Type: typeOf(e.Type), Target: e.Target}
	if err := h.give(&s, e, abs); err != nil {
		return recorded.Entry{}, err
	}
	if s.Type != plan.Symlink {
		s.Mode = plan.Mode(e.Mode)
	}
	if s.Type == plan.File {
		s.Nlink = max(e.Nlink, 1+names[abs])
	}
	if e.Immutable {
		s.Flags |= plan.Immutable
	}
	if e.AppendOnly {
		s.Flags |= plan.AppendOnly
	}
	s, err := h.grant(s, e)
	return recorded.Entry{State: s, Mount: e.Mount, Closed: e.Closed, Capabilities: e.Capabilities}, err
}

func typeOf(letter byte) plan.Type {
	return map[byte]plan.Type{
		'd': plan.Directory, 'f': plan.File, 'l': plan.Symlink, 'p': plan.FIFO, 's': plan.Socket, 'c': plan.CharDevice, 'b': plan.BlockDevice,
	}[letter]
}

// give says whose an entry is.
func (h *host) give(s *plan.State, e *spec.CaseEntry, abs string) error {
	if p := h.holder(abs); p != nil {
		s.UID, s.GID = p.uid, p.gid
	}
	known := true
	if e.Owner != "" {
		if s.UID, known = h.user(e.Owner); !known {
			return fmt.Errorf("unknown user %s: name him in users", plan.Quote(e.Owner))
		}
	}
	if e.Group != "" {
		if s.GID, known = h.gid(e.Group); !known {
			return fmt.Errorf("unknown group %s: name it in groups", plan.Quote(e.Group))
		}
	}
	return nil
}

// grant gives an entry its ACLs, as setfacl(1) does after chmod(1).
func (h *host) grant(s plan.State, e *spec.CaseEntry) (plan.State, error) {
	var access, inherit plan.Grants
	for _, a := range e.ACL {
		to := &access
		if a.Default {
			to = &inherit
		}
		perm := uint16(a.Bits(e.Mode, s.Type == plan.Directory))
		if a.Tag == spec.ACLMask {
			to.Mask = perm
			continue
		}
		named := plan.ACLEntry{Tag: plan.ACLUser, Perm: perm, ID: a.Name.ID}
		find, what := h.user, "user"
		if a.Tag == spec.ACLGroup {
			named.Tag, find, what = plan.ACLNamedGroup, h.gid, "group"
		}
		if !a.Name.Numeric {
			id, known := find(a.Name.Text)
			if !known {
				return s, fmt.Errorf("acl: unknown %s %s: name it in %[1]ss", what, plan.Quote(a.Name.Text))
			}
			named.ID = id
		}
		to.Named = append(to.Named, named)
	}
	if len(e.ACL) == 0 {
		return s, nil
	}
	return s.WithGrants(s.Mode, access, inherit)
}
