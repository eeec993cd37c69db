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
	if e.Access != nil {
		a.writeReach(e.Access)
	}
	return nil
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

func (a *app) writeReach(r *reach) {
	fmt.Fprintf(a.out, "\nAccess: %s wants to %s\n", plan.Quote(r.As), r.Want)
	for _, p := range r.Way {
		mark := " "
		if p.Path == r.Stopped {
			mark = "!"
		}
		fmt.Fprintf(a.out, "%s %-32s %s:%s %s   search: %s\n", mark, plan.Quote(p.Path), p.Owner, p.Group, p.Mode, p.Search)
	}
	if r.Stopped != "" {
		fmt.Fprintf(a.out, "  stopped at %s: %s\n", plan.Quote(r.Stopped), r.Answer)
	} else {
		fmt.Fprintf(a.out, "  permissions allow this (%s); look elsewhere\n", r.Answer)
	}
	fmt.Fprintf(a.out, "  not seen: %s\n", strings.Join(r.Blind, ";\n            "))
}
