package reconcile

import (
	"fmt"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// aclWant is the named entries, and masks, that are to stand, with names
// resolved; none where no ACL is to be there.
type aclWant struct {
	entries []aclGrant
	line    string
}

type aclGrant struct {
	spec.ACLEntry
	id uint32
}

// acl resolves who an ACL names. Two names for one number are no ACL: which of
// them counted would depend on their order.
func (r resolver) acl(a *spec.ACL) (attribute[aclWant], error) {
	switch {
	case a == nil:
		return attribute[aclWant]{}, nil
	case a.Any:
		return attribute[aclWant]{says: true}, nil
	}
	want := &aclWant{line: a.Pos.String()}
	for _, e := range a.Entries {
		id, err := r.named(e)
		if err != nil {
			return attribute[aclWant]{}, err
		}
		if twin, ok := want.find(e, id); ok {
			return attribute[aclWant]{}, &spec.BindError{Pos: e.Pos, Message: fmt.Sprintf("acl: %v and %v are one: both have the number %d", twin, e, id)}
		}
		want.entries = append(want.entries, aclGrant{e, id})
	}
	return attribute[aclWant]{says: true, want: want}, nil
}

func (r resolver) named(e spec.ACLEntry) (uint32, error) {
	switch e.Tag {
	case spec.ACLUser:
		return r.user(e.Pos, e.Name)
	case spec.ACLGroup:
		return r.group(e.Pos, e.Name)
	}
	return 0, nil
}

// find is the entry that is there already for the same user or group.
func (w *aclWant) find(e spec.ACLEntry, id uint32) (spec.ACLEntry, bool) {
	for _, g := range w.entries {
		if g.Tag == e.Tag && g.Default == e.Default && g.id == id {
			return g.ACLEntry, true
		}
	}
	return spec.ACLEntry{}, false
}

// grants is what is asked of the ACLs of an entry whose owner, group and others
// are to have the bits of mode.
func (w *aclWant) grants(mode plan.Mode, directory bool) (access, inherit plan.Grants) {
	for _, g := range w.entries {
		to := &access
		if g.Default {
			to = &inherit
		}
		perm := uint16(g.Bits(uint16(mode), directory))
		switch g.Tag {
		case spec.ACLUser:
			to.Named = append(to.Named, plan.ACLEntry{Tag: plan.ACLUser, Perm: perm, ID: g.id})
		case spec.ACLGroup:
			to.Named = append(to.Named, plan.ACLEntry{Tag: plan.ACLNamedGroup, Perm: perm, ID: g.id})
		case spec.ACLMask:
			to.Mask = perm
		}
	}
	return access, inherit
}

// permit is have with the mode and the ACLs that w wants, and the lines for what
// is different.
func (w *wants) permit(have plan.State) (plan.State, plan.Rules, error) {
	rules := plan.Rules{}
	if have.Type == plan.Symlink {
		return have, rules, nil
	}
	mode, directory := w.mode(have.Type), have.Type == plan.Directory
	if w.acl == nil {
		want := mode.apply(have.Mode, directory)
		if want == have.Mode {
			return have, rules, nil
		}
		rules[plan.AttrMode] = mode.line
		after, err := have.WithMode(want)
		return after, rules, err
	}
	own, after, err := w.granted(&have)
	if mode.apply(own, directory) != own {
		rules[plan.AttrMode] = mode.line
	}
	if after.Access != have.Access || after.Default != have.Default {
		rules[plan.AttrACL] = w.acl.line
	}
	return after, rules, err
}

// granted is have with the mode and the ACLs that w wants, and the mode of
// owner, owning group and others that this began with. Under an ACL the owning
// group's part of the mode is its own entry, not the mask: as it is stored, if
// that is right as it stands; else what the mask left of it, so that no change
// of the mask gives the group what no line gives it.
func (w *wants) granted(have *plan.State) (own plan.Mode, after plan.State, err error) {
	directory := have.Type == plan.Directory
	grant := func(own plan.Mode) (plan.State, error) {
		mode := w.mode(have.Type).apply(own, directory)
		access, inherit := w.acl.grants(mode, directory)
		return have.WithGrants(mode, access, inherit)
	}
	stored, effective := have.OwnMode()
	if after, err = grant(stored); err == nil && after == *have {
		return stored, after, nil
	}
	after, err = grant(effective)
	return effective, after, err
}

// grantedNew is the state of a new entry with its ACLs.
func (b *binding) grantedNew(want *aclWant, s plan.State) (plan.State, finding) {
	access, inherit := want.grants(s.Mode, s.Type == plan.Directory)
	after, err := s.WithGrants(s.Mode, access, inherit)
	switch {
	case err != nil:
		return s, problem(plan.HasACL, "%v", err)
	case b.noACLs && (after.Access != "" || after.Default != ""):
		return s, want.impossible()
	}
	return after, finding{}
}

// impossible is the problem where the filesystem can have no ACL.
func (w *aclWant) impossible() finding {
	return problem(plan.NoACLs, "the filesystem keeps no ACLs, and %s wants one", w.line)
}

// settled reports whether an entry is as its lines want it. Where they want an
// ACL, which no statx tells of, that is read by name, and what comparing it gave
// for an entry just like it is remembered.
func (k *worker) settled(w *walk, dir Dir, name string, info *fsys.Info, wants *wants) bool {
	if wants.acl == nil || info.Type > plan.File {
		return wants.settled(&info.State)
	}
	return dir.ReadACLs(name, info, k.images) == nil && k.compare(w, wants, info.State) == finding{}
}

// text is the entries as the policy has them, names for identities.
func (w *aclWant) text() string {
	if len(w.entries) == 0 {
		return "none"
	}
	words := make([]string, len(w.entries))
	for i, g := range w.entries {
		words[i] = g.String()
	}
	return plan.Printable(strings.Join(words, ","))
}
