package access

import (
	"math/bits"

	"rightful/plan"
)

// MaxIdentities is how many a [Way] can carry.
const MaxIdentities = 64

// Way is who got down to some place of a tree, one bit an identity. It is a
// value: a walk keeps one for each directory that it is in.
type Way struct {
	May     uint64 // can search every directory on the way
	Unclear uint64 // might: an ACL on the way could not be read
}

// Begin is the way of n identities, at most [MaxIdentities], to a root that
// nothing is above of.
func Begin(n int) Way { return Way{May: 1<<n - 1} }

// Enter is who gets through the directory, too. The identities are the same ones
// in the same order all the way.
func (w Way) Enter(ids []Identity, dir *plan.State) Way { return w.Ask(ids, dir, Search) }

// Ask is who got here and may do want to the entry.
func (w Way) Ask(ids []Identity, s *plan.State, want Want) Way {
	if Free(s, want) {
		return w
	}
	for rest := w.May | w.Unclear; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		bit := uint64(1) << i
		switch Check(&ids[i], s, want).Answer {
		case Denied:
			w.May &^= bit
			w.Unclear &^= bit
		case Unclear:
			w.May &^= bit
			w.Unclear |= bit
		}
	}
	return w
}

// Of is the answer for the identity at i.
func (w Way) Of(i int) Answer {
	switch bit := uint64(1) << i; {
	case w.May&bit != 0:
		return Allowed
	case w.Unclear&bit != 0:
		return Unclear
	default:
		return Denied
	}
}
