package plan

import (
	"fmt"
	"slices"
)

// Selection says which steps to approve. The values of one selector unite,
// different selectors intersect. A step has a class selector's if all its
// classes are named.
type Selection struct {
	All      bool
	Accounts []string // patterns
	Groups   []string // ids or prefixes of them
	Classes  Classes
	Steps    []string // ids or prefixes of them
	Paths    []string // patterns, relative to the home
	// Except takes away whatever any of its selectors matches; here a class
	// matches every step that has it, so that nothing stays in by also being
	// something else. It has no Except of its own and no All.
	Except *Selection
}

func (s *Selection) empty() bool {
	return !s.All && len(s.Accounts)+len(s.Groups)+len(s.Steps)+len(s.Paths) == 0 && s.Classes == 0
}

// SelectionError is a selection that selects nothing, or has a part that does.
type SelectionError struct {
	Selector string // all, account, group ...; "except-" before it in an exception
	Value    string
	Held     bool // it matches nothing but held accounts
}

func (e *SelectionError) Error() string {
	switch {
	case e.Selector == "":
		return "nothing is selected"
	case e.Held:
		return fmt.Sprintf("-%s %s: matches held accounts only", e.Selector, Quote(e.Value))
	}
	return fmt.Sprintf("-%s %s: matches no step of this plan", e.Selector, Quote(e.Value))
}

// resolved is a selection with whole IDs, as an approval keeps it.
type resolved struct {
	groups, steps []ID
}

// resolve finds the IDs that prefixes mean. It reads the plan only where steps
// are named one by one.
func (s *Selection) resolve(p *Plan) (resolved, error) {
	var r resolved
	var err error
	if len(s.Groups) > 0 {
		if r.groups, err = findAll(p.GroupPrefixes(), s.Groups); err != nil {
			return r, err
		}
	}
	if len(s.Steps) > 0 {
		steps, err := p.StepPrefixes()
		if err != nil {
			return r, err
		}
		if r.steps, err = findAll(steps, s.Steps); err != nil {
			return r, err
		}
	}
	return r, nil
}

func findAll(p *Prefixes, prefixes []string) ([]ID, error) {
	ids := make([]ID, len(prefixes))
	for i, prefix := range prefixes {
		id, err := p.Find(prefix)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// selector is a selection made ready. It counts what each of its parts matched
// while a plan is read; after that it is only read, by any number of goroutines.
type selector struct {
	of       *Selection
	prefix   string // for errors
	accounts []glob
	paths    []glob
	groups   map[ID]int // index into of.Groups, the first where it is named twice
	steps    map[ID]int
	ids      resolved
	matched  map[part]bool // false: in held accounts only
}

// part is one value of one selector.
type part struct {
	selector string
	index    int
}

func newSelector(s *Selection, r resolved, prefix string) (*selector, error) {
	if len(r.groups) != len(s.Groups) || len(r.steps) != len(s.Steps) {
		return nil, fmt.Errorf("selection: ids are missing")
	}
	c := &selector{of: s, prefix: prefix, groups: index(r.groups), steps: index(r.steps), ids: r, matched: make(map[part]bool)}
	var err error
	if c.accounts, err = newGlobs(s.Accounts); err != nil {
		return nil, err
	}
	c.paths, err = newGlobs(s.Paths)
	return c, err
}

func index(ids []ID) map[ID]int {
	m := make(map[ID]int, len(ids))
	for i, id := range slices.Backward(ids) {
		m[id] = i
	}
	return m
}

// account reports whether the account selectors have it.
func (c *selector) account(name string) bool { return matchAny(c.accounts, name) }

func matchAny(globs []glob, name string) bool {
	for _, g := range globs {
		if g.match(name) {
			return true
		}
	}
	return false
}

// all reports whether a step of an account that was let through is matched by
// every kind of selector.
func (c *selector) all(t Step) bool {
	if k := c.of.Classes; k != 0 && (t.Change.Classes == 0 || t.Change.Classes&^k != 0) {
		return false
	}
	if len(c.groups) > 0 && !has(c.groups, t.GroupID()) {
		return false
	}
	if len(c.steps) > 0 && !has(c.steps, t.ID()) {
		return false
	}
	return len(c.paths) == 0 || matchAny(c.paths, t.Path())
}

// any reports whether a step is matched by some selector, accounts aside.
func (c *selector) any(t Step) bool {
	return c.of.Classes&t.Change.Classes != 0 ||
		len(c.groups) > 0 && has(c.groups, t.GroupID()) ||
		len(c.steps) > 0 && has(c.steps, t.ID()) ||
		len(c.paths) > 0 && matchAny(c.paths, t.Path())
}

func has(ids map[ID]int, id ID) bool {
	_, ok := ids[id]
	return ok
}

// sawAccount notes which patterns the account's name matches.
func (c *selector) sawAccount(a *Account, held bool) {
	for i, g := range c.accounts {
		if a.Tally.Steps > 0 || held {
			c.saw("account", i, held, func() bool { return g.match(a.Name) })
		}
	}
}

// sawStep notes which values match a step, each by itself.
func (c *selector) sawStep(t Step, held bool) {
	for i := range classNames {
		if k := Classes(1) << i; c.of.Classes&k != 0 {
			c.saw("class", i, held, func() bool { return t.Change.Classes&k != 0 })
		}
	}
	for i, g := range c.paths {
		c.saw("path", i, held, func() bool { return g.match(t.Path()) })
	}
	if len(c.groups) > 0 {
		if i, ok := c.groups[t.GroupID()]; ok {
			c.saw("group", i, held, func() bool { return true })
		}
	}
	if len(c.steps) > 0 {
		if i, ok := c.steps[t.ID()]; ok {
			c.saw("step", i, held, func() bool { return true })
		}
	}
}

// saw asks only while the answer is open: after the first match of a million
// steps, none costs anything.
func (c *selector) saw(name string, i int, held bool, match func() bool) {
	p := part{name, i}
	if c.matched[p] {
		return
	}
	if _, inHeld := c.matched[p]; (!held || !inHeld) && match() {
		c.matched[p] = !held
	}
}

// idle is the first value that matched nothing.
func (c *selector) idle() error {
	for _, s := range c.values() {
		for i, value := range s.values {
			if value == "" {
				continue
			}
			if free, ok := c.matched[part{s.name, c.first(s.name, i)}]; !free {
				return &SelectionError{c.prefix + s.name, value, ok}
			}
		}
	}
	return nil
}

// first is the index under which an ID that is named twice was counted.
func (c *selector) first(selector string, i int) int {
	switch selector {
	case "group":
		return c.groups[c.ids.groups[i]]
	case "step":
		return c.steps[c.ids.steps[i]]
	}
	return i
}

type values struct {
	name   string
	values []string
}

func (c *selector) values() []values {
	classes := make([]string, len(classNames))
	for i, name := range classNames {
		if c.of.Classes&(1<<i) != 0 {
			classes[i] = name
		}
	}
	return []values{{"account", c.of.Accounts}, {"group", c.of.Groups}, {"class", classes}, {"step", c.of.Steps}, {"path", c.of.Paths}}
}
