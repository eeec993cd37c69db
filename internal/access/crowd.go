package access

import "math/bits"

// Crowd is a set of [Strangers] who got somewhere, and of those who might have.
type Crowd struct {
	may, unclear []uint64
}

// Any is the first who may, else the first who might, else Denied.
func (c *Crowd) Any() (int, Answer) {
	if i := first(c.may); i >= 0 {
		return i, Allowed
	}
	if i := first(c.unclear); i >= 0 {
		return i, Unclear
	}
	return -1, Denied
}

// Lost is the first of all who is not in the crowd, else the first of whom it
// cannot be told, else Allowed: everybody is here. All is where they began.
func (c *Crowd) Lost(all *Crowd) (int, Answer) {
	for i, who := range all.may {
		if gone := who &^ (c.may[i] | c.unclear[i]); gone != 0 {
			return i*64 + bits.TrailingZeros64(gone), Denied
		}
	}
	for i, who := range all.may {
		if doubt := who & c.unclear[i]; doubt != 0 {
			return i*64 + bits.TrailingZeros64(doubt), Unclear
		}
	}
	return -1, Allowed
}

// Of is the answer for the stranger at i.
func (c *Crowd) Of(i int) Answer {
	return Way{May: c.may[i/64], Unclear: c.unclear[i/64]}.Of(i % 64)
}

func first(set []uint64) int {
	for i, word := range set {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// members are a group's, as a list while that is short.
type members struct {
	list []int32
	set  []uint64
}

func newMembers(list []int32, words int) members {
	if len(list) <= words {
		return members{list: list}
	}
	set := make([]uint64, words)
	assign(set, list, true)
	return members{set: set}
}

func (m members) assign(set []uint64, value bool) {
	assign(set, m.list, value)
	for i, word := range m.set {
		if value {
			set[i] |= word
		} else {
			set[i] &^= word
		}
	}
}

func assign(set []uint64, list []int32, value bool) {
	for _, i := range list {
		bit := uint64(1) << (i % 64)
		if value {
			set[i/64] |= bit
		} else {
			set[i/64] &^= bit
		}
	}
}

func fill(set []uint64, value bool) {
	word := uint64(0)
	if value {
		word = ^word
	}
	for i := range set {
		set[i] = word
	}
}
