package reconcile

import (
	"strings"

	"rightful/internal/access"
	"rightful/plan"
)

// stop is the directory that first shuts somebody out.
type stop struct {
	path    string // relative to the home, or absolute above it
	mode    plan.Mode
	verdict access.Verdict
}

// stops is what shuts out each of an account's identities, and last the first of
// the others; nil where nothing does. A walk's directories share one list until
// somebody is lost.
type stops []*stop

// spot is a name in a directory.
type spot struct{ dir, name string }

// theHome is where an account's home is, to itself.
func theHome() spot { return spot{"", "."} }

// path keeps a copy: the name may be a listing's.
func (s spot) path() string { return plan.Join(s.dir, strings.Clone(s.name)) }

// lost adds to the stops those who get as far as a directory and not through it.
func (x *expectations) lost(before stops, from, to crowd, dir *plan.State, at spot) stops {
	if from.way == to.way && !x.toOthers {
		return before
	}
	after, mine := before, false
	lose := func(who int, id access.Identity) {
		if !mine {
			after, mine = make(stops, len(x.ids)+1), true
			copy(after, before)
		}
		after[who] = &stop{at.path(), dir.Mode, access.Check(&id, dir, access.Search)}
	}
	for i, id := range x.ids {
		if from.way.Of(i) != to.way.Of(i) {
			lose(i, id)
		}
	}
	if id, ok := x.lostStranger(from, to); ok {
		lose(len(x.ids), id)
	}
	return after
}

// lostStranger is the first of the others who is not among those who got
// through, where until here all of them were.
func (x *expectations) lostStranger(from, to crowd) (id access.Identity, lost bool) {
	if !x.toOthers {
		return id, false
	}
	if _, before := from.others.Lost(&x.allOthers); before != access.Allowed {
		return id, false
	}
	i, now := to.others.Lost(&x.allOthers)
	if now == access.Allowed {
		return id, false
	}
	return x.strangers.Identity(i), true
}

// cause is why an expectation will not hold of an entry.
func (x *expectations) cause(e *expectation, v view, s *plan.State) plan.Cause {
	who := e.who
	if who == others {
		who = len(x.ids)
	}
	if at := v.stops.of(who); at != nil && !e.cannot {
		return plan.Cause{Path: at.path, Type: plan.Directory, Mode: at.mode, Need: access.Search.Words(plan.Directory), By: by(at.verdict)}
	}
	want := e.want(s.Type)
	id, want := x.who(e, v.after, s, want)
	verdict := access.Check(&id, s, want)
	need := verdict.Missing
	if need == 0 {
		need = want
	}
	return plan.Cause{Own: true, Type: s.Type, Mode: s.Mode, Need: need.Words(s.Type), By: by(verdict)}
}

func (s stops) of(who int) *stop {
	if len(s) == 0 {
		return nil
	}
	return s[who]
}

// who is one of those of whom an expectation does not hold, and what he may do
// and should not, or wants and may not.
func (x *expectations) who(e *expectation, c crowd, s *plan.State, want access.Want) (access.Identity, access.Want) {
	if e.who != others {
		return x.ids[e.who], x.worst(e, c, s, want)
	}
	want = x.worst(e, c, s, want)
	var may access.Crowd
	x.strangers.Ask(&may, c.others, s, want)
	if e.cannot {
		i, _ := may.Any()
		return x.strangers.Identity(max(i, 0)), want
	}
	i, _ := may.Lost(&x.allOthers)
	return x.strangers.Identity(max(i, 0)), want
}

// worst is all that somebody should be able to do, or the first thing that he
// can and should not.
func (x *expectations) worst(e *expectation, c crowd, s *plan.State, want access.Want) access.Want {
	for bit := access.Read; e.cannot && bit > 0; bit >>= 1 {
		if want&bit != 0 && x.answer(e.who, c, s, bit) != access.Denied {
			return bit
		}
	}
	return want
}

// by is a verdict without the numbers, which differ from account to account.
func by(v access.Verdict) string {
	switch v.Class {
	case access.Owner, access.Group, access.Other, access.NamedUser, access.NamedGroup:
		return v.Class.String() + " has " + v.Bits.String()
	case access.Mask:
		return "the mask leaves " + v.Entry.String() + " with " + v.Bits.String()
	}
	return v.String()
}
