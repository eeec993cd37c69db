package plan

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// The tags that name somebody, and those that every ACL has once.
const (
	namedTags = tagUser | tagNamedGroup
	ownTags   = tagOwner | tagGroup | tagOther
)

// noID is what the kernel has for entries that name nobody.
const noID = ^uint32(0)

// minimal is the three entries that a mode is.
func minimal(m Mode) acl {
	mode := uint16(m)
	return acl{{tagOwner, mode >> 6 & 7, noID}, {tagGroup, mode >> 3 & 7, noID}, {tagOther, mode & 7, noID}}
}

func (a acl) sort() {
	slices.SortStableFunc(a, func(x, y aclEntry) int {
		return cmp.Or(cmp.Compare(x.tag, y.tag), cmp.Compare(x.id, y.id))
	})
}

// bytes is the kernel's form of an ACL, entries in their order.
func (a acl) bytes() string {
	out := binary.LittleEndian.AppendUint32(nil, aclVersion)
	for _, e := range a {
		out = binary.LittleEndian.AppendUint16(out, e.tag)
		out = binary.LittleEndian.AppendUint16(out, e.perm)
		out = binary.LittleEndian.AppendUint32(out, e.id)
	}
	return string(out)
}

// sameEntries reports whether have is want, which is sorted, or the same entries
// in the order that another program gave them.
func sameEntries(have, want string) bool {
	if have == want || len(have) != len(want) {
		return have == want
	}
	entries, ok := readACL(have)
	if !ok || !entries.wellFormed(have) {
		return false
	}
	entries.sort()
	return entries.bytes() == want
}

// wellFormed reports whether the kernel takes a, whose bytes were raw
// (posix_acl_valid() in fs/posix_acl.c): tags in their order, each of the three
// own entries once, a mask where anybody is named. It takes one user twice.
func (a acl) wellFormed(raw string) bool {
	var seen, last uint16
	for _, e := range a {
		named := e.tag&namedTags != 0
		if e.tag < last || e.tag == last && !named || named && e.id == noID || e.tag > tagOther || bits.OnesCount16(e.tag) != 1 {
			return false
		}
		seen, last = seen|e.tag, e.tag
	}
	return seen&ownTags == ownTags && (seen&namedTags == 0 || seen&tagMask != 0) && a.bytes() == raw
}
