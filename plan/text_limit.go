package plan

import (
	"fmt"
	"slices"
	"strings"
)

// limits writes the run's limits; accounts that are over theirs are held, and
// stand there.
func (t *text) limits() {
	if s := t.p.Trailer.Summary; s.Tally.Steps == 0 && s.Held == 0 {
		return // nothing was used
	}
	t.title("%-27s%7s%10s   rule", "Limits", "used", "allowed")
	rules := make([][]string, len(t.p.Trailer.Limits))
	for i, v := range t.p.Trailer.Limits {
		rules[i] = []string{fmt.Sprintf("%-28s", Printable(v.Rule())), Quote(v.Source()), ""}
		if v.Exceeded {
			rules[i][2] = "EXCEEDED"
		}
	}
	laid := columns(rules, []int{60, 40})
	for i, v := range t.p.Trailer.Limits {
		scope, name, _ := strings.Cut(v.Limit.Name, ".")
		allowed := comma(v.Allowed)
		if v.Allowed < 0 {
			allowed = "unlimited"
		}
		t.line("  %-25s%7s%10s   %s", Quote(scope)+"  "+Quote(name), comma(v.Used), allowed, laid[i])
	}
}

// over is the run's limits that the plan is over.
func over(limits []Verdict) []Verdict {
	return slices.DeleteFunc(slices.Clone(limits), func(v Verdict) bool { return !v.Exceeded })
}

func namesOf(limits []Verdict) []string {
	names := make([]string, len(limits))
	for i, v := range limits {
		names[i] = v.Limit.Name
	}
	return names
}
