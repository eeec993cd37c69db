package access

import (
	"slices"

	"rightful/plan"
)

// Strangers are all who may come by at an account's home: somebody without any
// group, and every other account with its real groups. They are asked all at
// once, as sets: what the mode gives others is filled in for everybody, then
// corrected for the members of the groups that the entry speaks of, then for
// the users. That is exact, and costs a few words a directory instead of a check
// for every account.
type Strangers struct {
	ids    []Identity
	users  map[uint32][]int32
	groups map[uint32]members
	words  int
}

// Stranger is the index of him who has no group and whom no entry names.
const Stranger = 0

// NewStrangers takes the accounts, in any order. Root is no stranger, and left
// out.
func NewStrangers(accounts []Identity) *Strangers {
	s := &Strangers{
		ids:    make([]Identity, 1, len(accounts)+1),
		users:  make(map[uint32][]int32, len(accounts)),
		groups: make(map[uint32]members),
	}
	s.ids[Stranger] = Identity{UID: nobodyID, GID: nobodyID}
	for _, id := range accounts {
		if id.UID != 0 {
			s.ids = append(s.ids, id)
		}
	}
	s.words = (len(s.ids) + 63) / 64
	lists := map[uint32][]int32{}
	for i, id := range s.ids[1:] {
		at := int32(i + 1)
		s.users[id.UID] = append(s.users[id.UID], at)
		lists[id.GID] = append(lists[id.GID], at)
		for _, gid := range id.Groups {
			lists[gid] = append(lists[gid], at)
		}
	}
	for gid, list := range lists {
		s.groups[gid] = newMembers(list, s.words)
	}
	return s
}

// Identity is who stands at an index. The one at [Stranger] has a uid and a gid
// that the kernel gives to nobody.
func (s *Strangers) Identity(i int) Identity { return s.ids[i] }

// All are those who come by at the home of an account.
func (s *Strangers) All(account uint32) []Identity {
	return slices.DeleteFunc(slices.Clone(s.ids), func(id Identity) bool { return id.UID == account })
}

// Begin is the way of all strangers to a root that nothing is above of, but for
// those with the account's own uid, who is no stranger at home.
func (s *Strangers) Begin(account uint32) Crowd {
	c := Crowd{may: make([]uint64, s.words), unclear: make([]uint64, s.words)}
	fill(c.may, true)
	if last := len(s.ids) % 64; last != 0 {
		c.may[s.words-1] = 1<<last - 1
	}
	assign(c.may, s.users[account], false)
	return c
}

// Ask puts into the crowd those of the way who may do want to the entry. The
// crowd's memory is used again where there is some; it must not be the way's.
func (s *Strangers) Ask(into, way *Crowd, e *plan.State, want Want) {
	into.may = slices.Grow(into.may[:0], s.words)[:s.words]
	into.unclear = slices.Grow(into.unclear[:0], s.words)[:s.words]
	if Free(e, want) {
		copy(into.may, way.may)
		copy(into.unclear, way.unclear)
		return
	}
	sure := s.may(into.may, e, want)
	for i, can := range into.may {
		into.may[i], into.unclear[i] = can&way.may[i], can&way.unclear[i]
		if !sure {
			into.may[i], into.unclear[i] = 0, can&(way.may[i]|way.unclear[i])
		}
	}
	if !sure && e.Type != plan.Symlink && e.Type != 0 && has(Want(e.Mode>>6), want) {
		// The owner is judged by the mode, whatever the ACL.
		for _, i := range s.users[e.UID] {
			bit := uint64(1) << (i % 64)
			into.may[i/64] |= way.may[i/64] & bit
			into.unclear[i/64] = into.unclear[i/64]&^bit | way.unclear[i/64]&bit
		}
	}
}

// Enter puts into the crowd those of the way who get through the directory, too.
func (s *Strangers) Enter(into, way *Crowd, dir *plan.State) { s.Ask(into, way, dir, Search) }

// may fills the set with all who may. False means that it holds those who might:
// something could not be read.
func (s *Strangers) may(set []uint64, e *plan.State, want Want) bool {
	mode := Want(e.Mode)
	switch acl := e.Access != "" && e.Mode&0o070 != 0; {
	case want&Write != 0 && e.Flags&plan.Immutable != 0:
		fill(set, false)
		return true
	case e.Type == plan.Symlink || e.Type == 0:
		fill(set, true)
		return false
	case !acl:
		fill(set, has(mode, want))
		s.groups[e.GID].assign(set, has(Want(e.Mode>>3), want))
	case !legible(e.Access):
		fill(set, true)
		assign(set, s.users[e.UID], has(Want(e.Mode>>6), want))
		return false
	default:
		s.byACL(set, e, want)
	}
	assign(set, s.users[e.UID], has(Want(e.Mode>>6), want))
	return true
}

func has(bits, want Want) bool { return want&^bits == 0 }

// legible reports whether the image is one that the kernel would have taken.
func legible(raw string) bool {
	image := plan.ACLImage(raw)
	n, ok := image.Len()
	var form grammar
	for i := 0; ok && i < n; i++ {
		ok = form.follows(image.Entry(i))
	}
	return ok && form.complete()
}

// byACL fills the set as [byACL] judges one: from the weakest claim to the
// strongest, each overruling the ones before it.
func (s *Strangers) byACL(set []uint64, e *plan.State, want Want) {
	image := plan.ACLImage(e.Access)
	n, _ := image.Len()
	mask := Want(7)
	for i := n - 1; i >= 0; i-- {
		switch entry := image.Entry(i); entry.Tag {
		case plan.ACLOther:
			fill(set, has(Want(entry.Perm), want))
		case plan.ACLMask:
			mask = Want(entry.Perm)
		}
	}
	for _, gives := range [...]bool{false, true} { // a group that gives overrules all that do not
		for i := range n {
			entry := image.Entry(i)
			gid, group := e.GID, entry.Tag == plan.ACLGroup
			if entry.Tag == plan.ACLNamedGroup {
				gid, group = entry.ID, true
			}
			if group && has(Want(entry.Perm)&mask, want) == gives {
				s.groups[gid].assign(set, gives)
			}
		}
	}
	for i := n - 1; i >= 0; i-- { // the first one that names a user is the last to be heard
		if entry := image.Entry(i); entry.Tag == plan.ACLUser {
			assign(set, s.users[entry.ID], has(Want(entry.Perm)&mask, want))
		}
	}
}
