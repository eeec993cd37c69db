package reconcile

import (
	"path"

	"rightful/internal/fsys"
	"rightful/plan"
)

// sight counts what is found of each expectation in the directory in hand.
type sight struct {
	access []plan.Access
	causes []plan.Causes
	broken int64
	calm   likeness
}

// begin turns the sight to another directory, with n expectations.
func (s *sight) begin(n int) {
	s.access = append(s.access[:0], make([]plan.Access, n)...)
	s.causes = append(s.causes[:0], make([]plan.Causes, n)...)
	s.calm = likeness{}
}

// likeCalm reports whether an entry is like the last one of the directory that
// stays as it is and of which all holds. Most entries of most directories are,
// and need no second thought.
func (s *sight) likeCalm(wants *wants, have, after *plan.State) bool {
	return have == after && wants == s.calm.wants && *have == s.calm.have
}

// judge holds one entry against what is expected of it, as it is and as it will
// be; either is nil where nothing is there. v is who got to its directory.
func (k *worker) judge(w *walk, v view, wants *wants, at spot, have, after *plan.State) {
	if k.sight.likeCalm(wants, have, after) {
		k.sight.matchAll(w, wants, have.Type)
		return
	}
	calm, broken := have == after, false
	for _, i := range wants.expects {
		e, seen := &w.expects.list[i], &k.sight.access[i]
		now := have != nil && e.want(have.Type) != 0
		then := after != nil && e.want(after.Type) != 0
		if !now && !then {
			continue
		}
		seen.Matched++
		keptNow := now && w.expects.holds(e, v.now, have)
		keptThen := then && w.expects.holds(e, v.after, after)
		calm = calm && keptNow && keptThen
		if now && !keptNow {
			seen.DeniedNow++
		}
		if now && !keptNow && keptThen {
			seen.Gained++
		}
		if !then || keptThen {
			continue
		}
		seen.DeniedAfter++
		cause := w.expects.cause(e, v, after)
		cause.Entries, cause.Example = 1, at.path()
		if keptNow {
			seen.Broken++
			cause.Broken, broken = 1, true
		}
		k.sight.causes[i].Add(cause)
	}
	if broken {
		k.sight.broken++
	}
	if calm {
		k.sight.calm = likeness{wants: wants, have: *have}
	}
}

// matchAll counts an entry of which all holds that is expected.
func (s *sight) matchAll(w *walk, wants *wants, t plan.Type) {
	for _, i := range wants.expects {
		if w.expects.list[i].want(t) != 0 {
			s.access[i].Matched++
		}
	}
}

// addSight adds what one directory showed to the account's counts.
func (w *walk) addSight(s *sight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range s.access {
		sum, seen := &w.record.Access[i], &s.access[i]
		sum.Matched += seen.Matched
		sum.DeniedNow += seen.DeniedNow
		sum.DeniedAfter += seen.DeniedAfter
		sum.Broken += seen.Broken
		sum.Gained += seen.Gained
		*seen = plan.Access{}
		w.causes[i].Merge(&s.causes[i])
	}
	w.record.AccessBroken += s.broken
	s.broken = 0
}

// expecting reports whether anything is expected of anybody in this account.
func (b *binding) expecting() bool { return len(b.expects.list) > 0 }

// states is a listed entry as it is, ACL included, and as the steps that were
// found for it since leave it: nil where it is taken away.
func (k *worker) states(dir Dir, name string, info *fsys.Info, since int) (have, after *plan.State) {
	if len(k.steps) == since {
		state := &k.state
		*state = info.State
		// Under an empty mask the kernel does not look at the ACL.
		if state.Access == "" && state.Type != plan.Symlink && state.Mode&0o070 != 0 {
			state.Access = dir.AccessACL(name)
		}
		return state, state
	}
	first, last := k.steps[since].change, k.steps[len(k.steps)-1].change
	if last.Action == plan.Remove {
		return &first.Before, nil
	}
	return &first.Before, &last.After
}

// through is who gets through a directory, as it is and as it will be.
func (b *binding) through(v view, at spot, have, after *plan.State) view {
	next := b.into(v, at, after)
	next.now = b.expects.enter(v.now, have)
	return next
}

// into is who gets into a directory that is only planned.
func (b *binding) into(v view, at spot, after *plan.State) view {
	next := view{after: b.expects.enter(v.after, after)}
	next.stops = b.expects.lost(v.stops, v.after, next.after, after, at)
	return next
}

// approach is who gets to the folder of the account's home: through every
// directory from the root down. No step changes those.
func (w *walk) approach(k *worker) (view, error) {
	if !w.expecting() {
		return view{}, nil
	}
	c := w.expects.begin()
	v := view{now: c, after: c}
	for _, dir := range ancestors(w.place.Path()) {
		state, err := k.Tree.Lookup(dir)
		if err != nil {
			return view{}, err
		}
		v = w.through(v, spot{"", dir}, &state, &state)
	}
	return v, nil
}

// ancestors are the directories above an absolute path, the root first.
func ancestors(p string) []string {
	dir := path.Dir(p)
	if dir == p {
		return nil
	}
	return append(ancestors(dir), dir)
}
