package apply

import (
	"fmt"
	"strconv"

	"rightful/internal/fsys"
	"rightful/plan"
)

// retarget puts a new link in an old one's place. A link's target cannot be
// changed, so the two are exchanged; the new one waits in the quarantine under
// the name that the old one will have there, which saves a second move.
func (w *walker) retarget(s *plan.Step, old *fsys.Pin) outcome {
	bin, err := w.account.bin()
	if err != nil {
		return workshopOutcome(err)
	}
	dir, err := w.open(s.Block.Dir)
	if err != nil {
		return outcomeOf(err)
	}
	want, name := &s.Change.After, quarantineNumber(s)
	t, err := w.run.calls.prepare(bin, name, want)
	if err != nil {
		return outcome{Failed, plan.Printable(err.Error())}
	}
	if err := w.run.calls.exchange(dir, s.Entry.Name, bin, name); err != nil {
		t.discard()
		return outcomeOf(fmt.Errorf("exchange: %w", err))
	}
	if !stands(old, bin, name) {
		return w.exchangeBack(s, t, dir)
	}
	defer t.close()
	if !t.stands(dir, s.Entry.Name) {
		return movedAway()
	}
	return confirm(t.pin, want)
}

// exchangeBack returns what came out instead of the planned link: somebody
// swapped it in the last moment.
func (w *walker) exchangeBack(s *plan.Step, t *temporary, dir *fsys.Dir) outcome {
	defer t.discard()
	if t.stands(t.dir, t.name) {
		return outcome{Failed, "exchange: nothing happened"}
	}
	if err := w.run.calls.exchange(dir, s.Entry.Name, t.dir, t.name); err != nil {
		return outcome{Failed, fmt.Sprintf("another entry was taken out, and is in quarantine as %s: %v", t.name, err)}
	}
	if !t.stands(t.dir, t.name) {
		return outcome{Failed, "another entry was taken out, and is in quarantine as " + t.name}
	}
	return outcome{Stale, "another entry has taken its place"}
}

// quarantineNumber is the name in quarantine of what a step takes away.
func quarantineNumber(s *plan.Step) string { return strconv.FormatInt(s.Number, 10) }
