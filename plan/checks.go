package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Check is one line of a profile's checks: a program, and what it would refuse,
// by the account as it is and as the plan will leave it.
type Check struct {
	Name   string // apache, sshd ...
	Match  string // what it serves or runs; empty where it is asked once an account
	Source string // file:line

	Matched                  int64 // entries, or the account
	RefusedNow, RefusedAfter int64 // of those
	DoubtNow, DoubtAfter     int64 // not refused, as far as can be told
	Broken                   int64 // accepted now; after, refused or in doubt
	// Findings are the reasons, the weightiest first, at most [MaxFindings], and
	// MoreFindings those that there was no room for. In a [Trailer] they are of
	// all accounts, and not in the file: they are made of the accounts'.
	Findings     []Finding
	MoreFindings int64

	// How many accounts those are in; only in a [Trailer].
	Accounts, AccountsRefusedNow, AccountsRefusedAfter, AccountsBroken int64
}

// Passed reports whether the program will surely accept everything.
func (c *Check) Passed() bool { return c.RefusedAfter+c.DoubtAfter == 0 }

// Expectations are those of an account with its checks among them: that each
// program accepts what it is asked about. These have no causes.
func Expectations(access []Access, checks []Check) []Access {
	all := slices.Clone(access)
	for i := range checks {
		c := &checks[i]
		all = append(all, Access{
			Identity: c.Name, Expect: "accepts", Match: c.Match, Source: c.Source, Matched: c.Matched,
			DeniedNow: c.RefusedNow + c.DoubtNow, DeniedAfter: c.RefusedAfter + c.DoubtAfter, Broken: c.Broken,
		})
	}
	return all
}

// Finding is one reason, and how much hangs on it.
type Finding struct {
	Weight string // refused, cannot tell, or risk: accepted, and should not be
	Code   string // the program's own: AH00035, suEXEC 116; often it has none
	Status int64  // of the HTTP answer, where there is one
	Reason string // a sentence without its stop
	// Path is where the reason lies, absolute: a directory above, a .htaccess.
	// It is empty where it is the judged entries themselves; then Examples are
	// the first of them.
	Path     string
	Examples []string

	Now, After int64 // how many are judged so
	Broken     int64 // of those after, how many are accepted now
	Accounts   int64 // only in a [Trailer]
}

// What a plan names of a check's findings is bounded: paths are the customer's.
const (
	MaxFindings = 12
	MaxExamples = 3
)

// RankFindings puts the weightiest first and cuts what there is no room for.
func RankFindings(all []Finding, most int) (kept []Finding, more int64) {
	slices.SortFunc(all, compareFindings)
	kept = all[:min(len(all), most)]
	return kept, int64(len(all) - len(kept))
}

func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Broken, a.Broken), cmp.Compare(max(b.Now, b.After), max(a.Now, a.After)), cmp.Compare(b.After, a.After),
		a.kind().compare(b.kind()),
	)
}

// findingKind tells one reason from another.
type findingKind struct {
	path, weight, code, reason string
	status                     int64
}

func (f *Finding) kind() findingKind {
	return findingKind{f.Path, f.Weight, f.Code, f.Reason, f.Status}
}

func (k findingKind) compare(o findingKind) int {
	return cmp.Or(
		strings.Compare(k.path, o.path), strings.Compare(k.code, o.code), strings.Compare(k.weight, o.weight),
		strings.Compare(k.reason, o.reason), cmp.Compare(k.status, o.status),
	)
}

// check refuses what no planner would write.
func (c *Check) check(a *Account) error {
	most := max(c.RefusedNow+c.DoubtNow, c.RefusedAfter+c.DoubtAfter)
	switch {
	case c.Name == "" || c.Source == "":
		return fmt.Errorf("check %s: without name or line", Quote(c.Name))
	case max(c.Matched, c.MoreFindings) > maxCount || most > c.Matched || c.Broken > min(a.AccessBroken, c.RefusedAfter+c.DoubtAfter):
		return fmt.Errorf("check %s: counts that cannot be", Quote(c.Name))
	case len(c.Findings) > MaxFindings || !inOrder(c.Findings):
		return fmt.Errorf("check %s: too many findings, or not in order", Quote(c.Name))
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Reason == "" || max(f.Now, f.After) > c.Matched || f.Broken > f.After || len(f.Examples) > MaxExamples {
			return fmt.Errorf("check %s: a finding that cannot be", Quote(c.Name))
		}
	}
	return nil
}

func inOrder(f []Finding) bool {
	for i := 1; i < len(f); i++ {
		if compareFindings(f[i-1], f[i]) >= 0 {
			return false
		}
	}
	return true
}

// whatRefuses names, for each check that the plan breaks, the reason that most
// hangs on.
func whatRefuses(checks []Check) []string {
	var lines []string
	for i := range checks {
		c := &checks[i]
		if c.Broken == 0 {
			continue
		}
		line := fmt.Sprintf("%s (%s) would no longer accept %s", Quote(c.Name), Quote(c.Source), count(c.Broken, c.noun()))
		if len(c.Findings) > 0 {
			f := &c.Findings[0]
			line += ", as at " + f.place() + ": " + Printable(f.Reason)
		}
		lines = append(lines, line)
	}
	return lines
}

// place is the path, or the first of the entries themselves.
func (f *Finding) place() string {
	switch {
	case f.Path != "":
		return Quote(f.Path)
	case len(f.Examples) > 0:
		return Quote(f.Examples[0])
	}
	return "a path that is too long to be named"
}

// wire is the form of an account's line; a trailer's has no findings.
func (c *Check) wire(w *codec) {
	w.literal("{")
	c.wireCounts(w)
	items(w, "findings", &c.Findings, (*Finding).wire)
	num(w, "more_findings", &c.MoreFindings)
	w.literal("}")
}

func (c *Check) wireCounts(w *codec) {
	w.text("check", &c.Name)
	w.text("match", &c.Match)
	w.text("source", &c.Source)
	num(w, "matched", &c.Matched)
	num(w, "refused_now", &c.RefusedNow)
	num(w, "refused_after", &c.RefusedAfter)
	num(w, "doubt_now", &c.DoubtNow)
	num(w, "doubt_after", &c.DoubtAfter)
	num(w, "broken", &c.Broken)
}

// wireSum is the trailer's form, which is only written.
func (c *Check) wireSum(w *codec) {
	w.literal("{")
	c.wireCounts(w)
	num(w, "accounts", &c.Accounts)
	num(w, "accounts_refused_now", &c.AccountsRefusedNow)
	num(w, "accounts_refused_after", &c.AccountsRefusedAfter)
	num(w, "accounts_broken", &c.AccountsBroken)
	w.literal("}")
}

func (f *Finding) wire(w *codec) {
	w.literal("{")
	w.text("weight", &f.Weight)
	w.text("code", &f.Code)
	num(w, "status", &f.Status)
	w.text("reason", &f.Reason)
	w.text("path", &f.Path)
	items(w, "examples", &f.Examples, textItem)
	num(w, "now", &f.Now)
	num(w, "after", &f.After)
	num(w, "broken", &f.Broken)
	w.literal("}")
}
