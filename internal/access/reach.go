package access

import "rightful/plan"

// Named is a state and the absolute path where it is.
type Named struct {
	Path  string
	State plan.State
}

// Reached is how far an identity gets.
type Reached struct {
	Verdict
	// At is the index of the directory that stops it or cannot be judged, or the
	// number of directories, where the entry itself decided.
	At int
}

// Reach answers whether the identity may do want to the entry, coming through
// the directories, which are those that a path leads through, from the root
// down. The first that stops it is the answer; an unclear one is no more than
// that, and what is behind it may still stop it.
func Reach(id *Identity, dirs []Named, entry *plan.State, want Want) Reached {
	doubt := Reached{At: -1}
	for i := range dirs {
		switch v := Check(id, &dirs[i].State, Search); {
		case v.Answer == Denied:
			return Reached{v, i}
		case v.Answer == Unclear && doubt.At < 0:
			doubt = Reached{v, i}
		}
	}
	v := Check(id, entry, want)
	if v.Answer == Allowed && doubt.At >= 0 {
		return doubt
	}
	return Reached{v, len(dirs)}
}
