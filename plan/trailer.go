package plan

import (
	"iter"
	"slices"
)

// Trailer is what a plan says after its last account: what was counted on the way.
type Trailer struct {
	Summary Summary
	Groups  []Group
	Limits  []Verdict // the run's; account limits that are exceeded are in Account.Held
	Access  []Access  // one for each line of policy, over all accounts
	Checks  []Check   // the same
}

// Summary counts what is in a plan. Steps of held accounts are not counted.
type Summary struct {
	Accounts        int64 // walked
	AccountsChanged int64
	Entries         int64
	Managed         int64
	Problems        map[ProblemKind]int64
	Held            int64
	Incomplete      int64 // accounts of which something could not be seen
	AccessBroken    int64
	Tally           Tally
}

// Group is steps of one account or many that make the same change for the same
// policy lines. Held accounts are not counted.
type Group struct {
	ID       ID
	Steps    int64
	Accounts int64
}

// groupsPerLine keeps the lines of many groups short.
const groupsPerLine = 1024

// lines are the trailer as the file has it: the groups, and a line with the
// rest. They are only ever written: a reader makes its own out of what it read
// and compares.
func (t *Trailer) lines() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for groups := range slices.Chunk(t.Groups, groupsPerLine) {
			var c codec
			c.literal("{")
			items(&c, "groups", &groups, (*Group).wire)
			c.literal("}\n")
			if !yield(c.out) {
				return
			}
		}
		var c codec
		t.wire(&c)
		c.literal("\n")
		yield(c.out)
	}
}

func (t *Trailer) wire(c *codec) {
	c.literal(`{"trailer":{`)
	c.must("summary")
	t.Summary.wire(c)
	items(c, "limits", &t.Limits, (*Verdict).wire)
	items(c, "access", &t.Access, (*Access).wire)
	items(c, "checks", &t.Checks, (*Check).wireSum)
	c.literal("}}")
}

func (g *Group) wire(c *codec) {
	c.literal("{")
	c.id("id", &g.ID)
	num(c, "steps", &g.Steps)
	num(c, "accounts", &g.Accounts)
	c.literal("}")
}

func (s *Summary) wire(c *codec) {
	c.literal("{")
	num(c, "accounts", &s.Accounts)
	num(c, "accounts_changed", &s.AccountsChanged)
	num(c, "entries", &s.Entries)
	num(c, "managed", &s.Managed)
	pairs(c, "problems", &s.Problems, textItem, digits)
	num(c, "held", &s.Held)
	num(c, "incomplete", &s.Incomplete)
	num(c, "access_broken", &s.AccessBroken)
	c.must("tally")
	s.Tally.wire(c)
	c.literal("}")
}

func (v *Verdict) wire(c *codec) {
	c.literal("{")
	c.text("name", &v.Limit.Name)
	num(c, "base", &v.Base)
	num(c, "used", &v.Used)
	c.must("allowed")
	c.signed(&v.Allowed)
	c.flag("exceeded", &v.Exceeded)
	c.literal("}")
}
