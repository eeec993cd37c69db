package plan

import (
	"io/fs"
	"strings"
)

// Ahead is a tree as it will be when a plan's steps are done, but for those of
// held accounts. It keeps no more of the plan than what it was asked about, and
// so learns in rounds: an answer may be that of today until [Ahead.Learn] says
// that there is nothing more to know.
type Ahead struct {
	plan  *Plan
	today func(path string) (State, error)
	known map[string]*State // after the plan; nil where nothing will be there
	asked map[string]bool   // and not known yet
}

// NewAhead looks from today's tree, by absolute, clean paths below the plan's
// root, into the time after p.
func NewAhead(p *Plan, today func(path string) (State, error)) *Ahead {
	return &Ahead{plan: p, today: today, known: map[string]*State{}, asked: map[string]bool{}}
}

// State is what will stand at a path. The error is [fs.ErrNotExist] where nothing
// will.
func (a *Ahead) State(path string) (State, error) {
	s, ok := a.known[path]
	switch {
	case !ok:
		a.asked[path] = true
		return a.today(path)
	case s == nil:
		return State{}, &fs.PathError{Op: "look", Path: path, Err: fs.ErrNotExist}
	}
	return *s, nil
}

// Learn reads the plan for all that was asked and not known, and reports whether
// any of it will change: then what was answered has to be asked again.
func (a *Ahead) Learn() (more bool, err error) {
	if len(a.asked) == 0 {
		return false, nil
	}
	for step, err := range a.plan.Steps() {
		if err != nil {
			return false, err
		}
		path := strings.TrimSuffix(step.Account.Home+"/"+step.Path(), "/.")
		if len(step.Account.Held) > 0 || !a.asked[path] {
			continue
		}
		// What is removed and added again comes twice, in this order.
		a.known[path], more = nil, true
		if step.Change.Action != Remove {
			a.known[path] = &step.Change.After
		}
	}
	clear(a.asked)
	return more, nil
}
