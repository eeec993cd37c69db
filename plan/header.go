package plan

import "time"

// Header is what a plan says before its first account.
type Header struct {
	Created time.Time // UTC
	Tool    string    // the version that wrote it; not part of the digest
	Host    Host
	Root    string // absolute; "/" unless -root was given
	Policy  Policy
	// Undoes is the run that the plan takes back; empty for a plan that was made
	// from a policy.
	Undoes string
	// Accounts and Paths are the patterns that narrowed the walk.
	Accounts []string
	Paths    []string
	// Inventory is how many accounts the policy selects on this host, however
	// the walk was narrowed: the base of the run limits.
	Inventory int64
	// Skipped are the accounts that skip_when left out.
	Skipped []string
	Limits  []Limit
	// Users and Groups are the names that the policy's lines ask for, as they
	// were resolved. Apply refuses when the host now says otherwise.
	Users  map[string]uint32
	Groups map[string]uint32
	// CannotSee is what decides about access, too, and is no permission: what is
	// said of access and checks is said without it. Not part of the digest.
	CannotSee []string
}

// Host says where a plan was made; apply refuses it elsewhere.
type Host struct {
	Name      string
	MachineID string // machine-id(5), hashed: the page asks not to expose it
}

// Policy says which files a plan was made from.
type Policy struct {
	Name  string // for headlines
	Files []PolicyFile
	// Path and Vars say how to read it once more: where it was found, absolute,
	// and what the command line set. They are not part of the digest.
	Path string
	Vars map[string]string
}

// PolicyFile is one file of a policy.
type PolicyFile struct {
	Name   string
	SHA256 string
}
