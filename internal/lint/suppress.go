package lint

import (
	"fmt"
	"slices"
	"strings"

	"rightful/spec"
)

// suppress leaves out what comments take back, and says which comments take back
// nothing.
func (c *checker) suppress() []Finding {
	kept := c.found
	for _, ignore := range c.policy.Ignores {
		complain := func(format string, args ...any) {
			kept = append(kept, newFinding(badSuppression, ignore.Pos, ignore.Pos, fmt.Sprintf(format, args...)))
		}
		if len(ignore.Rules) == 0 {
			complain("names no rule; write %s RF002 and why", suppressionWord)
		} else if ignore.Reason == "" {
			complain("has no reason, and so takes nothing back; say why %s is right here", strings.Join(ignore.Rules, ", "))
		}
		for _, id := range ignore.Rules {
			r, known := Lookup(id)
			switch {
			case !known:
				complain("%s: no such rule; rightful validate -explain list names them", id)
			case r.firm:
				complain("%s: no comment takes this back", id)
			case ignore.Reason == "":
			case !takeBack(&kept, ignore, r) && !r.waits:
				complain("%s: there is nothing to take back in line %d; take the comment out", id, ignore.Line)
			}
		}
	}
	return kept
}

// takeBack leaves out a rule's findings in the line that a comment speaks of, and
// reports whether there were any.
func takeBack(kept *[]Finding, ignore spec.Ignore, r Rule) bool {
	in := func(pos spec.Pos) bool { return pos.File == ignore.Pos.File && pos.Line == ignore.Line }
	before := len(*kept)
	*kept = slices.DeleteFunc(*kept, func(f Finding) bool { return f.Rule == r.ID && (in(f.Pos) || in(f.within)) })
	return len(*kept) < before
}
