package apply

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// remove moves an entry into the quarantine, checks there, where nobody can
// swap it any more, that it is the planned one, and else moves it back.
func (w *walker) remove(s *plan.Step) outcome {
	dir, name, o := w.removable(s)
	if o.result != 0 {
		return o
	}
	pin, err := w.pin(s)
	if errors.Is(err, unix.ENOENT) {
		return outcome{AlreadyRight, ""}
	}
	if err != nil {
		return outcomeOf(err)
	}
	defer pin.Close()
	if _, o := w.compare(s, pin); o.result != 0 {
		return o
	}
	bin, err := w.account.bin()
	if err != nil {
		return workshopOutcome(err)
	}
	number := quarantineNumber(s)
	if err := w.run.calls.move(dir, name, bin, number); err != nil {
		if fsys.CrossesMount(err) {
			return outcome{Refused, "another mount or project quota is in the way: " + err.Error()}
		}
		return outcomeOf(fmt.Errorf("move: %w", err))
	}
	o = removed(s, pin, bin, number)
	if o.result != Stale {
		return o
	}
	if err := w.run.calls.move(bin, number, dir, name); err != nil {
		return outcome{Failed, fmt.Sprintf("%s; left in quarantine as %s: %v", o.reason, number, err)}
	}
	return o
}

// removable is where the entry stands that a step removes. A home goes only
// where the run that is taken back has added it.
func (w *walker) removable(s *plan.Step) (*fsys.Dir, string, outcome) {
	if s.Block.Dir == "" {
		if w.run.options.Plan.Header.Undoes == "" || w.account.mounted {
			return nil, "", outcome{Refused, "the home itself"}
		}
		return w.account.place.Parent, w.account.place.Name, outcome{}
	}
	dir, err := w.open(s.Block.Dir)
	if errors.Is(err, unix.ENOENT) {
		return nil, "", outcome{AlreadyRight, ""}
	}
	if err != nil {
		return nil, "", outcomeOf(err)
	}
	return dir, s.Entry.Name, outcome{}
}

// removed judges what arrived in the quarantine.
func removed(s *plan.Step, pin *fsys.Pin, bin *fsys.Dir, name string) outcome {
	there, err := bin.Pin(name)
	if err != nil {
		return outcome{Failed, "read back: " + err.Error()}
	}
	there.Close()
	if !stands(pin, bin, name) {
		return outcome{Stale, "another entry has taken its place"}
	}
	if s.Change.Before.Type != plan.Directory {
		return outcome{Done, ""}
	}
	inside, err := countInside(bin, name, s.Entry.Inside)
	if err != nil {
		return outcome{Stale, plan.Printable("what is inside could not be counted: " + err.Error())}
	}
	if inside != s.Entry.Inside {
		return outcome{Stale, fmt.Sprintf("not the %d objects inside that were planned", s.Entry.Inside)}
	}
	return outcome{Done, ""}
}

// countInside counts the objects below a directory, up to one more than limit.
func countInside(at *fsys.Dir, name string, limit int64) (int64, error) {
	var n int64
	buf := make([]byte, 1<<16)
	trail := fsys.NewTrail(at, trailLength())
	defer trail.Close()
	for dirs := []string{name}; len(dirs) > 0 && n <= limit; {
		path := dirs[len(dirs)-1]
		dirs = dirs[:len(dirs)-1]
		dir, err := trail.OpenDir(path)
		if err != nil {
			return n, err
		}
		err = dir.List(buf, func(e fsys.Dirent) error {
			var info fsys.Info
			if n++; n > limit {
				return nil
			}
			if err := dir.Look(e, &info); err != nil {
				return err
			}
			if info.Type == plan.Directory {
				dirs = append(dirs, path+"/"+string(e.Name()))
			}
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
