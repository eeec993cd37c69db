package apply

import (
	"fmt"
	"time"

	"rightful/plan"
)

// UndoOptions say which run to take back.
type UndoOptions struct {
	Run     *Past
	LockDir string
	// Host is this one. A run that was made on another is refused.
	Host    plan.Host
	Tool    string // for the plan's header
	Created time.Time
}

// GoingError means that a run has not ended yet.
type GoingError struct{ Holder LockHolder }

func (e *GoingError) Error() string {
	return fmt.Sprintf("run %s has not ended: process %d is at it", plan.Quote(e.Holder.Run), e.Holder.PID)
}

// header is that of the plan that takes a run back.
func (o *UndoOptions) header() (plan.Header, error) {
	h := o.Run.Plan.Header
	limits, err := undoLimits(h.Limits, o.Run.Approval.Overrides)
	return plan.Header{
		Created: o.Created, Tool: o.Tool, Host: h.Host, Root: h.Root, Policy: h.Policy,
		Undoes: o.Run.Journal.Run.ID, Inventory: h.Inventory, Limits: limits, Users: h.Users, Groups: h.Groups,
	}, err
}

// undoLimits are those that a run used, what it was allowed beyond the policy
// included. What was an add is a remove on the way back: what bounded the one
// bounds the other, so that a run that was within its limits can be taken back
// within them. The host's ceilings stay where they are.
func undoLimits(limits []plan.Limit, overrides plan.Overrides) ([]plan.Limit, error) {
	back := make([]plan.Limit, len(limits))
	var ceilings []plan.Limit
	for i, l := range limits {
		if l.Ceiling != nil {
			ceilings = append(ceilings, *l.Ceiling)
			l.Ceiling = nil
		}
		for _, o := range overrides {
			if o.Limit == l.Name {
				l = raised(l, int(o.Allowed))
			}
		}
		if name := opposite(l.Name); name != l.Name {
			l.Source += " (" + l.Name + " of the run)"
			l.Name = name
		}
		back[i] = l
	}
	return plan.Merge(nil, back, ceilings)
}

// raised lets at least n through. One account's override is every account's
// here: none has more to take back than it was given.
func raised(l plan.Limit, n int) plan.Limit {
	most := func(part *int) *int {
		if part == nil || *part >= n {
			return part
		}
		return &n
	}
	if l.Percent != nil && l.AtLeast == nil {
		l.AtLeast = &n
	}
	l.AtLeast, l.Count = most(l.AtLeast), most(l.Count)
	l.Source += ", overridden"
	return l
}

// opposite is the limit that speaks of a step's way back.
func opposite(limit string) string {
	for _, scope := range []string{"run.", "account."} {
		for _, pair := range [][2]string{{"add", "remove"}, {"tighten", "loosen"}} {
			switch limit {
			case scope + pair[0]:
				return scope + pair[1]
			case scope + pair[1]:
				return scope + pair[0]
			}
		}
	}
	return limit
}
