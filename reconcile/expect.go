package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/spec"
)

// expectations are what an account's policy, and the host's ceiling, expect of
// who can reach what.
type expectations struct {
	list      []expectation
	ids       []access.Identity // each once; at most access.MaxIdentities
	strangers *access.Strangers // nil where nothing is said of others
	account   uint32
	allOthers access.Crowd // all of them, before the first directory
	toOthers  bool         // something is promised to all others
}

// expectation is one of them, made ready.
type expectation struct {
	match  []string
	report plan.Access // what it says, without counts
	who    int         // in ids; others: all strangers
	cannot bool
	file   access.Want // what it says of files, and of directories
	dir    access.Want
}

const others = -1

// expect makes an account's expectations ready.
func (r *run) expect(a *account, bound *spec.Bound) (*expectations, error) {
	x := &expectations{account: a.spec.UID}
	written := r.Policy.Profiles[a.profile].Access
	host, err := r.Ceiling.Bind(a.spec)
	if err != nil {
		return nil, err
	}
	known := map[*spec.Identity]int{}
	for i, e := range append(slices.Clone(bound.Access), host...) {
		as := e.Match
		if i < len(written) {
			as = written[i].Match // before variables, so that accounts add up
		}
		ready, err := r.expectation(x, a, e, known)
		if err != nil {
			return nil, err
		}
		ready.report.Match = strings.Join(as, ",")
		x.list = append(x.list, ready)
	}
	return x, nil
}

func (r *run) expectation(x *expectations, a *account, e spec.Expectation, known map[*spec.Identity]int) (expectation, error) {
	ready := expectation{match: e.Match, cannot: e.Cannot, who: others}
	verb := "can"
	if e.Cannot {
		verb = "cannot"
	}
	words := make([]string, len(e.Rights))
	for i, right := range e.Rights {
		words[i] = right.String()
		ready.add(right)
	}
	ready.report = plan.Access{Identity: e.Identity, Expect: verb + " " + strings.Join(words, ", "), Source: e.Pos.String()}
	if e.Identity == spec.IdentityOthers {
		var err error
		if x.strangers, err = r.strangers(); err == nil {
			x.allOthers = x.strangers.Begin(a.spec.UID)
		}
		x.toOthers = x.toOthers || !e.Cannot
		return ready, err
	}
	who, ok := known[e.Who]
	if !ok {
		id, err := r.identity(a, e.Who)
		if err != nil {
			return ready, err
		}
		if len(x.ids) == access.MaxIdentities {
			return ready, fmt.Errorf("%v: more than %d identities in one profile", e.Pos, access.MaxIdentities)
		}
		who, known[e.Who] = len(x.ids), len(x.ids)
		x.ids = append(x.ids, id)
	}
	ready.who = who
	return ready, nil
}

// add is a right as bits of the kind of entry that it speaks of.
func (e *expectation) add(right spec.Right) {
	switch right {
	case spec.Read:
		e.file |= access.Read
	case spec.Write:
		e.file |= access.Write
	case spec.Execute:
		e.file |= access.Execute
	case spec.List:
		e.dir |= access.List
	case spec.Search:
		e.dir |= access.Search
	}
}

// want is what is expected of an entry of type t; none where the expectation
// does not speak of such.
func (e *expectation) want(t plan.Type) access.Want {
	switch t {
	case plan.File:
		return e.file
	case plan.Directory:
		return e.dir
	}
	return 0
}

// view is who got down to a place, now and after the plan's steps, and what will
// have stopped those who did not.
type view struct {
	now, after crowd
	stops      stops
}

// crowd is who got there: the named identities, and the strangers where they
// matter.
type crowd struct {
	way    access.Way
	others *access.Crowd
}

func (x *expectations) begin() crowd {
	c := crowd{way: access.Begin(len(x.ids))}
	if x.strangers != nil {
		c.others = &x.allOthers
	}
	return c
}

// enter is who of a crowd gets through a directory.
func (x *expectations) enter(c crowd, dir *plan.State) crowd {
	if access.Free(dir, access.Search) {
		return c
	}
	next := crowd{way: c.way.Enter(x.ids, dir)}
	if c.others != nil {
		next.others = new(access.Crowd)
		x.strangers.Enter(next.others, c.others, dir)
	}
	return next
}

// holds reports whether the entry s, where the crowd got to, is as expected.
// What cannot be told is not as expected, either way.
func (x *expectations) holds(e *expectation, c crowd, s *plan.State) bool {
	want := e.want(s.Type)
	if !e.cannot {
		return x.answer(e.who, c, s, want) == access.Allowed
	}
	for bit := access.Execute; bit <= access.Read; bit <<= 1 {
		if want&bit != 0 && x.answer(e.who, c, s, bit) != access.Denied {
			return false
		}
	}
	return true
}

// answer is the worst of all strangers for a question about others; which is the
// worst depends on what is hoped for, so both extremes are asked.
func (x *expectations) answer(who int, c crowd, s *plan.State, want access.Want) access.Answer {
	if who == others {
		return x.ofOthers(c, s, want)
	}
	way := c.way.Of(who)
	if way == access.Denied {
		return access.Denied
	}
	if v := access.Check(&x.ids[who], s, want); v.Answer != access.Allowed {
		return v.Answer
	}
	return way
}

// ofOthers is Denied where nobody may, Allowed where all may, else Unclear: for
// some it is the one, for some the other.
func (x *expectations) ofOthers(c crowd, s *plan.State, want access.Want) access.Answer {
	var may access.Crowd
	x.strangers.Ask(&may, c.others, s, want)
	if _, worst := may.Any(); worst == access.Denied {
		return access.Denied
	}
	_, worst := may.Lost(&x.allOthers)
	if worst == access.Allowed {
		return access.Allowed
	}
	return access.Unclear
}
