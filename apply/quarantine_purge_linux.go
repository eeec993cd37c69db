package apply

import (
	"errors"
	"fmt"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Purge removes for good what runs have put in quarantine before a time, and
// says what that was. It is the one place that unlinks what was a customer's.
//
// It acts inside the quarantine folders alone, which nobody else can enter: a
// directory is emptied only while it stands directly in one, so that whoever
// still has it, or something below it, open cannot move it out from under the
// purge to a place of his choice. It follows no link and stops at mounts. What
// cannot be removed is in the error, and the rest is removed all the same.
func Purge(o PurgeOptions) ([]Quarantined, error) {
	if o.Run != "" && !isRun(o.Run) {
		return nil, &NoRunError{Name: o.Run, StateDir: o.StateDir}
	}
	p := &purger{options: o, calls: calls{retry}, locks: make(map[string]*lock)}
	defer p.unlock()
	err := eachBin(o.StateDir, o.Trust, p.bin)
	return p.purged.found, errors.Join(err, p.purged.locate(o.StateDir, o.Trust))
}

type purger struct {
	options PurgeOptions
	calls   calls
	purged  listing
	locks   map[string]*lock // by root
	fresh   int
}

func (p *purger) bin(b *bin) error {
	if p.options.Run != "" && p.options.Run != b.run {
		return nil
	}
	began, err := runTime(b.run)
	if err != nil || !began.Before(p.options.Before) {
		return err
	}
	if p.options.DryRun {
		return p.purged.bin(b)
	}
	if err := p.lock(b.root); err != nil {
		return err
	}
	return p.empty(b)
}

// lock keeps runs from restoring what is being purged.
func (p *purger) lock(root string) error {
	if p.locks[root] != nil {
		return nil
	}
	dir, err := fsys.OpenRoot(root)
	if err != nil {
		return err
	}
	defer dir.Close()
	p.locks[root], err = acquire(p.options.LockDir, dir, newHolder(p.options.By, nil, time.Now()))
	if err != nil {
		delete(p.locks, root)
	}
	return err
}

func (p *purger) unlock() {
	for _, l := range p.locks {
		l.release()
	}
}

// empty purges all that a run has put in one workshop, then the folder.
func (p *purger) empty(b *bin) error {
	var in listing
	errs := []error{in.bin(b)}
	for _, q := range in.found {
		name := path.Base(q.Where)
		if err := p.entry(b.dir, name); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", plan.Quote(name), err))
			continue
		}
		p.purged.found = append(p.purged.found, q)
	}
	if err := p.calls.remove(b.above, b.run, true); err != nil && !errors.Is(err, unix.ENOTEMPTY) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// maxRounds is how often a directory is emptied again into which somebody who
// has it open puts things.
const maxRounds = 100

// entry unlinks one name of a bin, and all that is below it.
func (p *purger) entry(bin *fsys.Dir, name string) error {
	for names := []string{name}; len(names) > 0; {
		last := len(names) - 1
		below, err := p.name(bin, names[last])
		if err != nil {
			return err
		}
		names = append(names[:last], below...)
	}
	return nil
}

// name unlinks one name of a bin. The directories in it that are not empty come
// to stand in the bin themselves, and are returned.
func (p *purger) name(bin *fsys.Dir, name string) (below []string, err error) {
	for range maxRounds {
		err = p.unlink(bin, name)
		if !errors.Is(err, unix.ENOTEMPTY) {
			return below, err
		}
		more, err := p.clearOut(bin, name)
		below = append(below, more...)
		if err != nil {
			return below, err
		}
	}
	return below, err
}

// unlink removes a name, be it a file or an empty directory.
func (p *purger) unlink(dir *fsys.Dir, name string) error {
	err := p.calls.remove(dir, name, false)
	if errors.Is(err, unix.EISDIR) {
		err = p.calls.remove(dir, name, true)
	}
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// clearOut empties a directory of a bin.
func (p *purger) clearOut(bin *fsys.Dir, name string) (below []string, err error) {
	dir, err := bin.OpenDir(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := namesIn(dir)
	if err != nil && len(names) == 0 {
		return nil, err
	}
	for _, child := range names {
		err := p.unlink(dir, child)
		if errors.Is(err, unix.ENOTEMPTY) {
			var moved string
			if moved, err = p.raise(dir, child, bin); err == nil {
				below = append(below, moved)
			}
		}
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return below, fmt.Errorf("%s: %w", plan.Quote(child), err)
		}
	}
	return below, nil
}

// raise moves a directory up into the bin, under a name that is free.
func (p *purger) raise(dir *fsys.Dir, child string, bin *fsys.Dir) (string, error) {
	for {
		p.fresh++
		name := fmt.Sprintf("purge-%d", p.fresh)
		if err := p.calls.move(dir, child, bin, name); !errors.Is(err, unix.EEXIST) {
			return name, err
		}
	}
}
