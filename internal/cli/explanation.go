package cli

import (
	"fmt"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/reconcile"
)

// explanation is the answer, as -json prints it.
type explanation struct {
	Path   string     `json:"path"`
	State  *statement `json:"state"` // null where nothing stands there
	Policy *said      `json:"policy,omitempty"`
	// NoPolicy is why there is none to speak of.
	NoPolicy     string        `json:"no_policy,omitempty"`
	Expectations []expectation `json:"expectations"`
	Checks       []checked     `json:"checks"`
	Access       *reach        `json:"access,omitempty"`
	// After is the same with the steps of the plan that was named.
	After *explanationAfter `json:"after,omitempty"`
}

type explanationAfter struct {
	State        *statement    `json:"state"`
	Expectations []expectation `json:"expectations"`
	Checks       []checked     `json:"checks"`
	Access       *reach        `json:"access,omitempty"`
}

type statement struct {
	Type  string `json:"type"`
	Owner string `json:"owner"`
	Group string `json:"group"`
	UID   uint32 `json:"uid"`
	GID   uint32 `json:"gid"`
	Mode  string `json:"mode"`
}

type said struct {
	Account   string `json:"account"`
	Profile   string `json:"profile"`
	Held      string `json:"held,omitempty"`
	Unmanaged string `json:"unmanaged,omitempty"`
	Wants     []want `json:"wants"`
	Verdict   string `json:"verdict,omitempty"`
}

type want struct {
	What string `json:"what"`
	Want string `json:"want"`
	Line string `json:"line"`
}

// expectation is one that speaks of the path.
type expectation struct {
	Identity string `json:"identity"`
	Expect   string `json:"expect"`
	Match    string `json:"match"`
	Source   string `json:"source"`
	Holds    bool   `json:"holds"`
	Answer   string `json:"answer"`
	At       string `json:"at,omitempty"` // what decides
}

type reach struct {
	As     string `json:"as"`
	UID    uint32 `json:"uid"` // of the others, the one who gets furthest
	Want   string `json:"want"`
	Answer string `json:"answer"` // allowed, denied or cannot tell, and what decides
	// May is how many of the others may, and All how many they are; only of others.
	May     int      `json:"may,omitempty"`
	All     int      `json:"all,omitempty"`
	Stopped string   `json:"stopped,omitempty"`
	Way     []passed `json:"way"`
	Blind   []string `json:"cannot_see"`
}

type passed struct {
	Path string `json:"path"`
	statement
	Search string `json:"search"`
}

func (h *host) explanation(path string, hasPolicy bool, now, after *reconcile.Explanation) *explanation {
	e := &explanation{
		Path: path, State: h.statement(now.State), Policy: saidOf(now),
		Expectations: expectationsOf(now.Expected), Checks: checksOf(now.Checks), Access: h.reach(now),
	}
	switch {
	case !hasPolicy:
		e.NoPolicy = "no policy was named, and none stands where one is looked for"
	case now.Account == "":
		e.NoPolicy = "in no account that the policy selects"
	}
	if after != nil {
		e.After = &explanationAfter{h.statement(after.State), expectationsOf(after.Expected), checksOf(after.Checks), h.reach(after)}
	}
	return e
}

func (h *host) statement(s *plan.State) *statement {
	if s == nil {
		return nil
	}
	out := &statement{Type: s.Type.String(), UID: s.UID, GID: s.GID, Mode: s.Mode.String()}
	out.Owner, out.Group = fmt.Sprint(s.UID), fmt.Sprint(s.GID)
	if u, ok, err := h.users.UserByID(s.UID); ok && err == nil {
		out.Owner = plan.Quote(u.Name)
	}
	if g, ok, err := h.users.GroupByID(s.GID); ok && err == nil {
		out.Group = plan.Quote(g.Name)
	}
	return out
}

func saidOf(x *reconcile.Explanation) *said {
	if x.Account == "" {
		return nil
	}
	s := &said{Account: x.Account, Profile: x.Profile, Unmanaged: x.Unmanaged, Verdict: x.Verdict, Wants: []want{}}
	for _, held := range x.Held {
		s.Held = held.Reason + ": " + held.Message
	}
	for _, w := range x.Says {
		s.Wants = append(s.Wants, want{string(w.Attribute), w.Want, w.Line})
	}
	return s
}

func expectationsOf(expected []reconcile.Expected) []expectation {
	all := make([]expectation, len(expected))
	for i := range expected {
		x := &expected[i]
		answer, at := answerOf(&x.Reached)
		all[i] = expectation{x.Access.Identity, x.Access.Expect, x.Access.Match, x.Access.Source, x.Holds, answer, at}
	}
	return all
}

// answerOf is whether somebody may, and what decides where.
func answerOf(r *reconcile.Reached) (answer, at string) {
	if f := r.Route.Fault; f != nil {
		if f.Cause == access.NoPermission {
			return access.Denied.String() + ": " + f.Verdict.String() + ", and he needs " + f.Want.Words(f.Type), f.Path
		}
		return f.Cause.String(), f.Path
	}
	return r.Verdict.Answer.String() + ": " + r.Verdict.String(), r.Route.End.Path
}

func (h *host) reach(x *reconcile.Explanation) *reach {
	r := x.Reach
	if r == nil {
		return nil
	}
	of := plan.File
	if x.State != nil {
		of = x.State.Type
	}
	out := &reach{
		As: r.Who, UID: r.ID.UID, Want: r.Want.Words(of), May: r.May, All: r.All,
		Blind: access.Blind(), Way: []passed{},
	}
	for _, dir := range r.Route.Dirs {
		out.Way = append(out.Way, passed{dir.Path, *h.statement(&dir.State), dir.Verdict.String()})
	}
	answer, at := answerOf(r)
	if out.Answer = answer; r.Answer() != access.Allowed {
		out.Stopped = at
	}
	return out
}
