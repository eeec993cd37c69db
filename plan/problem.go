package plan

// ProblemKind says why the planner leaves something alone.
type ProblemKind string

const (
	HardLink      ProblemKind = "hard_link"
	ForeignOwner  ProblemKind = "foreign_owner"
	GivenAway     ProblemKind = "given_away" // a file that a line would hand to somebody else
	OtherType     ProblemKind = "other_type" // not a directory, file or symlink
	WrongType     ProblemKind = "wrong_type" // not what the layout asks for
	MountInside   ProblemKind = "mount"      // another filesystem, or the same one mounted again
	Unreadable    ProblemKind = "unreadable" // a directory that could not be listed
	SetID         ProblemKind = "setid"      // setuid or setgid on a file
	Protected     ProblemKind = "protected"  // immutable or append-only
	HasACL        ProblemKind = "acl"        // no mode or ACL can be set without somebody gaining
	NoACLs        ProblemKind = "no_acl"     // the filesystem keeps none
	MissingParent ProblemKind = "missing_parent"
	Expired       ProblemKind = "expired_exception"
	Reported      ProblemKind = "reported" // enforce: report
	Vanished      ProblemKind = "changed_under_us"
	ChangedSince  ProblemKind = "changed_since" // not as the run left it that is to be undone
	CannotUndo    ProblemKind = "one_way"       // a step that no undo takes back
	Purged        ProblemKind = "purged"        // not in quarantine any more
	NoIdentity    ProblemKind = "no_identity"   // the filesystem cannot tell inodes apart
)

// Problem is something that the planner saw and will not touch, and why.
type Problem struct {
	Account string
	Path    string // relative to the home; "" where it is about the account
	Kind    ProblemKind
	Message string
	// Count is how many problems this one stands for; 0 means 1. More than a
	// thousand of one kind in one account are folded into a last one.
	Count int64
}

// number is how many problems p stands for.
func (p *Problem) number() int64 { return max(1, p.Count) }
