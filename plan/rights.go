package plan

import "encoding/binary"

// holder is whom an ACL entry, or a digit of the mode, speaks of.
type holder struct {
	tag   uint16
	id    uint32
	deflt bool // of what is created inside
}

// The tags of system.posix_acl_access (linux/posix_acl.h).
const (
	tagOwner      = 0x01
	tagUser       = 0x02
	tagGroup      = 0x04 // the entry's own group
	tagNamedGroup = 0x08
	tagMask       = 0x10
	tagOther      = 0x20
)

const aclVersion = 2

// rightsOf is what everybody may do by the state's mode and ACLs, the mask
// applied. A symlink gives no rights: its mode means nothing.
func rightsOf(s State) map[holder]uint16 {
	rights := make(map[holder]uint16, 3)
	if s.Type == Symlink {
		return rights
	}
	mode := uint16(s.Mode)
	// An ACL under an empty mask does not count: the kernel asks it only where
	// some group bit stands (fs/namei.c, acl_permission_check).
	if acl, ok := readACL(s.Access); ok && len(acl) > 0 && mode>>3&7 != 0 {
		acl.chmod(mode)
		acl.grant(rights, s.GID, false)
	} else {
		rights[holder{tag: tagOwner}] = mode >> 6 & 7
		rights[holder{tag: tagNamedGroup, id: s.GID}] = mode >> 3 & 7
		rights[holder{tag: tagOther}] = mode & 7
	}
	if acl, ok := readACL(s.Default); ok {
		acl.grant(rights, s.GID, true)
	}
	return rights
}

type aclEntry struct {
	tag, perm uint16
	id        uint32
}

type acl []aclEntry

// readACL takes the kernel's form apart: a version, then eight bytes an entry.
func readACL(raw string) (acl, bool) {
	if raw == "" {
		return nil, true
	}
	b := []byte(raw)
	if len(b)%8 != 4 || binary.LittleEndian.Uint32(b) != aclVersion {
		return nil, false
	}
	var out acl
	for b = b[4:]; len(b) > 0; b = b[8:] {
		out = append(out, aclEntry{
			tag:  binary.LittleEndian.Uint16(b),
			perm: binary.LittleEndian.Uint16(b[2:]) & 7,
			id:   binary.LittleEndian.Uint32(b[4:]),
		})
	}
	return out, true
}

// chmod does what chmod(2) does to an ACL: the group digit goes to the mask
// where there is one.
func (a acl) chmod(mode uint16) {
	group := uint16(tagGroup)
	for _, e := range a {
		if e.tag == tagMask {
			group = tagMask
		}
	}
	for i, e := range a {
		switch e.tag {
		case tagOwner:
			a[i].perm = mode >> 6 & 7
		case group:
			a[i].perm = mode >> 3 & 7
		case tagOther:
			a[i].perm = mode & 7
		}
	}
}

// grant adds what the entries give. Of several entries for one user, which the
// kernel stores without complaint, it goes by the first; a group's add up.
func (a acl) grant(rights map[holder]uint16, gid uint32, deflt bool) {
	mask := uint16(7)
	for _, e := range a {
		if e.tag == tagMask {
			mask = e.perm
		}
	}
	for _, e := range a {
		who := holder{tag: e.tag, deflt: deflt}
		switch e.tag {
		case tagMask:
			continue
		case tagUser, tagNamedGroup:
			who.id, e.perm = e.id, e.perm&mask
		case tagGroup:
			who = holder{tag: tagNamedGroup, id: gid, deflt: deflt}
			e.perm &= mask
		}
		if _, taken := rights[who]; !taken || who.tag == tagNamedGroup {
			rights[who] |= e.perm
		}
	}
}

// otherwise is the most that who may do where nothing names it: a group's
// members are others then, a user may be in any group that is named.
func otherwise(rights map[holder]uint16, who holder) uint16 {
	bits := rights[holder{tag: tagOther, deflt: who.deflt}]
	if who.tag != tagUser {
		return bits
	}
	for other, b := range rights {
		if other.tag == tagNamedGroup && other.deflt == who.deflt {
			bits |= b
		}
	}
	return bits
}

// exceeds reports whether anybody may do more by a than by b. Who enters is
// taken to have had nothing, who leaves to keep what is [otherwise] his.
func exceeds(a, b map[holder]uint16) bool {
	for who, bits := range a {
		if bits&^b[who] != 0 {
			return true
		}
	}
	for who, bits := range b {
		if _, stays := a[who]; !stays && otherwise(a, who)&^bits != 0 {
			return true
		}
	}
	return false
}

// legible reports whether both ACLs are of the kind that can be judged.
func legible(s State) bool {
	_, access := readACL(s.Access)
	_, deflt := readACL(s.Default)
	return access && deflt
}
