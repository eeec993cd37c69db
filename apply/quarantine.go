package apply

import (
	"time"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Quarantined is one entry that a step took away, with all that is in it.
type Quarantined struct {
	Run   string
	Since time.Time // when the run began
	// Where it is now, absolute below Root; the last component is the number of
	// the step.
	Root  string
	Where string
	// Account and Path say where it was. Both are empty where the state folder
	// does not know.
	Account string
	Path    string // relative to the home, raw bytes
	Type    plan.Type
	Objects int64 // itself included
	Bytes   int64 // of files and links
}

// PurgeOptions say what to remove for good.
type PurgeOptions struct {
	StateDir string
	LockDir  string
	By       string
	Trust    fsys.Trust // whose state folder is believed; nil for anybody's
	// Before is the time before which a run has begun whose quarantine goes.
	Before time.Time
	Run    string // only this one's, if not empty
	DryRun bool   // only say what would go
}

// runTime is when a run began, by its name.
func runTime(run string) (time.Time, error) {
	const layout = "20060102T150405Z"
	return time.Parse(layout, run[:min(len(layout), len(run))])
}
