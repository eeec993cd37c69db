package plan

// share is how many steps of a block have one of its changes, and whether the name
// of any of them looks like a secret. It stands in for the entries where these are
// only counted.
type share struct {
	steps  int64
	secret bool
}

// shares appends the share of each change to list, which is empty.
func (b *Block) shares(list []share) []share {
	for range b.Changes {
		list = append(list, share{})
	}
	for i := range b.Entries {
		e := &b.Entries[i]
		s := &list[e.Change]
		s.steps++
		s.secret = s.secret || secretName(e.Name)
	}
	return list
}

// packed is one number.
func (s share) packed() uint64 { return uint64(s.steps)<<1 | uint64(truth(s.secret)) }

func unpackShare(n uint64) share { return share{int64(n >> 1), n&1 != 0} }
