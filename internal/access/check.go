package access

import "rightful/plan"

// Check answers whether the identity may do all of want to the entry, once it
// got there: [DAC], then root's capabilities. It does not allocate.
//
// Writing to an immutable inode is refused to everybody, as inode_permission()
// does before it asks for bits. Appending is writing here, so that an
// append-only inode may be written to.
func Check(id *Identity, s *plan.State, want Want) Verdict {
	if want&Write != 0 && s.Flags&plan.Immutable != 0 {
		return Verdict{Answer: Denied, Class: Flag, Entry: Flag, Missing: Write}
	}
	v := DAC(id, s, want)
	if id.UID == 0 && v.Answer == Denied {
		return override(s, want, v)
	}
	return v
}

// DAC is the check by owner, groups, mode and ACL alone
// (acl_permission_check() in fs/namei.c), with its quirk: while all three group
// bits are clear, which is how an empty mask shows in the mode, the kernel does
// not look at the ACL, and those whom it shuts out are others.
func DAC(id *Identity, s *plan.State, want Want) Verdict {
	switch mode := s.Mode; {
	case s.Type == plan.Symlink:
		return unclear(Link)
	case s.Type == 0:
		return unclear(NoState)
	case id.UID == s.UID:
		return judge(Owner, s.UID, Want(mode>>6), want)
	case s.Access != "" && mode&0o070 != 0:
		return byACL(id, s, want)
	case id.In(s.GID):
		return judge(Group, s.GID, Want(mode>>3), want)
	default:
		return judge(Other, 0, Want(mode), want)
	}
}

// override is CAP_DAC_OVERRIDE (generic_permission() in fs/namei.c): everything,
// but to execute a file that nobody may execute.
func override(s *plan.State, want Want, denied Verdict) Verdict {
	if s.Type != plan.Directory && want&Execute != 0 && s.Mode&0o111 == 0 {
		return denied
	}
	return Verdict{Answer: Allowed, Class: Root, Entry: Root, Bits: want}
}

// Free reports whether everybody may, whoever they are: most entries of most
// hosts, which need no further look.
func Free(s *plan.State, want Want) bool {
	each := plan.Mode(want&7) * 0o111
	return s.Mode&each == each && s.Access == "" && s.Type != plan.Symlink && s.Type != 0 &&
		(want&Write == 0 || s.Flags&plan.Immutable == 0)
}
