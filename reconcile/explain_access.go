package reconcile

import (
	"fmt"
	"strconv"
	"strings"

	"rightful/internal/access"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// Reached is how far somebody gets along a path.
type Reached struct {
	Who  string
	Want access.Want
	ID   access.Identity // of the others: the one who gets furthest
	// Route is the way there, Verdict what he may do at its end; zero where the
	// route has a fault.
	Route   access.Route
	Verdict access.Verdict
	// May is how many of the others can, of All. Both are 0 of a single identity.
	May, All int
}

// Answer is whether he may, in the end.
func (r *Reached) Answer() access.Answer {
	switch f := r.Route.Fault; {
	case f == nil:
		return r.Verdict.Answer
	case f.Cause == access.NotKnown:
		return access.Unclear
	}
	return access.Denied
}

// Expected is an expectation that speaks of a path, and whether it holds.
type Expected struct {
	Access plan.Access // without counts
	Holds  bool
	Reached
}

// reach goes the way that each of the identities would go, and tells of the one
// who gets furthest.
func (q *Question) reach(who string, ids []access.Identity, want access.Want) Reached {
	best := Reached{}
	for i := range ids {
		r := Reached{Who: who, Want: want, ID: ids[i], Route: access.Walk(q.Tree, &ids[i], q.Path, true)}
		if r.Route.Fault == nil {
			r.Verdict = access.Check(&ids[i], &r.Route.End.State, want)
		}
		may := best.May
		if r.Answer() == access.Allowed {
			may++
		}
		if i == 0 || r.further(&best) {
			best = r
		}
		best.May = may
	}
	if best.All = len(ids); who != spec.IdentityOthers {
		best.May, best.All = 0, 0
	}
	return best
}

// further reports whether r gets further than the other.
func (r *Reached) further(other *Reached) bool {
	rank := map[access.Answer]int{access.Allowed: 2, access.Unclear: 1}
	if a, b := rank[r.Answer()], rank[other.Answer()]; a != b {
		return a > b
	}
	return len(r.Route.Dirs) > len(other.Route.Dirs)
}

// expected judges the account's expectations of the path.
func (b *binding) expected(q *Question, path string, have *plan.State) (all []Expected) {
	w := b.homeWants
	if path != "." {
		w = b.matcher.at(path).wants
	}
	for _, i := range w.expects {
		e := &b.expects.list[i]
		want := e.want(have.Type)
		if want == 0 {
			continue
		}
		x := Expected{Access: e.report}
		ids := b.expects.identities(e.who)
		x.Reached = q.reach(e.report.Identity, ids, want)
		x.Holds = x.Answer() == access.Allowed
		if e.cannot {
			x.Holds, x.Reached = q.kept(e.report.Identity, ids, want)
		} else if x.All > 0 {
			x.Holds = x.May == x.All
		}
		all = append(all, x)
	}
	return all
}

// kept reports whether nobody can do any of what is wanted, and who gets furthest.
func (q *Question) kept(who string, ids []access.Identity, want access.Want) (kept bool, worst Reached) {
	for bit := access.Read; bit > 0; bit >>= 1 {
		if want&bit == 0 {
			continue
		}
		worst = q.reach(who, ids, bit)
		if worst.Answer() != access.Denied {
			return false, worst
		}
	}
	return true, worst
}

func (x *expectations) identities(who int) []access.Identity {
	if who == others {
		return x.strangers.All(x.account)
	}
	return x.ids[who : who+1]
}

// named are those whom a name stands for: an identity of the policy or of the
// host's ceiling, else a user of the host, by name or number.
func (r *run) named(a *account, name string) ([]access.Identity, error) {
	who, err := r.written(a, name)
	switch {
	case err != nil:
		return nil, err
	case who == nil:
		id, err := r.hostUser(name)
		return []access.Identity{id}, err
	case a == nil && who.BuiltIn():
		return nil, fmt.Errorf("-as %s: it depends on the account, and the path is in none", plan.Quote(name))
	case name == spec.IdentityOthers:
		strangers, err := r.strangers()
		if err != nil {
			return nil, err
		}
		return strangers.All(a.spec.UID), nil
	}
	if a == nil {
		a = &account{run: r}
	}
	id, err := r.identity(a, who)
	return []access.Identity{id}, err
}

// written is the identity of that name in policy or ceiling; nil if there is none.
func (r *run) written(a *account, name string) (*spec.Identity, error) {
	var of spec.Account
	if a != nil {
		of = a.spec
	}
	switch {
	case r.Policy != nil && (r.Policy.Identities[name] != nil || name == spec.IdentityAccount || name == spec.IdentityOthers):
		return r.Policy.BindIdentity(name, of)
	case r.Ceiling.Identities[name] != nil:
		return r.Ceiling.BindIdentity(name, of)
	}
	return nil, nil
}

func (r *run) hostUser(name string) (access.Identity, error) {
	find := func() (userdb.User, bool, error) { return r.Users.User(name) }
	if uid, err := strconv.ParseUint(name, 10, 32); err == nil {
		find = func() (userdb.User, bool, error) { return r.Users.UserByID(uint32(uid)) }
	}
	u, ok, err := find()
	if err != nil {
		return access.Identity{}, err
	}
	if !ok {
		return access.Identity{}, fmt.Errorf("-as %s: neither an identity of the policy nor a user of the host%s", plan.Quote(name), r.known())
	}
	return r.memberOf(u)
}

// known lists what -as takes of the policy.
func (r *run) known() string {
	if r.Policy == nil {
		return ""
	}
	return "; the policy has " + strings.Join(r.Policy.IdentityNames(), ", ")
}
