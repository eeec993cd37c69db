package apply

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// bins are what there is of a run's quarantine, in both places where a home's
// workshop can be. A workshop that is not the caller's own is nobody's.
func bins(a *account, run string) ([]*fsys.Dir, error) {
	if !isRun(run) {
		return nil, fmt.Errorf("%s: not a run", plan.Quote(run))
	}
	var found []*fsys.Dir
	for _, parent := range []*fsys.Dir{a.place.Parent, a.home} {
		if parent == nil {
			continue
		}
		bin, err := openPrivate(parent, workshopName, quarantineName, run)
		if err == nil {
			found = append(found, bin)
			continue
		}
		var unsafe *fsys.UnsafeError
		if !fsys.Raced(err) && !fsys.CrossesMount(err) && !errors.As(err, &unsafe) {
			closeAll(found)
			return nil, err
		}
	}
	return found, nil
}

func closeAll(dirs []*fsys.Dir) {
	for _, dir := range dirs {
		dir.Close()
	}
}

// openPrivate goes down names, each of which must be a directory that is the
// caller's alone. It makes none.
func openPrivate(at *fsys.Dir, names ...string) (*fsys.Dir, error) {
	dir := at
	for _, name := range names {
		next, err := dir.OpenDir(name)
		if dir != at {
			dir.Close()
		}
		if err != nil {
			return nil, err
		}
		if err := (calls{}).own(next, name, false); err != nil {
			next.Close()
			return nil, err
		}
		dir = next
	}
	return dir, nil
}

// kept is an entry that a step has put in quarantine.
type kept struct {
	number int64
	id     plan.Identity
	state  plan.State
	inside int64
}

func (k *kept) name() string { return strconv.FormatInt(k.number, 10) }

// find looks for it. There is no bin where it is not there any more; else why
// says what is not as it was. The pin, if any, is the caller's to close.
func (k *kept) find(bins []*fsys.Dir) (bin *fsys.Dir, pin *fsys.Pin, why string) {
	name := k.name()
	for _, bin = range bins {
		pin, err := bin.Pin(name)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return bin, nil, plan.Printable("in quarantine: " + err.Error())
		}
		return bin, pin, k.changed(bin, pin, name)
	}
	return nil, nil, "not in quarantine any more: it was purged"
}

// changed says what is not as it was when it was put there. Whoever had it open
// then can still change it.
func (k *kept) changed(bin *fsys.Dir, pin *fsys.Pin, name string) string {
	have, id, err := pin.Observe()
	switch {
	case err != nil:
		return plan.Printable("in quarantine: " + err.Error())
	case id != k.id:
		return "the quarantine has another entry in its place"
	case have != k.state:
		return "changed in quarantine: " + differences(&have, &k.state, "put there with")
	case have.Type != plan.Directory:
		return ""
	}
	inside, err := countInside(bin, name, k.inside)
	if err != nil {
		return plan.Printable("what is inside could not be counted: " + err.Error())
	}
	if inside != k.inside {
		return fmt.Sprintf("not the %d objects inside that were put in quarantine with it", k.inside)
	}
	return ""
}
