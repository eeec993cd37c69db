package spec

import "fmt"

// Pos is a place in a policy file. It prints as file:line, the form in which
// plans cite it; [Error] adds the column.
type Pos struct {
	File   string
	Line   int
	Column int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Policy is everything the files of one policy say, checked and merged, with
// parents folded into their profiles. Variables are still unresolved: [Policy.Bind]
// resolves them for one account. A Policy is never changed after [Parse].
type Policy struct {
	Name       string // of the first file, for headlines
	Vars       map[string]Value
	Identities map[string]*Identity // the built-in ones aside
	Sources    []Source
	Exclude    []Exclude
	SkipWhen   []SkipWhen
	Profiles   map[string]*Profile
	Exceptions []Exception
	Limits     []Limit
	Ignores    []Ignore // comments; they say nothing to the planner
}

// Value is a variable's value: a scalar is a list of one.
type Value struct {
	Items []string
	List  bool
}

// SourceKind says where accounts come from.
type SourceKind int

const (
	_            SourceKind = iota
	SourcePasswd            // the passwd file below the root
	SourceGetent            // getent(1): whatever the host's name service knows
	SourceList              // written in the policy
)

// Source selects accounts and says which profile they follow.
type Source struct {
	Pos     Pos
	Kind    SourceKind
	Profile string
	Vars    map[string]Value

	UIDMin, UIDMax uint32 // SourcePasswd and SourceGetent
	Home           string // absolute doublestar pattern; SourcePasswd and SourceGetent

	Listed []Listed // SourceList
}

// Listed is an account written down in the policy. User defaults to Name; what
// is not given is looked up in the host's user database under User.
type Listed struct {
	Pos      Pos
	Name     string
	Home     string
	UID, GID *uint32
	Vars     map[string]Value
}

// Exclude is a doublestar pattern over account names.
type Exclude struct {
	Pos     Pos
	Pattern string
}

// SkipWhen leaves an account out of the inventory while a path exists. Exists
// may use ${account}; it is looked up below the root.
type SkipWhen struct {
	Pos    Pos
	Exists string
}

// Profile is the layout and the rules that an account follows, with what it
// inherits folded in, parents first.
type Profile struct {
	Pos        Pos
	Name       string
	Owner      *Names
	Group      *Names
	TakeFrom   *Names
	CreateHome bool
	Rules      []Line
	Layout     []Line
	Keep       []Keep
	Access     []Expectation
	AccessNone bool // access: none, and nothing in Access
	Checks     []Check
}

// Keep names a state that hosts use as a mark: what has it is left alone, with
// what is below.
type Keep struct {
	Pos  Pos
	Mode uint16 // the twelve permission bits
}

// The identities that every policy has. Of these an [Identity] carries the name
// alone: what they are depends on the account and on the host.
const (
	IdentityAccount = "account" // the account itself
	IdentityOthers  = "others"  // a stranger, and every other account
)

// Identity is a user as the kernel sees it: either a User, with the groups that
// the host gives him, or, where User is nil, numbers and what groups are named.
type Identity struct {
	Pos      Pos
	Name     string
	User     *Name
	UID, GID uint32
	Groups   []Name // supplementary
}

// Right is something that an identity can do to an entry.
type Right int

const (
	_    Right = iota
	Read       // of files, as are the next two
	Write
	Execute
	List // of directories, as is the next one
	Search
)

// Expectation says that an identity can do all of Rights, or none of them, to
// whatever Match matches, be it managed or not.
type Expectation struct {
	Pos      Pos
	Identity string
	Who      *Identity // after Bind
	Cannot   bool
	Rights   []Right
	// Match are patterns like those of rules, and "." for the home itself,
	// which no other pattern matches. After Bind they may be none: all of
	// them came from empty lists, and the expectation matches nothing.
	Match []string
}

// Symlinks says what a web server does with symbolic links.
type Symlinks int

const (
	_               Symlinks = iota
	SymlinksFollow           // nginx's default, and Apache's FollowSymLinks
	SymlinksOwner            // only to what the link's owner owns: if_not_owner, SymLinksIfOwnerMatch
	SymlinksRefused          // not at all: disable_symlinks on
)

// Check asks for what a named program demands of the files that it reads. What
// the policy does not say has the default of that program; what the program has
// no use for is empty.
type Check struct {
	Pos      Pos
	Name     string // apache, suexec, suphp, php-fpm, nginx, sshd, sshd-debian, cron, exim-forward, postfix-forward
	Identity string // as whom it reads: apache, nginx, php-fpm
	Who      *Identity
	Match    []string // what it serves or runs, like the Match of an [Expectation]
	Symlinks Symlinks // apache, nginx
	Htaccess bool     // apache: it reads .htaccess files; AllowOverride is not None
	// Docroot is what suexec was built with (suexec -V), "/" where the policy
	// does not say: then no place is wrong.
	Docroot string
}

// Exception is a set of rules for one account that win over everything until
// a day.
type Exception struct {
	Pos     Pos
	Account string
	Until   Day
	Reason  string
	Rules   []Line
}

// Limit is one line of limits, as written. Nil parts were not given.
type Limit struct {
	Pos       Pos
	Name      string // run.accounts, account.remove ...
	Percent   *int
	AtLeast   *int
	Count     *int
	Unlimited bool
}

// Names are the owners or groups that a line allows. The first is the one to
// set where none of them stands. Any lifts what was inherited: then nothing is
// asked of the attribute.
type Names struct {
	Pos     Pos
	Any     bool
	Allowed []Name
}

// Name is a user or group by name or, where Numeric, by number.
type Name struct {
	Text    string
	ID      uint32
	Numeric bool
}

// Modes are the modes that a line allows, the first to be set where none of
// them stands; Any lifts what was inherited.
type Modes struct {
	Pos     Pos
	Any     bool
	Allowed []Mode
}

// ACL is the exact set of named entries, and of masks, that a line asks for; what
// it does not have must go. Without entries it asks that there are none. The
// entries of owner, group and others belong to the mode, whose group digit is
// then the owning group's and not the mask: the mask comes from here alone. A
// default ACL has the same three. Any lifts what was inherited.
type ACL struct {
	Pos     Pos
	Any     bool
	Entries []ACLEntry
}

// ACLTag says whom an entry of an ACL speaks of.
type ACLTag int

const (
	_ ACLTag = iota
	ACLUser
	ACLGroup
	// ACLMask limits the named entries and the group. Where a list has none,
	// the mask is what setfacl(1) makes of them: all that any of them has.
	ACLMask
)

// ACLEntry is one entry of an ACL. A Default one means something on directories
// only, and nothing on files that a rule matches besides.
type ACLEntry struct {
	Pos     Pos
	Default bool
	Tag     ACLTag
	Name    Name  // of ACLUser and ACLGroup; before Bind, an ACLUser's may be an identity's
	Perm    uint8 // 4 read, 2 write, 1 execute
	// ExecuteSome is X: execute too, for directories and where anyone has it.
	// [ACLEntry.Bits] decides.
	ExecuteSome bool
}

// Type is what a layout line may ask for.
type Type int

const (
	_ Type = iota
	Directory
	File
	Symlink
	// Absent asks that nothing stands there; it is a line's only type.
	Absent
)

// Kind says which part of the policy a line comes from; a larger kind wins.
type Kind int

const (
	_ Kind = iota
	KindRule
	KindLayout
	KindException
	// KindExpired is a rule of an exception whose day has passed: what it
	// matches is a problem and left alone.
	KindExpired
)

// Line is one line of policy about paths: what its matches must look like. A
// nil attribute says nothing.
type Line struct {
	Pos  Pos
	Kind Kind

	// Match are doublestar patterns relative to the home, over raw bytes. For
	// a layout line it is the one path it asks for ("." for the home); after
	// Bind, [Line.Path] is that path as plain bytes.
	Match []string
	Path  string

	FileMode *Modes
	DirMode  *Modes
	Owner    *Names
	Group    *Names
	ACL      *ACL
	Manage   *bool // false: the whole subtree is left alone
	Report   *bool // true: enforce: report

	// Layout lines only.
	Types     []Type
	NoCreate  bool  // create: false
	Replace   *bool // true: what is of another type is taken away
	Target    string
	TargetPos Pos
	Content   *string
	From      string // absolute path, looked up below the root
}
