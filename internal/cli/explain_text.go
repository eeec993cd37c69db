package cli

import (
	"fmt"
	"strings"

	"rightful/plan"
)

func (a *app) writeExplanation(e *explanation) error {
	what := "is not there, or cannot be looked at"
	if s := e.State; s != nil {
		what = fmt.Sprintf("%s, %s:%s, mode %s", s.Type, s.Owner, s.Group, s.Mode)
	}
	fmt.Fprintf(a.out, "%s: %s\n", plan.Quote(e.Path), what)
	if e.NoPolicy != "" {
		fmt.Fprintf(a.out, "\nPolicy: %s.\n", e.NoPolicy)
	}
	if e.Policy != nil {
		a.writeSaid(e.Policy)
	}
	a.writeReached("", e.Expectations, e.Checks, e.Access)
	if e.After != nil {
		what := "nothing will be there"
		if s := e.After.State; s != nil {
			what = fmt.Sprintf("%s, %s:%s, mode %s", s.Type, s.Owner, s.Group, s.Mode)
		}
		fmt.Fprintf(a.out, "\nAfter the plan: %s\n", what)
		a.writeReached(" after the plan", e.After.Expectations, e.After.Checks, e.After.Access)
	}
	if e.Access != nil {
		fmt.Fprintf(a.out, "\nNot seen: %s\n", strings.Join(e.Access.Blind, ";\n          "))
	}
	return nil
}

func (a *app) writeReached(when string, expected []expectation, checks []checked, r *reach) {
	if len(expected) > 0 {
		fmt.Fprintf(a.out, "\nExpected%s\n", when)
	}
	for _, x := range expected {
		mark, what := " ", "kept"
		if !x.Holds {
			mark, what = "!", "NOT KEPT"
		}
		fmt.Fprintf(a.out, "%s %s %s %s   %s (%s: %s)   %s\n", mark, plan.Quote(x.Identity), x.Expect, plan.Printable(x.Match),
			what, plan.Quote(x.At), x.Answer, plan.Quote(x.Source))
	}
	a.writeChecked(when, checks)
	if r != nil {
		a.writeReach(when, r)
	}
}

func (a *app) writeSaid(s *said) {
	fmt.Fprintf(a.out, "\nPolicy: account %s, profile %s\n", plan.Quote(s.Account), plan.Quote(s.Profile))
	switch {
	case s.Held != "":
		fmt.Fprintf(a.out, "  held: %s\n", plan.Printable(s.Held))
	case s.Unmanaged != "":
		fmt.Fprintf(a.out, "  left alone: %s\n", plan.Printable(s.Unmanaged))
	}
	for _, w := range s.Wants {
		fmt.Fprintf(a.out, "  %-7s %-24s %s\n", w.What, w.Want, plan.Quote(w.Line))
	}
	if s.Verdict != "" {
		fmt.Fprintf(a.out, "  %s\n", plan.Printable(s.Verdict))
	}
}

func (a *app) writeReach(when string, r *reach) {
	fmt.Fprintf(a.out, "\nAccess%s: %s (uid %d) wants to %s\n", when, plan.Quote(r.As), r.UID, r.Want)
	for _, p := range r.Way {
		mark := " "
		if p.Path == r.Stopped {
			mark = "!"
		}
		fmt.Fprintf(a.out, "%s %-32s %s:%s %s   search: %s\n", mark, plan.Quote(p.Path), p.Owner, p.Group, p.Mode, p.Search)
	}
	if r.All > 0 {
		fmt.Fprintf(a.out, "  %d of %s may; this is the one who gets furthest\n", r.May, counted(int64(r.All), "other"))
	}
	if r.Stopped != "" {
		fmt.Fprintf(a.out, "  stopped at %s: %s\n", plan.Quote(r.Stopped), r.Answer)
	} else {
		fmt.Fprintf(a.out, "  permissions allow this (%s); look elsewhere\n", r.Answer)
	}
}
