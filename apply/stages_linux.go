package apply

import (
	"fmt"

	"rightful/internal/fsys"
	"rightful/plan"
)

// stage is one call of a change, and the state that it leaves.
type stage struct {
	call  call
	state plan.State
}

// call is what a stage sets.
type call uint8

const (
	toMode call = iota
	toOwner
	toACL
	toDefault
)

// maxStages is how many a change has at most.
const maxStages = 6

// stages appends to all the calls that take an entry from have to want, whose
// states none is wider than both. The owner goes before mode and ACL, because
// chown clears setid bits, and after a tightening, so that neither owner sees the
// other's rights. An ACL is set as a whole, with the nine bits of the mode that
// are in it, so that no mask is ever wider than the entries that go with it; the
// sticky bit comes before what it protects and goes after it. What will be
// inherited is set last.
//
// They are all the states in which a crash can leave the entry.
func stages(all []stage, have, want *plan.State) []stage {
	now := *have
	reach := func(call call, next plan.State) {
		if next != now {
			all, now = append(all, stage{call, next}), next
		}
	}
	if have.UID != want.UID || have.GID != want.GID {
		reach(toMode, have.Tightened(*want))
		next := now
		next.UID, next.GID = want.UID, want.GID
		reach(toOwner, next)
	}
	if now.Access != want.Access {
		reach(toMode, now.Chmod(now.Mode|want.Mode&plan.Sticky))
		next := now
		next.Access, next.Mode = want.Access, now.Mode&^rwx|want.Mode&rwx
		reach(toACL, next)
	}
	reach(toMode, now.Chmod(want.Mode))
	next := now
	next.Default = want.Default
	reach(toDefault, next)
	return all
}

// change takes a pinned entry from have to want, by stages. It makes sure of
// each before the next one: what follows a chown may widen the mode, which the
// old owner must not see, and a mode without its ACL gives the mask to the group.
func (c calls) change(pin *fsys.Pin, have, want *plan.State) error {
	var room [maxStages]stage
	all, now := stages(room[:0], have, want), have
	for i := range all {
		s := &all[i]
		err := c.reach(pin, now, s)
		if err == nil && i+1 < len(all) {
			err = reached(pin, &s.state)
		}
		if err != nil {
			if s.call == toOwner {
				return c.restore(pin, now.Mode, have.Mode, err)
			}
			return err
		}
		now = &s.state
	}
	return nil
}

// reach makes the call of a stage.
func (c calls) reach(pin *fsys.Pin, now *plan.State, s *stage) error {
	next := &s.state
	switch s.call {
	case toOwner:
		return c.toOwner(pin, now, next)
	case toACL:
		return c.toACL(pin, next)
	case toDefault:
		return c.toDefault(pin, next)
	}
	return c.toMode(pin, next)
}

// reached reads back what one look tells.
func reached(pin *fsys.Pin, want *plan.State) error {
	now, err := pin.Info()
	if err == nil && (now.UID != want.UID || now.GID != want.GID || now.Mode != want.Mode) {
		err = fmt.Errorf("read back: owner %d:%d, mode %v", now.UID, now.GID, now.Mode)
	}
	return err
}

func (c calls) toMode(pin *fsys.Pin, next *plan.State) error {
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

func (c calls) toACL(pin *fsys.Pin, next *plan.State) error {
	if err := c.setACL(pin, fsys.XattrAccess, next.AccessImage()); err != nil {
		return fmt.Errorf("set the ACL: %w", err)
	}
	return nil
}

func (c calls) toDefault(pin *fsys.Pin, next *plan.State) error {
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
