package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rightful/plan"
	"rightful/spec"
)

// Severity says how bad a finding is; a larger one is worse.
type Severity int

const (
	_       Severity = iota
	Note             // could be better
	Warning          // is most likely not what is meant
	Error            // is wrong: nothing is planned with it
)

func (s Severity) String() string { return [...]string{"", "note", "warning", "error"}[s] }

// Finding is one place that a rule speaks of.
type Finding struct {
	Rule     string // RF001
	Severity Severity
	Pos      spec.Pos // its Line is 0 where the command line is meant
	Message  string   // printable, whatever the policy has in it

	// within is where the line of policy begins that Pos is a part of; a comment
	// there speaks of all of it.
	within spec.Pos
}

// Options are what a policy does not say.
type Options struct {
	Day spec.Day // today
	// Ceiling are the limits of the host, if Host is set.
	Ceiling []spec.Limit
	Host    bool
}

// Run returns what is to be said of a policy, in order of place.
//
// Accounts of a user database are not known, so that their names, uids and groups
// are taken for any; variables have the values that the policy gives them, for
// each source and each listed account. What a rule says of all accounts is found
// for up to 62 variables whose values differ; what it says of one, in up to 8
// different ones of each profile. Patterns that a bounded search cannot decide,
// and lines with ${uid} or ${gid} in their patterns, are passed over.
func Run(p *spec.Policy, o Options) []Finding {
	c := &checker{policy: p, options: o, conflicts: map[claim]bool{}, unknown: map[spec.Pos]bool{}, reported: map[place]bool{}}
	for _, err := range p.ExpiredExceptions(o.Day) {
		c.report(expired, err.Pos, "%s", err.Message)
	}
	c.bind()
	c.conflicting()
	c.dead()
	c.open()
	c.alone()
	c.expiring()
	c.unexpecting()
	c.limits()
	for _, s := range c.subjects {
		c.secrets(s)
		c.unsatisfiable(s)
		c.docroots(s)
	}
	return Sort(c.suppress())
}

// Invalid returns the findings for a policy that could not be read.
func Invalid(errs spec.Errors) []Finding {
	found := make([]Finding, len(errs))
	for i, err := range errs {
		found[i] = newFinding(invalid, err.Pos, err.Pos, err.Message)
	}
	return Sort(found)
}

// Sort puts findings in order of file, line, column and rule, and leaves out
// repetitions: a line that several profiles inherit is reported once.
func Sort(found []Finding) []Finding {
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(found, func(a, b Finding) bool {
		return a.Pos == b.Pos && a.Rule == b.Rule && a.Message == b.Message
	})
}

// checker is one policy that is being looked at.
type checker struct {
	policy    *spec.Policy
	options   Options
	general   []*subject        // one for each profile, true of all its accounts
	subjects  []*subject        // accounts as the policy knows them
	unknown   map[spec.Pos]bool // lines of which nothing is known in general
	conflicts map[claim]bool
	reported  map[place]bool
	found     []Finding
}

// place is where a rule has found something.
type place struct {
	rule string
	pos  spec.Pos
}

// report notes a finding of a rule at a place.
func (c *checker) report(rule string, pos spec.Pos, format string, args ...any) {
	c.reportIn(rule, pos, pos, format, args...)
}

// reportIn is report for a part of a line that begins at within. What several
// accounts or profiles show is said once.
func (c *checker) reportIn(rule string, pos, within spec.Pos, format string, args ...any) {
	if !c.reported[place{rule, pos}] {
		c.reported[place{rule, pos}] = true
		c.found = append(c.found, newFinding(rule, pos, within, fmt.Sprintf(format, args...)))
	}
}

func newFinding(rule string, pos, within spec.Pos, message string) Finding {
	r, _ := Lookup(rule)
	return Finding{rule, r.Severity, pos, plan.Printable(message), within}
}

// show is a path or a pattern as it may stand in a message, with the names of
// what is not known.
func show(text string) string {
	text = strings.NewReplacer(placeholder(accountID), "${account}", placeholder(groupID), "${group}").Replace(text)
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:./_-${}*?[]!^,") == "" {
		return text
	}
	return plan.Quote(text)
}
