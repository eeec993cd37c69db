package cli

import (
	"fmt"
	"slices"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/reconcile"
)

// checked is a program that the policy's checks name, and what it finds at the
// path; without findings it accepts it.
type checked struct {
	Check    string         `json:"check"`
	Source   string         `json:"source"`
	Findings []checkFinding `json:"findings"`
	Blind    []string       `json:"cannot_see"`
}

type checkFinding struct {
	Weight string `json:"weight"` // refused, cannot tell, or risk
	Code   string `json:"code,omitempty"`
	Status int    `json:"status,omitempty"` // of the HTTP answer
	At     string `json:"at"`
	Reason string `json:"reason"`
}

func checksOf(all []reconcile.Checked) []checked {
	out := make([]checked, len(all))
	for i, c := range all {
		out[i] = checked{Check: c.Check.Name, Source: c.Check.Source, Findings: []checkFinding{}, Blind: access.Blind()}
		if consumer, ok := access.ByName(c.Check.Name); ok {
			out[i].Blind = slices.Concat(consumer.Blind(), out[i].Blind)
		}
		for _, f := range c.Findings {
			out[i].Findings = append(out[i].Findings, checkFinding{f.Weight.String(), f.Code, f.Status, f.Path, f.Reason})
		}
	}
	return out
}

func (a *app) writeChecked(when string, all []checked) {
	if len(all) > 0 {
		fmt.Fprintf(a.out, "\nChecks%s\n", when)
	}
	for _, c := range all {
		if len(c.Findings) == 0 {
			fmt.Fprintf(a.out, "  %s accepts this   %s\n", plan.Quote(c.Check), plan.Quote(c.Source))
		}
		for _, f := range c.Findings {
			what := f.Weight
			if f.Code != "" {
				what += " (" + f.Code + ")"
			}
			fmt.Fprintf(a.out, "! %s %s   %s: %s   %s\n", plan.Quote(c.Check), plan.Printable(what),
				plan.Quote(f.At), plan.Printable(f.Reason), plan.Quote(c.Source))
		}
	}
}
