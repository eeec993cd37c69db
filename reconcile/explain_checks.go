package reconcile

import (
	"rightful/internal/access"
	"rightful/plan"
)

// Checked is what one of the account's checks has to say of a path. Without
// findings, its program accepts it.
type Checked struct {
	Check    plan.Check // without counts
	Findings []access.Finding
}

// checked asks each program whose patterns match the path, and those that have
// files of their own to look for: of these, only what they find at the path.
func (b *binding) checked(q *Question, e *Explanation) (all []Checked, err error) {
	if len(b.checks) == 0 {
		return nil, nil
	}
	matched := b.homeWants.checks
	if e.Path != "." {
		matched = b.matcher.at(e.Path).wants.checks
	}
	self, err := b.account.run.accountIdentity(b.account)
	if err != nil {
		return nil, err
	}
	ask := func(c *check, path string) []access.Finding {
		question := c.question(b.account, self)
		question.Tree, question.Path = q.Tree, path
		return c.consumer.Check(&question)
	}
	for _, i := range matched {
		if c := &b.checks[i]; e.State != nil && c.speaks(e.State.Type) {
			all = append(all, Checked{c.report, ask(c, q.Path)})
		}
	}
	for i := range b.checks {
		c := &b.checks[i]
		if !c.once {
			continue
		}
		var here []access.Finding
		for _, f := range ask(c, "") {
			if f.Path == q.Path {
				here = append(here, f)
			}
		}
		if here != nil {
			all = append(all, Checked{c.report, here})
		}
	}
	return all, nil
}
