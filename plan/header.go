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
	// Snapshot is what the plan was made from where that is not the host itself;
	// nil for a plan that can be applied.
	Snapshot *Snapshot
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

// Snapshot says which record of a host a plan was made from.
type Snapshot struct {
	Taken  time.Time // UTC; zero where the record does not say
	Digest string    // "sha256:...", of the record
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

// SnapshotError means that a plan was made from a snapshot: the host may be
// another by now, and what was recorded names no inode.
type SnapshotError struct{ Header *Header }

func (e *SnapshotError) Error() string {
	return "the plan was made from " + e.Header.origin() + ": it cannot be approved or applied"
}

// origin names the snapshot: "a snapshot of web7 of 2026-11-23".
func (h *Header) origin() string {
	origin := "a snapshot"
	if h.Host.Name != "" {
		origin += " of " + Quote(h.Host.Name)
	}
	if !h.Snapshot.Taken.IsZero() {
		origin += " of " + h.Snapshot.Taken.UTC().Format(time.DateOnly)
	}
	return origin
}

// Applyable is a [*SnapshotError] for a plan that was made from a snapshot.
func (h *Header) Applyable() error {
	if h.Snapshot != nil {
		return &SnapshotError{h}
	}
	return nil
}
