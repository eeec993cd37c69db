package access

import (
	"encoding/binary"
	"math/rand/v2"

	"rightful/plan"
)

const undefined = ^uint32(0)

// image is an ACL in the kernel's form, whatever the entries are.
func image(entries ...plan.ACLEntry) string {
	out := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		out = binary.LittleEndian.AppendUint16(out, uint16(e.Tag))
		out = binary.LittleEndian.AppendUint16(out, e.Perm)
		out = binary.LittleEndian.AppendUint32(out, e.ID)
	}
	return string(out)
}

func entry(tag plan.ACLTag, id uint32, perm uint16) plan.ACLEntry {
	return plan.ACLEntry{Tag: tag, Perm: perm, ID: id}
}

// acl is a whole one: the owner's, the group's and the others' bits, the mask,
// and named entries in between.
func acl(owner, group, mask, other uint16, named ...plan.ACLEntry) string {
	all := []plan.ACLEntry{entry(plan.ACLOwner, undefined, owner)}
	for _, e := range named {
		if e.Tag == plan.ACLUser {
			all = append(all, e)
		}
	}
	all = append(all, entry(plan.ACLGroup, undefined, group))
	for _, e := range named {
		if e.Tag == plan.ACLNamedGroup {
			all = append(all, e)
		}
	}
	all = append(all, entry(plan.ACLMask, undefined, mask), entry(plan.ACLOther, undefined, other))
	return image(all...)
}

// pool is who owns things in random trees, and who asks.
const pool = 5

func someID(rng *rand.Rand) uint32 {
	if rng.IntN(8) == 0 {
		return 0
	}
	return 61000 + uint32(rng.IntN(pool))
}

func randomIdentity(rng *rand.Rand) Identity {
	id := Identity{UID: someID(rng), GID: someID(rng)}
	if rng.IntN(4) == 0 {
		id.UID = 61900 // owns nothing
	}
	for range rng.IntN(4) {
		id.Groups = append(id.Groups, someID(rng))
	}
	return id
}

// randomACL has doubles and no order among names; one of four is damaged.
func randomACL(rng *rand.Rand) string {
	perm := func() uint16 { return uint16(rng.IntN(8)) }
	var named []plan.ACLEntry
	for range rng.IntN(6) {
		tag := plan.ACLUser
		if rng.IntN(2) == 0 {
			tag = plan.ACLNamedGroup
		}
		named = append(named, entry(tag, someID(rng), perm()))
	}
	raw := acl(perm(), perm(), perm(), perm(), named...)
	if rng.IntN(4) > 0 {
		return raw
	}
	return damaged(rng, raw)
}

func damaged(rng *rand.Rand, raw string) string {
	b := []byte(raw)
	entries := (len(b) - 4) / 8
	at := func() int { return 4 + 8*rng.IntN(entries) }
	switch rng.IntN(6) {
	case 0:
		b[rng.IntN(4)]++
	case 1:
		b = b[:len(b)-1-rng.IntN(8)]
	case 2: // two entries swapped
		i, j := at(), at()
		var e [8]byte
		copy(e[:], b[i:i+8])
		copy(b[i:i+8], b[j:j+8])
		copy(b[j:j+8], e[:])
	case 3: // one left out
		i := at()
		b = append(b[:i], b[i+8:]...)
	case 4:
		b[at()+2] = byte(rng.IntN(256))
	case 5:
		b[at()] = byte(rng.IntN(64))
	}
	return string(b)
}

// randomState is one that a filesystem could hold, or nearly.
func randomState(rng *rand.Rand, t plan.Type) plan.State {
	s := plan.State{Type: t, UID: someID(rng), GID: someID(rng), Mode: plan.Mode(rng.IntN(0o10000)), Nlink: 1}
	if rng.IntN(3) == 0 {
		s.Access = randomACL(rng)
	}
	if rng.IntN(16) == 0 {
		s.Flags = plan.Immutable
	}
	return s
}
