package plan

// Step is one change to one path: an entry of a block with all that it shares
// spelled out. The pointers belong to the block and its account.
type Step struct {
	Number  int64 // position in the plan, from 0
	Account *Account
	Block   *Block
	Entry   *Entry
	Change  *Change
	Path    string // relative to the home
}
