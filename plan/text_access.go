package plan

import (
	"cmp"
	"slices"
	"strings"
)

// maxAccess is how many expectations are shown; where there are more, it is those
// that do not hold, and first those that the plan breaks.
const maxAccess = 12

// accessColumns are as wide as an expectation of two patterns, and its verdicts.
func accessColumns() []int { return []int{60, 40, 40} }

// access writes who can reach what, now and after.
func (t *text) access() {
	all := t.p.Trailer.Access
	if len(all) == 0 {
		return
	}
	shown, rest := t.worst(all)
	rows := [][]string{{"Access", "now", "after"}}
	for _, a := range shown {
		title, now, after := a.Text()
		rows = append(rows, []string{"  " + title, now, after, Quote(a.Source)})
	}
	t.line("")
	for i, laid := range columns(rows, accessColumns()) {
		t.line("%s", laid)
		if i > 0 {
			t.causes(&shown[i-1])
		}
	}
	if rest > 0 {
		t.line("  ... %s more   %s", comma(int64(rest)), t.hint("-full"))
	}
}

// Text is the expectation in words, and how it is kept now and after the plan.
// What matched nothing has no after.
func (a *Access) Text() (title, now, after string) {
	now, after = a.verdicts()
	if a.Broken > 0 {
		after += ", BROKEN for " + count(a.Broken, a.noun())
	}
	return a.title(), now, after
}

// worst is what there is room for and how many others there are.
func (t *text) worst(all []Access) ([]Access, int) {
	if len(all) <= maxAccess || t.o.Full {
		return all, 0
	}
	var shown []Access
	for _, a := range all {
		if a.DeniedNow+a.DeniedAfter+a.Broken > 0 || a.Matched == 0 {
			shown = append(shown, a)
		}
	}
	slices.SortStableFunc(shown, func(x, y Access) int { return cmp.Compare(min(y.Broken, 1), min(x.Broken, 1)) })
	shown = shown[:min(len(shown), maxAccess)]
	return shown, len(all) - len(shown)
}

// title is the expectation in words.
func (a *Access) title() string {
	return strings.TrimSuffix(Quote(a.Identity)+" "+Printable(a.Expect)+" "+quotePattern(a.Match), " ")
}

// verdicts say how it is kept now, and after.
func (a *Access) verdicts() (now, after string) {
	if a.Matched == 0 {
		return "matched nothing", ""
	}
	now, after = a.verdict(a.AccountsDeniedNow, a.DeniedNow), a.verdict(a.AccountsDeniedAfter, a.DeniedAfter)
	if a.Gained > 0 && a.DeniedAfter > 0 {
		after += ", " + count(a.Gained, a.noun()) + " gained"
	}
	return now, after
}

// verdict says in how many places an expectation does not hold.
func (a *Access) verdict(accounts, entries int64) string {
	if entries == 0 {
		return "kept"
	}
	end := " denied"
	if a.cannot() {
		end = " reachable"
	}
	if a.noun() == "account" {
		return count(accounts, "account") + end
	}
	return count(accounts, "account") + ", " + count(entries, a.noun()) + end
}

// noun is what the expectation judges.
func (a *Access) noun() string {
	directories := strings.Contains(a.Expect, "list") || strings.Contains(a.Expect, "search")
	files := strings.Contains(a.Expect, "read") || strings.Contains(a.Expect, "write") || strings.Contains(a.Expect, "execute")
	switch {
	case a.Expect == "accepts" && a.Match == "":
		return "account"
	case directories && files, a.Expect == "accepts":
		return "entry"
	case directories:
		return "directory"
	}
	return "file"
}

// quotePattern is [Quote] for a pattern, whose own signs are harmless.
func quotePattern(p string) string {
	bare := strings.NewReplacer("*", "", "?", "", "{", "", "}", "", ",", "", "[", "", "]", "").Replace(p)
	if bare == "" || Quote(bare) == bare {
		return p
	}
	return Quote(p)
}
