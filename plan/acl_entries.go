package plan

import "encoding/binary"

// ACLTag says of whom an entry of a POSIX ACL speaks (linux/posix_acl.h). The
// kernel stores entries in the order of their tags.
type ACLTag uint16

// The tags: the owner, named users, the entry's own group, named groups, the
// most that named ones and groups get, everybody else.
const (
	ACLOwner      ACLTag = tagOwner
	ACLUser       ACLTag = tagUser
	ACLGroup      ACLTag = tagGroup
	ACLNamedGroup ACLTag = tagNamedGroup
	ACLMask       ACLTag = tagMask
	ACLOther      ACLTag = tagOther
)

// ACLEntry is one entry as it is stored. ID counts for named users and groups
// only. Perm is not cut to its three bits: what has more is no ACL.
type ACLEntry struct {
	Tag  ACLTag
	Perm uint16
	ID   uint32
}

// ACLImage is a POSIX ACL in the kernel's form ([State.Access],
// [State.Default]), read in place.
type ACLImage string

const aclHeader, aclEntrySize = 4, 8

// Len is how many entries there are, and whether it is the form that is known
// here: version 2, in whole entries. It says nothing about what they are.
func (a ACLImage) Len() (int, bool) {
	if len(a)%aclEntrySize != aclHeader {
		return 0, false
	}
	version := uint32(a[0]) | uint32(a[1])<<8 | uint32(a[2])<<16 | uint32(a[3])<<24
	return len(a) / aclEntrySize, version == aclVersion
}

// Entry is the one at i, which is below Len.
func (a ACLImage) Entry(i int) ACLEntry {
	var b [aclEntrySize]byte
	copy(b[:], a[aclHeader+i*aclEntrySize:])
	return ACLEntry{
		Tag:  ACLTag(binary.LittleEndian.Uint16(b[:])),
		Perm: binary.LittleEndian.Uint16(b[2:]),
		ID:   binary.LittleEndian.Uint32(b[4:]),
	}
}
