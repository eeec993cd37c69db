package apply

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Quarantine is what is in quarantine, oldest first, in every workshop that a
// run in the state folder can have used. An error beside a list means that some
// of it could not be looked at.
func Quarantine(stateDir string, trust fsys.Trust) ([]Quarantined, error) {
	l := &listing{}
	err := eachBin(stateDir, trust, l.bin)
	return l.found, errors.Join(err, l.locate(stateDir, trust))
}

// bin is one run's quarantine in one workshop.
type bin struct {
	root  string
	where string // absolute below root
	run   string
	dir   *fsys.Dir
	above *fsys.Dir // the quarantine that it is in
}

// eachBin visits every bin that there is. What cannot be looked at does not
// keep it from the rest.
func eachBin(stateDir string, trust fsys.Trust, visit func(*bin) error) error {
	homes, err := homesOf(stateDir, trust)
	errs := []error{err}
	for _, root := range slices.Sorted(maps.Keys(homes)) {
		errs = append(errs, eachBinOf(root, homes[root], visit))
	}
	return errors.Join(errs...)
}

func eachBinOf(rootPath string, homes []string, visit func(*bin) error) error {
	root, err := fsys.OpenRoot(rootPath)
	if err != nil {
		return err
	}
	defer root.Close()
	w := &binWalk{root: rootPath, seen: make(map[string]bool), visit: visit}
	for _, home := range homes {
		w.home(root, home)
	}
	return errors.Join(w.errs...)
}

// homesOf is the homes of all accounts of all runs, by root.
func homesOf(stateDir string, trust fsys.Trust) (map[string][]string, error) {
	homes, seen := make(map[string][]string), make(map[[2]string]bool)
	err := eachPlan(stateDir, trust, func(_ string, p *plan.Plan) error {
		for r, err := range p.Records() {
			if err != nil {
				return err
			}
			if r.Account == nil {
				continue
			}
			key := [2]string{p.Header.Root, r.Account.Home}
			if !seen[key] {
				seen[key] = true
				homes[key[0]] = append(homes[key[0]], key[1])
			}
		}
		return nil
	})
	return homes, err
}

// eachPlan visits the plan of each run that has begun: without a journal it
// changed nothing, and its plan may be cut off.
func eachPlan(stateDir string, trust fsys.Trust, visit func(run string, p *plan.Plan) error) error {
	top, err := filepath.Abs(filepath.Join(stateDir, "runs"))
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(top)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		dir := filepath.Join(top, e.Name())
		if _, err := os.Lstat(filepath.Join(dir, journalFile)); err == nil && isRun(e.Name()) {
			errs = append(errs, visitPlan(dir, trust, visit))
		}
	}
	return errors.Join(errs...)
}

func visitPlan(dir string, trust fsys.Trust, visit func(string, *plan.Plan) error) error {
	p := &Past{}
	defer p.Close()
	if err := p.openPlan(dir, trust); err != nil {
		return err
	}
	return visit(filepath.Base(dir), p.Plan)
}

// binWalk goes through the workshops of one root.
type binWalk struct {
	root  string
	seen  map[string]bool
	visit func(*bin) error
	errs  []error
}

// home looks in both places where a home's workshop can be.
func (w *binWalk) home(root *fsys.Dir, home string) {
	place, err := fsys.Descend(root, home, fsys.TrustRoot)
	if err != nil || place.Unsafe != nil {
		return // no place for a workshop of ours
	}
	defer place.Close()
	w.workshop(place.Parent, path.Dir(place.Path))
	inside, _, err := place.Open()
	if err != nil {
		return
	}
	defer inside.Close()
	w.workshop(inside, place.Path)
}

func (w *binWalk) workshop(parent *fsys.Dir, where string) {
	if w.seen[where] {
		return
	}
	w.seen[where] = true
	quarantine, err := openPrivate(parent, workshopName, quarantineName)
	if err != nil {
		if !fsys.Raced(err) {
			w.errs = append(w.errs, fmt.Errorf("%s: %w", plan.Quote(path.Join(where, workshopName)), err))
		}
		return
	}
	defer quarantine.Close()
	runs, err := namesIn(quarantine)
	for _, run := range runs {
		if isRun(run) {
			w.bin(quarantine, run, path.Join(where, workshopName, quarantineName, run))
		}
	}
	w.errs = append(w.errs, err)
}

func (w *binWalk) bin(quarantine *fsys.Dir, run, where string) {
	dir, err := openPrivate(quarantine, run)
	if err == nil {
		err = w.visit(&bin{w.root, where, run, dir, quarantine})
		dir.Close()
	}
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s: %w", plan.Quote(where), err))
	}
}

// listing collects what is in bins.
type listing struct{ found []Quarantined }

func (l *listing) bin(b *bin) error {
	since, err := runTime(b.run)
	if err != nil {
		return err
	}
	names, err := namesIn(b.dir)
	errs := []error{err}
	for _, name := range names {
		q := Quarantined{Run: b.run, Since: since, Root: b.root, Where: path.Join(b.where, name)}
		errs = append(errs, q.measure(b.dir, name))
		l.found = append(l.found, q)
	}
	return errors.Join(errs...)
}

// measure counts objects and bytes.
func (q *Quarantined) measure(at *fsys.Dir, name string) error {
	var info fsys.Info
	if err := at.Stat(name, &info); err != nil {
		return err
	}
	q.Type = info.Type
	if err := q.count(at, name); err != nil || info.Type != plan.Directory {
		return err
	}
	trail := fsys.NewTrail(at, trailLength())
	defer trail.Close()
	for dirs := []string{name}; len(dirs) > 0; {
		rel := dirs[len(dirs)-1]
		dirs = dirs[:len(dirs)-1]
		below, err := q.measureDir(trail, rel)
		if err != nil {
			return err
		}
		dirs = append(dirs, below...)
	}
	return nil
}

// measureDir counts what is in one directory and returns those that are in it.
func (q *Quarantined) measureDir(at *fsys.Trail[*fsys.Dir], rel string) (below []string, err error) {
	dir, err := at.OpenDir(rel)
	if err != nil {
		return nil, err
	}
	err = dir.List(make([]byte, 1<<16), func(e fsys.Dirent) error {
		var info fsys.Info
		if err := dir.Look(e, &info); err != nil {
			return err
		}
		if info.Type == plan.Directory {
			below = append(below, rel+"/"+e.Name())
		}
		return q.count(dir, e.Name())
	})
	return below, err
}

func (q *Quarantined) count(dir *fsys.Dir, name string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(dir.FD(), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	q.Objects++
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		q.Bytes += st.Size
	}
	return nil
}

// locate says where everything was, as the plans of the runs have it, and puts
// it in order.
func (l *listing) locate(stateDir string, trust fsys.Trust) error {
	byRun := make(map[string]map[int64][]*Quarantined)
	for i := range l.found {
		q := &l.found[i]
		n, err := strconv.ParseInt(path.Base(q.Where), 10, 64)
		if err != nil {
			continue // what an interrupted purge has left
		}
		if byRun[q.Run] == nil {
			byRun[q.Run] = make(map[int64][]*Quarantined)
		}
		byRun[q.Run][n] = append(byRun[q.Run][n], q)
	}
	err := eachPlan(stateDir, trust, func(run string, p *plan.Plan) error {
		if len(byRun[run]) == 0 {
			return nil
		}
		for s, err := range p.Steps() {
			if err != nil {
				return err
			}
			for _, q := range byRun[run][s.Number] {
				if q.Root == p.Header.Root {
					q.Account, q.Path = strings.Clone(s.Account.Name), strings.Clone(s.Path())
				}
			}
		}
		return nil
	})
	slices.SortFunc(l.found, func(a, b Quarantined) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Run, b.Run),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Where, b.Where))
	})
	return err
}
