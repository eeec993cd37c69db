package access

import "rightful/plan"

// grammar follows the order in which the kernel wants an ACL's entries
// (posix_acl_valid() in fs/posix_acl.c): by tag, each once, users and groups as
// often as one likes, also the same one again. An image of any other form could
// not have been set, and is not judged.
type grammar struct {
	seen, last plan.ACLTag
}

const (
	namedTags    = plan.ACLUser | plan.ACLNamedGroup
	requiredTags = plan.ACLOwner | plan.ACLGroup | plan.ACLOther
	nobodyID     = ^uint32(0) // what the kernel has for no user and no group
)

func (g *grammar) follows(e plan.ACLEntry) bool {
	named := e.Tag == plan.ACLUser || e.Tag == plan.ACLNamedGroup
	if e.Tag < g.last || e.Tag == g.last && !named || e.Perm > 7 || named && e.ID == nobodyID {
		return false
	}
	switch e.Tag {
	case plan.ACLOwner, plan.ACLUser, plan.ACLGroup, plan.ACLNamedGroup, plan.ACLMask, plan.ACLOther:
		g.seen, g.last = g.seen|e.Tag, e.Tag
		return true
	}
	return false
}

func (g *grammar) complete() bool {
	return g.seen&requiredTags == requiredTags && (g.seen&namedTags == 0 || g.seen&plan.ACLMask != 0)
}

// holding is the entry that speaks of an identity, so far.
type holding struct {
	class Class
	id    uint32
	perm  Want
}

// byACL goes through the image once, in its order (posix_acl_permission()): the
// first entry that names the user decides; else any matching group that gives
// all of want, whatever the mask makes of it; else, if some group matched,
// nobody else is asked.
func byACL(id *Identity, s *plan.State, want Want) Verdict {
	image := plan.ACLImage(s.Access)
	n, ok := image.Len()
	if !ok {
		return unclear(BadACL)
	}
	var (
		form  grammar
		found holding
		mask  = Want(7)
	)
	for i := range n {
		e := image.Entry(i)
		if !form.follows(e) {
			return unclear(BadACL)
		}
		switch e.Tag {
		case plan.ACLUser:
			if e.ID == id.UID && found.class == 0 {
				found = holding{NamedUser, e.ID, Want(e.Perm)}
			}
		case plan.ACLGroup:
			found.group(id, holding{Group, s.GID, Want(e.Perm)}, want)
		case plan.ACLNamedGroup:
			found.group(id, holding{NamedGroup, e.ID, Want(e.Perm)}, want)
		case plan.ACLMask:
			mask = Want(e.Perm)
		case plan.ACLOther:
			if found.class == 0 {
				found, mask = holding{Other, 0, Want(e.Perm)}, 7
			}
		}
	}
	if !form.complete() {
		return unclear(BadACL)
	}
	return found.under(mask, want)
}

// group takes a group's entry where the identity is in it and no better one was
// found. The best is one that gives all of want; where none does, which is
// refused either way, the first that lacks the fewest bits is the one to show.
func (h *holding) group(id *Identity, e holding, want Want) {
	if h.class == NamedUser || !id.In(e.id) {
		return
	}
	if h.class == 0 || lack(want&^e.perm) < lack(want&^h.perm) {
		*h = e
	}
}

func lack(missing Want) int {
	return int(missing>>2&1 + missing>>1&1 + missing&1)
}

func (h holding) under(mask, want Want) Verdict {
	v := judge(h.class, h.id, h.perm&mask, want)
	if v.Answer == Denied && want&^h.perm == 0 {
		v.Class = Mask
	}
	return v
}
