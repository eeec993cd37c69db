package apply

import (
	"errors"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// restore brings an entry back from a quarantine: the very one that was put
// there, in the state that it had, to a place that is free.
func (w *walker) restore(s *plan.Step) outcome {
	at, o := w.spot(s)
	if o.result == 0 {
		o = at.back(s.Entry.ID)
	}
	if o.result == 0 {
		o = w.bring(s, at)
	}
	if (o.result == Done || o.result == AlreadyRight) && at.want.Type == plan.Directory {
		return w.remember(s, at, o)
	}
	return o
}

// back judges what stands in the place already; zero if nothing does.
func (at *spot) back(id plan.Identity) outcome {
	pin, err := at.dir.Pin(at.name)
	if errors.Is(err, unix.ENOENT) {
		return outcome{}
	}
	if err != nil {
		return outcomeOf(err)
	}
	defer pin.Close()
	have, now, err := pin.Observe()
	switch {
	case err != nil:
		return outcomeOf(err)
	case now != id:
		return outcome{Stale, "something else stands in its place"}
	case have != at.want:
		return outcome{Stale, "stands there already: " + differences(&have, &at.want, "to be brought back with")}
	}
	return outcome{AlreadyRight, ""}
}

// bring moves what is in quarantine to its place.
func (w *walker) bring(s *plan.Step, at *spot) outcome {
	bins, err := bins(w.account, s.Change.Restore)
	if err != nil {
		return workshopOutcome(err)
	}
	defer closeAll(bins)
	what := kept{number: s.Entry.Quarantined, id: s.Entry.ID, state: at.want, inside: s.Entry.Inside}
	bin, pin, why := what.find(bins)
	if pin != nil {
		defer pin.Close()
	}
	if why != "" {
		return outcome{Stale, why}
	}
	if at.want.Flags != 0 || at.want.Type == plan.File && at.want.Mode&setid != 0 {
		return outcome{Refused, "immutable, append-only, or setuid or setgid on a file"}
	}
	if err := w.run.calls.move(bin, what.name(), at.dir, at.name); err != nil {
		return at.notBrought(s, err)
	}
	return at.confirm(pin)
}

// notBrought is what it means that the move failed.
func (at *spot) notBrought(s *plan.Step, err error) outcome {
	if errors.Is(err, unix.EEXIST) {
		if o := at.back(s.Entry.ID); o.result != 0 {
			return o
		}
	}
	if fsys.CrossesMount(err) {
		return outcome{Refused, "another mount or project quota is in the way: " + err.Error()}
	}
	return outcomeOf(err)
}
