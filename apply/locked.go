package apply

import (
	"fmt"
	"time"

	"rightful/plan"
)

// LockHolder is who holds a lock, by his own account: all is empty where he has
// not said yet.
type LockHolder struct {
	By    string    `json:"by"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	Plan  string    `json:"plan"` // digest
	Run   string    `json:"run,omitempty"`
}

// LockedError means that another run holds the lock of the same root.
type LockedError struct {
	Path   string
	Holder LockHolder
}

func (e *LockedError) Error() string {
	h := &e.Holder
	if h.PID == 0 {
		return fmt.Sprintf("%s: another run holds the lock", e.Path)
	}
	return fmt.Sprintf("%s: held by %s, process %d, since %s, on plan %s",
		e.Path, plan.Quote(h.By), h.PID, h.Since.Format(time.RFC3339), plan.Quote(h.Plan))
}
