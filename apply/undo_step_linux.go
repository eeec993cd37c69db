package apply

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// unchange takes back owner, group, mode, ACL or target.
func (a *undoAccount) unchange(s *plan.Step) error {
	have, id, err := a.observe(s)
	if err != nil {
		return a.problem(s.Path(), plan.ChangedSince, "%s", gone(err))
	}
	// A new target is a new link, with an identity of its own.
	ch, same := s.Change, id == s.Entry.ID || retargets(s.Change)
	switch {
	case !same:
		return a.problem(s.Path(), plan.ChangedSince, "another entry has taken its place")
	case have == ch.Before:
		return nil
	case ch.OneWay || ch.Before.Type == plan.File && ch.Before.UID != ch.After.UID && ch.Before.UID == 0:
		return a.problem(s.Path(), plan.CannotUndo, "%s", a.oneWay(ch))
	case have == ch.After:
	case halfway(&have, ch) && a.undo.past.Journal.Unsettled(s.Number):
	default:
		return a.problem(s.Path(), plan.ChangedSince, "changed since the run: %s", differences(&have, &ch.After, "left at"))
	}
	back := a.back(have, ch.Before, ch)
	back.OneWay = back.Classes&plan.Chown != 0 && have.Type == plan.File && a.hasCapabilities(s)
	return a.emit(s.Block.Dir, plan.Entry{Name: s.Entry.Name, ID: id}, back, ch, plan.Identity{})
}

// observe looks at a step's entry by name, as a planner does: what comes out of
// a race is a step that will be stale.
func (a *undoAccount) observe(s *plan.Step) (have plan.State, id plan.Identity, err error) {
	if s.Block.Dir == "" {
		pin, err := a.at.home.PinSelf()
		if err != nil {
			return have, id, err
		}
		defer pin.Close()
		return pin.Observe()
	}
	dir, err := a.walker.open(s.Block.Dir)
	if err != nil {
		return have, id, err
	}
	var info fsys.Info
	if err := dir.Stat(s.Entry.Name, &info); err != nil {
		return have, id, err
	}
	if info.MountRoot {
		return have, id, unix.EXDEV // before anything else is asked of it
	}
	return dir.Observe(s.Entry.Name, &info)
}

// hasCapabilities asks a file that was just observed.
func (a *undoAccount) hasCapabilities(s *plan.Step) bool {
	dir, err := a.walker.open(s.Block.Dir)
	return err != nil || dir.HasCapabilities(s.Entry.Name)
}

// oneWay says why a change stays.
func (a *undoAccount) oneWay(ch *plan.Change) string {
	if ch.Before.UID == ch.After.UID {
		return "one-way: the change of group has cleared what no undo sets again"
	}
	from := a.record.Users[ch.Before.UID]
	if from == "" {
		from = fmt.Sprintf("uid %d", ch.Before.UID)
	}
	return "one-way: a file that was taken from " + plan.Quote(from) + " is not given back"
}

// gone says why an entry cannot be looked at.
func gone(err error) string {
	if fsys.Raced(err) {
		return "not there any more"
	}
	return plan.Printable(err.Error())
}

// restoration is a removed entry that can come back, if its place is free.
type restoration struct {
	step     plan.Step
	entry    plan.Entry
	parent   plan.Identity
	occupied bool
}

// unremove brings back what is in quarantine.
func (a *undoAccount) unremove(s *plan.Step) error {
	dir, name, err := a.spot(s)
	if err != nil {
		return a.problem(s.Path(), plan.ChangedSince, "the directory that it was in: %s", gone(err))
	}
	r := &restoration{step: *s}
	pin, err := dir.Pin(name)
	switch {
	case errors.Is(err, unix.ENOENT):
	case err != nil:
		return a.problem(s.Path(), plan.ChangedSince, "%s", gone(err))
	default:
		have, id, err := pin.Observe()
		pin.Close()
		if err == nil && have == s.Change.Before && id == s.Entry.ID {
			return nil // it never went, or is back already
		}
		r.occupied = true
	}
	if r.parent, err = identityOf(dir); err != nil {
		return a.problem(s.Path(), plan.ChangedSince, "%s", gone(err))
	}
	kind, why := a.inQuarantine(s)
	if why != "" {
		return a.problem(s.Path(), kind, "%s", why)
	}
	r.entry = plan.Entry{Name: s.Entry.Name, ID: s.Entry.ID, Inside: s.Entry.Inside, Quarantined: s.Number}
	a.waiting = r
	return nil
}

func identityOf(dir *fsys.Dir) (plan.Identity, error) {
	pin, err := dir.PinSelf()
	if err != nil {
		return plan.Identity{}, err
	}
	defer pin.Close()
	return pin.Identity()
}

// inQuarantine says why the entry that a step removed cannot come back; empty
// if it can.
func (a *undoAccount) inQuarantine(s *plan.Step) (kind plan.ProblemKind, why string) {
	if !a.looked {
		a.looked = true
		var err error
		if a.bins, err = bins(a.at, a.undo.past.Journal.Run.ID); err != nil {
			return plan.ChangedSince, plan.Printable(err.Error())
		}
	}
	want := kept{number: s.Number, id: s.Entry.ID, state: s.Change.Before, inside: s.Entry.Inside}
	bin, pin, why := want.find(a.bins)
	if pin != nil {
		pin.Close()
	}
	switch {
	case bin == nil:
		return plan.Purged, why
	case why != "":
		return plan.ChangedSince, why
	}
	return "", ""
}

// settle ends a restoration once it is known whether something takes its place
// away: freed is true where that is taken back too.
func (a *undoAccount) settle(freed bool) error {
	r := a.waiting
	if a.waiting = nil; r == nil {
		return nil
	}
	if r.occupied && !freed {
		return a.problem(r.step.Path(), plan.ChangedSince, "something else stands in its place")
	}
	ch := r.step.Change
	back := a.back(plan.State{}, ch.Before, ch)
	back.Restore = a.undo.past.Journal.Run.ID
	return a.emit(r.step.Block.Dir, r.entry, back, ch, r.parent)
}

// unadd takes away what the run has added, unless that goes with the directory
// that it is in.
func (a *undoAccount) unadd(s *plan.Step) error {
	// A restoration of the same name comes after.
	replaces := a.waiting != nil && a.waiting.step.SamePath(*s)
	if !replaces {
		if err := a.settle(false); err != nil {
			return err
		}
	}
	if parent := a.added[s.Block.Dir]; parent != nil && s.Block.Dir != "" {
		return nil
	}
	dir, name, err := a.spot(s)
	if fsys.Raced(err) {
		return nil // gone, with what it was in
	}
	if err != nil {
		return a.problem(s.Path(), plan.ChangedSince, "%s", gone(err))
	}
	steps, stays, err := a.withdraw(dir, name, s.Path())
	if err != nil {
		return err
	}
	for _, w := range steps {
		if err := a.emit(w.dir, w.entry, w.change, w.of, plan.Identity{}); err != nil {
			return err
		}
	}
	if replaces {
		return a.settle(stays == "")
	}
	return nil
}

// spot is where a step has added or removed something.
func (a *undoAccount) spot(s *plan.Step) (*fsys.Dir, string, error) {
	switch {
	case s.Block.Dir == "":
		return a.at.place.Parent, a.at.place.Name, nil
	case a.at.home == nil:
		return nil, "", fmt.Errorf("the home: %w", unix.ENOENT)
	}
	dir, err := a.walker.open(s.Block.Dir)
	return dir, s.Entry.Name, err
}
