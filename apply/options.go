package apply

import (
	"fmt"
	"os"
	"time"

	"rightful/plan"
)

// Options say what to carry out, and for whom.
type Options struct {
	// Plan is what was opened from File, which is kept with the run.
	Plan *plan.Plan
	File *os.File
	// Approval says which steps; it is checked under the lock.
	Approval *plan.Approval

	StateDir string // runs are kept in StateDir/runs
	LockDir  string // /run/rightful for root, whatever the state folder
	By       string // who applies

	// Host is this one. A plan that was made on another is refused.
	Host plan.Host
	// User and Group say what a name stands for now, to several goroutines at a
	// time. Both are needed.
	User, Group func(name string) (uint32, error)

	// Workers change entries at the same time; 0 is one for each processor. An
	// ordinary user has one, because a directory's step can decide whether he
	// reaches what is below it.
	Workers int
	// Pace is called before each step, and may take its time; nil is full speed.
	Pace func()
	Now  func() time.Time // nil is time.Now
	// Progress, if not nil, is told after each batch, by one goroutine at a time.
	Progress func(Event)

	// try makes a changing call; tests put failures here.
	try func(name string, call func() error) error
}

// Event says how far a run is.
type Event struct {
	Account string // whose steps were the last to end
	Counts  Counts // of the whole run so far
	Steps   int64  // how many are approved
}

// Report is what became of a run. Everything in it is in the journal too.
type Report struct {
	Run               string
	Started, Finished time.Time
	Counts            Counts
	Accounts          []AccountReport // those with approved steps, in the plan's order
	// NotDone are steps that are not as the plan wants them, in the plan's order
	// and at most [MaxNotDone].
	NotDone []NotDone
	// Stopped is why steps were not reached, where the whole run was stopped.
	Stopped string
}

// AccountReport is one account's part of a [Report].
type AccountReport struct {
	Name   string
	Access []plan.Access // as the plan has it, checks among it; not kept by history
	Counts Counts
	Held   string // its first failure, after which the rest was not reached
}

// NotDone is one step that is not as the plan wants it.
type NotDone struct {
	Step    int64
	Account string
	Path    string // relative to the home, raw bytes
	Result  Result
	Reason  string // printable
}

// MaxNotDone is how many steps a [Report] names.
const MaxNotDone = 1000

// HostError means that the plan was made on another host.
type HostError struct{ Planned, Now plan.Host }

func (e *HostError) Error() string {
	return fmt.Sprintf("the plan was made on host %s, this is %s", plan.Quote(e.Planned.Name), plan.Quote(e.Now.Name))
}

// MovedError means that a name stands for another number than when it was
// planned, or for none.
type MovedError struct {
	Kind    string // user or group
	Name    string
	Planned uint32
	Now     uint32
	Err     error // why there is no number now
}

func (e *MovedError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s %s was %d when it was planned: %v", e.Kind, plan.Quote(e.Name), e.Planned, e.Err)
	}
	return fmt.Sprintf("%s %s was %d when it was planned, and is %d", e.Kind, plan.Quote(e.Name), e.Planned, e.Now)
}

func (e *MovedError) Unwrap() error { return e.Err }

// sameNumber holds one name against what the plan took it for.
func sameNumber(kind, name string, planned uint32, lookup func(string) (uint32, error)) error {
	now, err := lookup(name)
	if err != nil || now != planned {
		return &MovedError{kind, name, planned, now, err}
	}
	return nil
}

// checkHost holds the host against the plan's, and every name that its policy
// asks for.
func (o *Options) checkHost() error {
	h := &o.Plan.Header
	if err := h.Applyable(); err != nil {
		return err
	}
	if h.Host != o.Host {
		return &HostError{h.Host, o.Host}
	}
	for name, id := range h.Users {
		if err := sameNumber("user", name, id, o.User); err != nil {
			return err
		}
	}
	for name, id := range h.Groups {
		if err := sameNumber("group", name, id, o.Group); err != nil {
			return err
		}
	}
	return nil
}

// checkAccount does the same for an account and its group.
func (o *Options) checkAccount(a *plan.Account) error {
	if err := sameNumber("user", a.Name, a.UID, o.User); err != nil {
		return err
	}
	if name := a.Groups[a.GID]; name != "" {
		return sameNumber("group", name, a.GID, o.Group)
	}
	return nil
}
