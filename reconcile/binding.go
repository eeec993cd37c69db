package reconcile

import (
	"slices"

	"rightful/plan"
	"rightful/spec"
)

// binding is a profile made ready for one account: names are numbers, patterns
// are compiled.
type binding struct {
	account   *account
	owner     *idWant // profile defaults
	group     *idWant
	take      []uint32
	keep      []plan.Mode
	create    bool // create_home
	lines     []line
	matcher   *matcher
	homeWants *wants
	// children are the numbers of the layout lines that create something, by
	// the directory they stand in.
	children map[string][]int
	expects  *expectations
	checks   []check
	noACLs   bool // the home's filesystem keeps none
}

// line is a line of policy with its names resolved.
type line struct {
	spec.Line
	owner attribute[idWant]
	group attribute[idWant]
	file  attribute[modeWant]
	dir   attribute[modeWant]
	acl   attribute[aclWant]
}

// bind resolves everything that a's profile says. Its error is a
// *spec.BindError where only this account is at fault.
func (r *run) bind(a *account) (*binding, error) {
	bound, err := r.Policy.Bind(a.profile, a.spec, r.Day)
	if err != nil {
		return nil, err
	}
	names := resolver{r.Users, a.spec, &r.wanted}
	b := &binding{account: a, create: bound.CreateHome, lines: make([]line, len(bound.Lines))}
	if b.owner, err = names.users(bound.Owner); err != nil {
		return nil, err
	}
	if b.group, err = names.groups(bound.Group); err != nil {
		return nil, err
	}
	take, err := names.users(bound.TakeFrom)
	if err != nil {
		return nil, err
	}
	if take != nil {
		b.take = take.ids
	}
	for _, k := range bound.Keep {
		b.keep = append(b.keep, plan.Mode(k.Mode))
	}
	for i := range bound.Lines {
		if b.lines[i], err = names.line(bound.Lines[i]); err != nil {
			return nil, err
		}
	}
	if b.expects, err = r.expect(a, bound); err != nil {
		return nil, err
	}
	if b.checks, err = r.checksOf(a, bound); err != nil {
		return nil, err
	}
	return b, b.compile()
}

// compile gives the matcher all patterns but the home's own: rules never match
// the home, so its lines are known now.
func (b *binding) compile() error {
	patterns := make([][]string, len(b.lines))
	var home []int
	for i, l := range b.lines {
		if l.Kind == spec.KindLayout && l.Path == "." {
			home = append(home, i)
			continue
		}
		patterns[i] = l.Match
	}
	// Expectations and checks are matched beside the lines, with the numbers
	// after theirs.
	beside := make([][]string, 0, len(b.expects.list)+len(b.checks))
	for _, e := range b.expects.list {
		beside = append(beside, e.match)
	}
	for _, c := range b.checks {
		beside = append(beside, c.match)
	}
	for i, match := range beside {
		if slices.Contains(match, ".") {
			home = append(home, len(b.lines)+i)
		}
		patterns = append(patterns, match)
	}
	b.homeWants = b.combine(home)
	b.indexLayout()
	var err error
	b.matcher, err = newMatcher(patterns, b.combine)
	return err
}
