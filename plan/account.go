package plan

// Account is one account's part of a plan, but for its blocks and problems.
type Account struct {
	Name    string
	UID     uint32
	GID     uint32
	Home    string // absolute, below the root
	Profile string
	// Filesystem is the home's, "uuid:..." where the kernel tells it, else
	// "fsid:...". For a missing home it is its parent's.
	Filesystem string
	// Users and Groups name the numbers that the account's steps mention.
	Users  map[uint32]string
	Groups map[uint32]string

	Entries int64 // seen
	Managed int64 // of those, wanted by some line
	// Incomplete is true where something that a line may want could not be seen.
	Incomplete bool
	// Held is why the account's steps are left out of plan and run; empty for
	// most. The steps of an account that is held by a limit alone are still in
	// the file, so that an override can bring them back.
	Held []Held
	// Tally counts the account's steps.
	Tally Tally
	// Access is what the profile expects, in the policy's order, and what the
	// walk found.
	Access []Access
	// Checks are what programs would refuse, in the policy's order.
	Checks []Check
	// AccessBroken counts the entries of which some expectation holds now and
	// would not after all of the account's steps, or that some check's program
	// accepts now and would not after.
	AccessBroken int64
}

// Access is one expectation and the entries that it speaks of. "Denied" means
// that the expectation does not hold, also where it says cannot.
type Access struct {
	Identity                                string // as the policy names it
	Expect                                  string // can read, cannot write ...
	Match                                   string
	Source                                  string // file:line
	Matched, DeniedNow, DeniedAfter, Broken int64
	// Gained is of how many entries it will hold that are there, and of which it
	// does not hold now.
	Gained int64
	// How many accounts those are in; only in a [Trailer].
	Accounts, AccountsDeniedNow, AccountsDeniedAfter, AccountsBroken, AccountsGained int64
	// Causes are why it will not hold, the worst first.
	Causes []Cause
}

// Held is one reason why an account is held.
type Held struct {
	Reason  string // a limit's name, or a budget: budget.entries, unreadable ...
	Message string
}

// Tally counts steps by what they do: one for each object, so that a removed
// directory counts with all that it holds.
type Tally struct {
	Steps, Add, Tighten, Loosen, Chown, Take, Remove int64
	// The same steps by action and one each, as Plan: lines count them.
	Adds, Updates, Removes int64
}
