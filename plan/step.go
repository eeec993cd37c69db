package plan

// Step is one change to one path: an entry of a block with all that it shares
// spelled out. The pointers belong to the block and its account.
type Step struct {
	Number  int64 // position in the plan, from 0
	Account *Account
	Block   *Block
	Entry   *Entry
	Change  *Change
}

// Path is relative to the home, "." for the home. It is put together whenever
// somebody asks: most do not, and a customer can make paths of any length.
func (s Step) Path() string { return pathOf(s.Block, s.Entry) }

// SamePath reports whether two steps of one account are for one path.
func (s Step) SamePath(o Step) bool {
	return s.Entry.Name == o.Entry.Name && s.Block.Dir == o.Block.Dir
}
