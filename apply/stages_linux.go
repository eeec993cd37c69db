package apply

import (
	"fmt"

	"rightful/internal/fsys"
	"rightful/plan"
)

// stage is one call of a change, and the state that it leaves.
type stage struct {
	call  func(c calls, pin *fsys.Pin, now, next *plan.State) error
	state plan.State
}

// stages are the calls that take an entry from have to want, whose states none is
// wider than both. The owner goes before mode and ACL, because chown clears setid
// bits, and after a tightening, so that neither owner sees the other's rights.
// An ACL is set as a whole, with the nine bits of the mode that are in it, so
// that no mask is ever wider than the entries that go with it; the sticky bit
// comes before what it protects and goes after it. What will be inherited is
// set last.
//
// They are all the states in which a crash can leave the entry.
func stages(have, want plan.State) []stage {
	all := make([]stage, 0, 4)
	now := have
	reach := func(call func(calls, *fsys.Pin, *plan.State, *plan.State) error, next plan.State) {
		if next != now {
			all, now = append(all, stage{call, next}), next
		}
	}
	if have.UID != want.UID || have.GID != want.GID {
		reach(calls.toMode, have.Tightened(want))
		next := now
		next.UID, next.GID = want.UID, want.GID
		reach(calls.toOwner, next)
	}
	if now.Access != want.Access {
		reach(calls.toMode, now.Chmod(now.Mode|want.Mode&plan.Sticky))
		next := now
		next.Access, next.Mode = want.Access, now.Mode&^rwx|want.Mode&rwx
		reach(calls.toACL, next)
	}
	reach(calls.toMode, now.Chmod(want.Mode))
	next := now
	next.Default = want.Default
	reach(calls.toDefault, next)
	return all
}

// change takes a pinned entry from have to want, by stages. It makes sure of
// each before the next one: what follows a chown may widen the mode, which the
// old owner must not see, and a mode without its ACL gives the mask to the group.
func (c calls) change(pin *fsys.Pin, have, want *plan.State) error {
	now := *have
	all := stages(*have, *want)
	for i, s := range all {
		err := s.call(c, pin, &now, &s.state)
		if err == nil && i+1 < len(all) {
			err = reached(pin, &s.state)
		}
		if err != nil {
			if now.UID != s.state.UID || now.GID != s.state.GID {
				return c.restore(pin, now.Mode, have.Mode, err)
			}
			return err
		}
		now = s.state
	}
	return nil
}

// reached reads back what one look tells.
func reached(pin *fsys.Pin, want *plan.State) error {
	now, err := pin.Info()
	if err == nil && (now.UID != want.UID || now.GID != want.GID || now.Mode != want.Mode) {
		err = fmt.Errorf("read back: owner %d:%d, mode %v", now.UID, now.GID, now.Mode)
	}
	return err
}

func (c calls) toMode(pin *fsys.Pin, _, next *plan.State) error {
	if err := c.chmod(pin, next.Mode); err != nil {
		return fmt.Errorf("chmod %v: %w", next.Mode, err)
	}
	return nil
}

func (c calls) toOwner(pin *fsys.Pin, now, next *plan.State) error {
	if err := c.chown(pin, only(now.UID, next.UID), only(now.GID, next.GID)); err != nil {
		return fmt.Errorf("chown %d:%d: %w", next.UID, next.GID, err)
	}
	return nil
}

func (c calls) toACL(pin *fsys.Pin, _, next *plan.State) error {
	if err := c.setACL(pin, fsys.XattrAccess, next.AccessImage()); err != nil {
		return fmt.Errorf("set the ACL: %w", err)
	}
	return nil
}

func (c calls) toDefault(pin *fsys.Pin, _, next *plan.State) error {
	var err error
	if next.Default == "" {
		err = c.dropACLs(pin, fsys.XattrDefault)
	} else {
		err = c.setACL(pin, fsys.XattrDefault, next.Default)
	}
	if err != nil {
		return fmt.Errorf("set the default ACL: %w", err)
	}
	return nil
}

// restore gives a tightened entry its mode back when it cannot have its owner.
// With the mask its ACL is as it was: a chmod changes no other entry of it.
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
