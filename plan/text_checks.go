package plan

import (
	"cmp"
	"slices"
	"strings"
)

// What is shown of checks without -full: as many lines as of access, and of each
// the reasons that most hangs on.
const maxShownFindings = 3

// checks writes what programs would refuse, now and after, and why.
func (t *text) checks() {
	if len(t.p.Trailer.Checks) > 0 {
		t.checkTable(t.p.Trailer.Checks)
	}
	if t.o.Full && len(t.p.Header.CannotSee) > 0 {
		t.line("")
		t.line("Not seen, and decides too:")
		for _, what := range t.p.Header.CannotSee {
			t.line("  %s", Printable(what))
		}
	}
}

func (t *text) checkTable(all []Check) {
	shown, rest := t.worstChecks(all)
	rows := [][]string{{"Checks", "now", "after"}}
	for i := range shown {
		c := &shown[i]
		title, now, after := c.Text()
		rows = append(rows, []string{"  " + title, now, after, Quote(c.Source)})
	}
	laid := columns(rows, accessColumns())
	t.title("%s", laid[0])
	for i := range shown {
		t.line("%s", laid[i+1])
		t.findings(&shown[i])
	}
	if rest > 0 {
		t.line("  ... %s more   %s", comma(int64(rest)), t.hint("-full"))
	}
}

// Text is the program, with what it is asked about, and what it says now and
// after the plan. What matched nothing has no after.
func (c *Check) Text() (title, now, after string) {
	now, after = c.verdicts()
	if c.Broken > 0 {
		after += ", BROKEN for " + count(c.Broken, c.noun())
	}
	return c.title(), now, after
}

// refusing is how many programs will not accept everything.
func (t *text) refusing() (n int64) {
	for i := range t.p.Trailer.Checks {
		if !t.p.Trailer.Checks[i].Passed() {
			n++
		}
	}
	return n
}

// worstChecks is what there is room for and how many others there are.
func (t *text) worstChecks(all []Check) ([]Check, int) {
	if len(all) <= maxAccess || t.o.Full {
		return all, 0
	}
	shown := slices.Clone(all)
	slices.SortStableFunc(shown, func(x, y Check) int {
		return cmp.Or(cmp.Compare(min(y.Broken, 1), min(x.Broken, 1)), cmp.Compare(min(y.RefusedAfter, 1), min(x.RefusedAfter, 1)))
	})
	return shown[:maxAccess], len(all) - maxAccess
}

// title is the check and what it is asked about.
func (c *Check) title() string {
	if c.Match == "" {
		return Quote(c.Name)
	}
	return Quote(c.Name) + "  " + quotePattern(c.Match)
}

// verdicts say how much is refused now, and after.
func (c *Check) verdicts() (now, after string) {
	if c.Matched == 0 {
		return "matched nothing", ""
	}
	return c.verdict(c.AccountsRefusedNow, c.RefusedNow, c.DoubtNow), c.verdict(c.AccountsRefusedAfter, c.RefusedAfter, c.DoubtAfter)
}

// verdict says how many a program refuses.
func (c *Check) verdict(accounts, refused, doubt int64) string {
	var parts []string
	if refused > 0 && c.Match != "" {
		parts = append(parts, count(accounts, "account"))
	}
	if refused > 0 {
		parts = append(parts, count(refused, c.noun())+" refused")
	}
	if doubt > 0 {
		parts = append(parts, comma(doubt)+" in doubt")
	}
	if parts == nil {
		return "accepted"
	}
	return strings.Join(parts, ", ")
}

// noun is what is judged.
func (c *Check) noun() string {
	if c.Match == "" {
		return "account"
	}
	return "entry"
}

func (t *text) findings(c *Check) {
	shown := c.Findings
	if !t.o.Full {
		shown = shown[:min(len(shown), maxShownFindings)]
	}
	for i := range shown {
		f := &shown[i]
		mark := " "
		if f.Broken > 0 {
			mark = t.paint('!')
		}
		t.line("    %s %s", mark, f.text(c.noun()))
	}
	if rest := int64(len(c.Findings)-len(shown)) + c.MoreFindings; rest > 0 {
		t.line("      ... %s%s", count(rest, "more reason"), t.more(len(shown) < len(c.Findings)))
	}
}

// more is where the rest can be read, if it can.
func (t *text) more(there bool) string {
	if !there {
		return ""
	}
	return "   " + t.hint("-full")
}

// text is "AH00529 /home/alice/.htaccess: the reason (1,204 entries now)".
func (f *Finding) text(noun string) string {
	s := quoteAll(f.Examples, MaxExamples)
	if f.Path != "" {
		s = Quote(f.Path)
	}
	if f.Code != "" {
		s = Printable(f.Code) + " " + s
	}
	if f.Weight != "refused" {
		s = Printable(f.Weight) + ": " + s
	}
	return s + ": " + Printable(f.Reason) + " (" + f.hangs(noun) + ")"
}

// hangs is how much does, now and after: other entries on a path, or themselves.
func (f *Finding) hangs(noun string) string {
	stops := ""
	if f.Path != "" && f.Weight == "refused" {
		stops = "stops "
	}
	switch {
	case f.Now == f.After:
		return stops + count(f.Now, noun)
	case f.After == 0:
		return stops + count(f.Now, noun) + " now, none after"
	}
	s := stops + count(f.After, noun) + " after, "
	if f.Now == 0 {
		return s + "none now"
	}
	return s + comma(f.Now) + " now"
}
