package plan

import (
	"fmt"
	"strings"
)

// shownCauses is how many lines an expectation's causes may take.
const shownCauses = 3

// causes writes why an expectation will not hold.
func (t *text) causes(a *Access) {
	shown := a.Causes[:min(len(a.Causes), t.most(shownCauses, len(a.Causes)))]
	for i := range shown {
		c := &shown[i]
		t.line("      %s: %s%s", count(c.Entries, a.noun()), c.reason(a, "is"), c.whose())
	}
	if rest := len(a.Causes) - len(shown); rest > 0 {
		t.line("      ... %s   %s", count(int64(rest), "more cause"), t.hint("-full"))
	}
}

// reason says what decides: "public_html/ is 0700 (other has ---), web needs
// search there".
func (c *Cause) reason(a *Access, is string) string {
	what := "mode"
	switch {
	case c.Own:
	case c.Path == "":
		what = "a directory on the way " + is
	default:
		what = Quote(strings.TrimSuffix(c.Path, "/")+"/") + " " + is
	}
	s := fmt.Sprintf("%s %v (%s)", what, c.Mode, Printable(c.By))
	if a.cannot() {
		return s
	}
	s += ", " + Quote(a.Identity) + map[bool]string{true: " need ", false: " needs "}[a.Identity == "others"] + Printable(c.Need)
	if !c.Own {
		s += " there"
	}
	return s
}

// whose names one of the entries, and the accounts.
func (c *Cause) whose() string {
	s := "   " + Quote(c.Account) + ": " + Quote(c.Example)
	if c.Accounts > 1 {
		s += ", and " + count(c.Accounts-1, "other account")
	}
	return s
}

func (a *Access) cannot() bool { return strings.HasPrefix(a.Expect, "cannot") }

// whatBreaks names the expectations and checks that would break, and why: nobody
// should have to guess what the plan would have done.
func whatBreaks(access []Access, checks []Check) string {
	var lines []string
	for i := range access {
		x := &access[i]
		if x.Broken == 0 {
			continue
		}
		line := fmt.Sprintf("%s (%s) would no longer hold for %s", x.title(), Quote(x.Source), count(x.Broken, x.noun()))
		if len(x.Causes) > 0 && x.Causes[0].Broken > 0 {
			c := &x.Causes[0]
			line += ", as " + Quote(c.Example) + ": " + c.reason(x, "would be")
		}
		lines = append(lines, line)
	}
	return strings.Join(append(lines, whatRefuses(checks)...), "; ")
}
