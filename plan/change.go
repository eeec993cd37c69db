package plan

// Action is what a step does to its path.
type Action uint8

const (
	_ Action = iota
	Add
	Update
	Remove
)

var actionNames = [...]string{"", "add", "change", "remove"}

func (a Action) String() string { return actionNames[a] }

// Attribute names one thing that a line of policy can want of an entry.
type Attribute string

const (
	AttrEntry  Attribute = "entry" // that it exists
	AttrOwner  Attribute = "owner"
	AttrGroup  Attribute = "group"
	AttrMode   Attribute = "mode"
	AttrTarget Attribute = "target"
	AttrACL    Attribute = "acl"
)

// Rules says for each attribute that changes which line of policy wants it, as
// file:line.
type Rules map[Attribute]string

// Content is what an added file holds.
type Content struct {
	SHA256 string // hex
	Size   int64
	// Data is the content itself up to [MaxContent]; nil above, where From is
	// read again, and checked, by apply.
	Data []byte
	From string
}

// MaxContent is how much of an added file travels in the plan.
const MaxContent = 1 << 20

// Change is what the steps of a block may have in common: all but name and
// identity.
type Change struct {
	Action  Action
	Classes Classes
	OneWay  bool // undo cannot take it back
	Rules   Rules
	Before  State // zero for Add
	After   State // zero for Remove
	Content *Content
	// Restore is the run out of whose quarantine an added entry comes; empty
	// where it is made anew.
	Restore string
}

// Block is the steps of one directory, or a part of them: names in bytewise
// order, each with the change it gets. Only what is to be removed may be there
// twice: the remove, then the add that takes its place.
type Block struct {
	Account string
	// Dir is relative to the home and "." for the home itself. The step for
	// the home is the one entry "." of the block whose Dir is "".
	Dir string
	// Parent is the identity of Dir. It is set where entries are added;
	// where Dir is itself added by this plan, Needs is that step instead.
	Parent  Identity
	Needs   ID
	Changes []Change
	Entries []Entry

	groups []ID // of the changes, in blocks that were read
}

// Entry is one step of a block.
type Entry struct {
	Name   string // one component, any bytes but '/' and NUL
	Change int    // index into the block's Changes
	ID     Identity
	// Inside counts the objects in a directory that is to be removed or brought
	// back; the directory itself is not among them.
	Inside int64
	// Quarantined is the number, in the quarantine of the change's Restore, of
	// what is brought back: that of the step that put it there.
	Quarantined int64
}

// MaxBlock is how many entries a block may have, so that readers can bound
// their memory; a directory with more has several blocks.
const MaxBlock = 1024

// Join is the path, relative to the home, of name in dir.
func Join(dir, name string) string {
	if dir == "" || dir == "." {
		return name
	}
	return dir + "/" + name
}
