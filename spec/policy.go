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
	Sources    []Source
	Exclude    []Exclude
	SkipWhen   []SkipWhen
	Profiles   map[string]*Profile
	Exceptions []Exception
	Limits     []Limit
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
}

// Keep names a state that hosts use as a mark: what has it is left alone, with
// what is below.
type Keep struct {
	Pos  Pos
	Mode uint16 // the twelve permission bits
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
