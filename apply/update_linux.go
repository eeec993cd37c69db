package apply

import (
	"fmt"

	"rightful/internal/fsys"
	"rightful/plan"
)

// update changes owner, group and mode of what is there, or a link's target.
func (w *walker) update(s *plan.Step) outcome {
	pin, err := w.pin(s)
	if err != nil {
		return outcomeOf(err)
	}
	defer pin.Close()
	have, o := w.compare(s, pin)
	if o.result != 0 {
		return o
	}
	if retargets(s.Change) {
		return w.retarget(s, pin)
	}
	after := &s.Change.After
	if err := w.run.calls.change(pin, &have, after); err != nil {
		return outcome{Failed, err.Error()}
	}
	return confirmUpdate(pin, &have, after)
}

// compare holds a pinned entry against the plan. A zero outcome means that the
// step may be done.
func (w *walker) compare(s *plan.Step, pin *fsys.Pin) (plan.State, outcome) {
	have, id, err := pin.Observe()
	if err != nil {
		return have, outcomeOf(err)
	}
	ch, same := s.Change, id == s.Entry.ID
	switch {
	// A new target is a new link, with an identity of its own.
	case have == ch.After && (same || retargets(ch)):
		return have, outcome{AlreadyRight, ""}
	case !same:
		return have, outcome{Stale, "another entry has taken its place"}
	case have == ch.Before:
	case halfway(&have, ch) && w.run.halfDone(s.Number):
	default:
		return have, outcome{Stale, differences(&have, &ch.Before, "planned at")}
	}
	if why := w.run.kin.refuse(w.account.plan, &have, ch); why != "" {
		return have, outcome{Refused, why}
	}
	return have, outcome{}
}

// retargets reports whether a change needs a new link.
func retargets(ch *plan.Change) bool {
	return ch.Action == plan.Update && ch.Before.Target != ch.After.Target
}

// halfway reports whether have is one of the states through which change goes.
func halfway(have *plan.State, ch *plan.Change) bool {
	if ch.Action != plan.Update {
		return false
	}
	tightened := ch.Before.Chmod(ch.Before.Mode & ch.After.Mode)
	given := tightened
	given.UID, given.GID = ch.After.UID, ch.After.GID
	return *have == tightened || *have == given
}

// change takes a pinned entry from have to want so that it is at no moment
// wider than both. The owner goes before the mode, because chown clears setid
// bits, and after the tightening, so that neither owner sees the other's mode.
func (c calls) change(pin *fsys.Pin, have, want *plan.State) error {
	mode := have.Mode
	if have.UID != want.UID || have.GID != want.GID {
		if tight := have.Mode & want.Mode; tight != mode {
			if err := c.chmod(pin, tight); err != nil {
				return fmt.Errorf("chmod %v: %w", tight, err)
			}
			mode = tight
		}
		if err := c.give(pin, have, want); err != nil {
			err = fmt.Errorf("chown %d:%d: %w", want.UID, want.GID, err)
			return c.restore(pin, mode, have.Mode, err)
		}
	}
	if have.Access != want.Access {
		// One call sets the whole ACL and the nine mode bits that are in it,
		// so that no mask is ever wider than the entries that go with it.
		if err := c.setACL(pin, want.Access); err != nil {
			return fmt.Errorf("set the ACL: %w", err)
		}
		mode = mode&^rwx | want.Mode&rwx
	}
	if mode != want.Mode {
		if err := c.chmod(pin, want.Mode); err != nil {
			return fmt.Errorf("chmod %v: %w", want.Mode, err)
		}
	}
	return nil
}

// give changes the owner and makes sure of it, for what follows may widen the
// mode, which the old owner must not see.
func (c calls) give(pin *fsys.Pin, have, want *plan.State) error {
	if err := c.chown(pin, only(have.UID, want.UID), only(have.GID, want.GID)); err != nil {
		return err
	}
	now, err := pin.Info()
	if err == nil && (now.UID != want.UID || now.GID != want.GID) {
		err = fmt.Errorf("the owner is %d:%d", now.UID, now.GID)
	}
	return err
}

// restore gives a tightened entry its mode back when it cannot have its owner.
func (c calls) restore(pin *fsys.Pin, now, before plan.Mode, cause error) error {
	if now == before {
		return cause
	}
	if err := c.chmod(pin, before); err != nil {
		return fmt.Errorf("%w; left at mode %v", cause, now)
	}
	return cause
}

// only is the argument of chown: -1 for what stays.
func only(have, want uint32) int {
	if have == want {
		return -1
	}
	return int(want)
}

// confirm reads back: a call can succeed without doing what it was told, as
// chmod does for setgid without CAP_FSETID, and a link can have appeared.
func confirm(pin *fsys.Pin, want *plan.State) outcome {
	have, err := pin.State()
	return judge(&have, err, want)
}

// confirmUpdate is confirm for what had the state before. Neither chmod nor
// chown makes an ACL, and a link's target never changes; to look for an ACL
// costs more than the change itself.
func confirmUpdate(pin *fsys.Pin, before, want *plan.State) outcome {
	if before.Access != "" || before.Default != "" {
		return confirm(pin, want)
	}
	info, err := pin.Info()
	have := info.State
	have.Target = before.Target
	return judge(&have, err, want)
}

func judge(have *plan.State, err error, want *plan.State) outcome {
	if err != nil {
		return outcome{Failed, plan.Printable("read back: " + err.Error())}
	}
	if *have != *want {
		return outcome{Failed, "read back: " + differences(have, want, "not")}
	}
	return outcome{Done, ""}
}
