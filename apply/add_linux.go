package apply

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// spot is where a step adds something: a name in the directory that was
// planned.
type spot struct {
	dir  *fsys.Dir
	name string
	want plan.State
}

// add makes a directory, link or file.
func (w *walker) add(s *plan.Step) outcome {
	if s.Change.Restore != "" {
		return w.restore(s)
	}
	want := s.Change.After
	if why := refuseAdd(&want); why != "" {
		return outcome{Refused, why}
	}
	at, o := w.spot(s)
	if o.result == 0 {
		o = at.taken()
	}
	if o.result == 0 && want.Type == plan.File {
		o = w.addFile(s, at)
	} else if o.result == 0 {
		o = w.addPrepared(s, at)
	}
	if (o.result == Done || o.result == AlreadyRight) && want.Type == plan.Directory {
		return w.remember(s, at, o)
	}
	return o
}

func refuseAdd(want *plan.State) string {
	switch {
	case want.Type > plan.Symlink:
		return fmt.Sprintf("a %v", want.Type)
	case want.Type == plan.File && want.Mode&setid != 0:
		return "setuid or setgid on a file"
	case want.CheckACL() != nil:
		return "would have " + want.CheckACL().Error()
	case want.Flags != 0:
		return "immutable or append-only"
	}
	return ""
}

// spot opens the directory that a step adds to and checks that it is the one
// that was planned, or that the run has added.
func (w *walker) spot(s *plan.Step) (*spot, outcome) {
	at := &spot{name: s.Entry.Name, want: s.Change.After}
	if at.want.Type == plan.File {
		at.want.Nlink = 1
	}
	parent := s.Block.Parent
	if !s.Block.Needs.IsZero() {
		var ok bool
		if parent, ok = w.account.foundBy(s.Block.Needs); !ok {
			return at, outcome{NotReached, "the directory that it needs was not added"}
		}
	}
	var err error
	switch {
	case s.Block.Dir == "":
		at.dir, at.name = w.account.place.Parent, w.account.place.Name
	case w.account.home == nil:
		return at, outcome{Stale, "the home is gone"}
	default:
		at.dir, err = w.open(s.Block.Dir)
	}
	if err != nil {
		return at, outcomeOf(err)
	}
	pin, err := at.dir.PinSelf()
	if err != nil {
		return at, outcomeOf(err)
	}
	defer pin.Close()
	id, err := pin.Identity()
	if err != nil {
		return at, outcomeOf(err)
	}
	if id != parent {
		return at, outcome{Stale, "another directory has taken its parent's place"}
	}
	return at, outcome{}
}

// taken judges what stands where something is to be added; zero if nothing does.
func (at *spot) taken() outcome {
	pin, err := at.dir.Pin(at.name)
	if errors.Is(err, unix.ENOENT) {
		return outcome{}
	}
	if err != nil {
		return outcomeOf(err)
	}
	defer pin.Close()
	have, err := pin.State()
	if err != nil {
		return outcomeOf(err)
	}
	if have != at.want {
		return outcome{Stale, "stands there already: " + differences(&have, &at.want, "to be added with")}
	}
	return outcome{AlreadyRight, ""}
}

// refused is what it means that something could not be put in its place.
func (at *spot) refused(err error) outcome {
	if errors.Is(err, unix.EEXIST) {
		if o := at.taken(); o.result != 0 {
			return o
		}
	}
	if fsys.CrossesMount(err) {
		return outcome{Refused, "another mount or project quota is in the way: " + err.Error()}
	}
	return outcomeOf(fmt.Errorf("put in place: %w", err))
}

// confirm reads back what was put in place.
func (at *spot) confirm(pin *fsys.Pin) outcome {
	if o := confirm(pin, &at.want); o.result != Done {
		return o
	}
	if !stands(pin, at.dir, at.name) {
		return movedAway()
	}
	return outcome{Done, ""}
}

// movedAway is the outcome where nothing stands in the planned place although
// the call succeeded. It is no failure: the owner of a directory could hold up
// the host with those, by moving away what is put there.
func movedAway() outcome { return outcome{Stale, "not there any more, as soon as it was put there"} }

// addPrepared adds a directory or link: complete in the workshop, then moved.
func (w *walker) addPrepared(s *plan.Step, at *spot) outcome {
	shop, err := w.account.shop()
	if err != nil {
		return workshopOutcome(err)
	}
	t, err := w.run.calls.prepare(shop, w.run.temporaryName(s), &at.want)
	if err != nil {
		return outcome{Failed, plan.Printable(err.Error())}
	}
	if err := w.run.calls.move(shop, t.name, at.dir, at.name); err != nil {
		t.discard()
		return at.refused(err)
	}
	o := at.confirm(t.pin)
	if o.result == Done {
		t.close()
		return o
	}
	t.discard()
	return o
}

func workshopOutcome(err error) outcome {
	o := outcomeOf(err)
	if o.result == Stale {
		o.result = Failed
	}
	o.reason = "workshop: " + o.reason
	return o
}

// remember keeps an added directory for the steps that need it, and opens the
// home if that is what was added.
func (w *walker) remember(s *plan.Step, at *spot, o outcome) outcome {
	pin, err := at.dir.Pin(at.name)
	if err != nil {
		return outcomeOf(err)
	}
	defer pin.Close()
	id, err := pin.Identity()
	if err != nil {
		return outcomeOf(err)
	}
	if s.Block.Dir == "" {
		if w.account.home, w.account.mounted, err = w.account.place.Open(); err != nil {
			return outcomeOf(err)
		}
	}
	w.account.found(s, id)
	return o
}
