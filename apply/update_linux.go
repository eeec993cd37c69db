package apply

import (
	"slices"

	"rightful/internal/fsys"
	"rightful/plan"
)

// update changes owner, group, mode and ACLs of what is there, or a link's target.
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
	have, id, err := w.run.descriptors.Observe(pin)
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
	return slices.ContainsFunc(stages(nil, &ch.Before, &ch.After), func(s stage) bool { return s.state == *have })
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
	if before.Access != "" || before.Default != "" || want.Access != "" || want.Default != "" {
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
