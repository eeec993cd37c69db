package plan

import "fmt"

// Grants are what a policy asks of one ACL: the entries for named users and
// groups, these and no others, and the mask. The zero Grants ask that there is
// no ACL.
type Grants struct {
	// Named have the tag [ACLUser] or [ACLNamedGroup]; nobody is named twice.
	Named []ACLEntry
	// Mask is the most that named users, named groups and the owning group get.
	// 0 is what setfacl(1) makes it: all that any of them has.
	Mask uint16
}

// EmptyMaskError is an ACL that would not count. Under an empty mask the kernel
// asks the mode alone (fs/namei.c, acl_permission_check), so that whoever was
// named to be kept out gets what all others get.
type EmptyMaskError struct {
	Mode    Mode // what owner, group and others were to have
	Default bool
}

func (e *EmptyMaskError) Error() string {
	what := "the ACL"
	if e.Default {
		what = "the default ACL"
	}
	return fmt.Sprintf("%s would have an empty mask with mode %v: the kernel would ignore it, and who is named would get what all others may do", what, e.Mode)
}

// OwnMode is the mode with what the owning group has for its group digit. Where
// there is an ACL with a mask, the digit that stat(1) and chmod(1) show is the
// mask, and the group has an entry of its own: stored is that entry as it is
// kept, effective what the mask leaves of it.
func (s State) OwnMode() (stored, effective Mode) {
	entries, _ := readACL(s.Access)
	for _, e := range entries {
		if e.tag == tagGroup {
			stored = s.Mode&^groupBits | Mode(e.perm)<<3
			return stored, stored & (s.Mode | ^groupBits)
		}
	}
	return s.Mode, s.Mode
}

const groupBits Mode = 0o070

// WithGrants is s with the ACLs that access and inherit ask for, where m is what
// owner, owning group and others have. They have it in both ACLs; a default one
// without named entries is none. In the mode that comes out the group digit is
// m's where nobody is named, and else the mask: mode 0700 and user:web:r-x are
// 0750, as after chmod(1) and then setfacl(1).
//
// It leaves an ACL alone that says the same in another order. inherit counts
// for directories only. Its error is an [*EmptyMaskError].
func (s State) WithGrants(m Mode, access, inherit Grants) (State, error) {
	image, mask := access.image(m)
	if mask == 0 && image != "" && m&0o007 != 0 {
		return s, &EmptyMaskError{Mode: m}
	}
	s.Mode = m&^groupBits | Mode(mask)<<3
	if !sameEntries(s.Access, image) {
		s.Access = image
	}
	if s.Type != Directory {
		return s, nil
	}
	image, mask = inherit.image(m)
	if mask == 0 && image != "" && m&0o007 != 0 {
		return s, &EmptyMaskError{Mode: m, Default: true}
	}
	if !sameEntries(s.Default, image) {
		s.Default = image
	}
	return s, nil
}

// image is the ACL in the kernel's form, empty where nobody is named, and the
// group digit of the mode that goes with it. Users and groups are in the order
// of their numbers, as libacl has them.
func (g Grants) image(m Mode) (raw string, digit uint16) {
	own := minimal(m)
	group := own[1].perm
	if len(g.Named) == 0 {
		return "", group
	}
	mask := group
	all := own
	for _, e := range g.Named {
		mask |= e.Perm
		all = append(all, aclEntry{uint16(e.Tag), e.Perm, e.ID})
	}
	if g.Mask != 0 {
		mask = g.Mask
	}
	all = append(all, aclEntry{tagMask, mask, noID})
	all.sort()
	return all.bytes(), mask
}
