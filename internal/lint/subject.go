package lint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rightful/spec"
)

// maxSubjects bounds the accounts of one profile that are looked at one by one.
const maxSubjects = 8

// subject is a profile with the variables of an account filled in. Of an account
// that only its source knows the name is a [variable].
type subject struct {
	profile *spec.Profile
	vars    map[string]spec.Value // the policy's, below those of the account
	account spec.Account
	places  []spec.Pos // the sources, or the listed accounts, that are like this
	bound   *spec.Bound
	lines   []line
	// decided is false where a pattern cannot be decided: nothing is said then of
	// what another line leaves over.
	decided bool
}

// line is a line of policy with the paths that it is about.
type line struct {
	*spec.Line
	paths   language // none for the home itself
	decided bool     // paths is all of them
	// sure is true for decided lines without a uid in their patterns, for which
	// the subject has some number.
	sure bool
}

// home reports whether a line is the home's own.
func (l *line) home() bool { return l.Kind == spec.KindLayout && l.Path == "." }

// bind makes a subject of every kind of account that the policy selects.
func (c *checker) bind() {
	followed := map[string][]*subject{}
	alike := map[string]*subject{}
	for _, source := range c.policy.Sources {
		for _, s := range c.accounts(source) {
			key := source.Profile + "\x00" + s.key()
			if first := alike[key]; first != nil {
				first.places = append(first.places, s.places...)
				continue
			}
			alike[key] = s
			followed[source.Profile] = append(followed[source.Profile], s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(followed)) {
		c.bindProfile(c.policy.Profiles[name], followed[name])
	}
	for _, name := range c.spare() {
		p := c.policy.Profiles[name]
		if s := c.newSubject(p, c.account("", nil)); s != nil {
			c.general, c.subjects = append(c.general, s), append(c.subjects, s)
		}
	}
}

// bindProfile binds the subjects of one profile, and what they have in common.
func (c *checker) bindProfile(p *spec.Profile, all []*subject) {
	var failed []failure
	bound := 0
	for _, s := range all {
		s.profile = p
		err := s.bind(c.policy, c.options.Day)
		switch {
		case err != nil:
			failed = addFailure(failed, err, s)
		case bound < maxSubjects:
			bound++
			c.subjects = append(c.subjects, s.compile())
		}
	}
	for _, f := range failed {
		c.unbound(p, f)
	}
	vars, ok := common(all)
	if ok {
		if s := c.newSubject(p, c.account("", vars)); s != nil {
			c.general = append(c.general, s)
			return
		}
	}
	for _, l := range profileLines(p) {
		c.unknown[l.Pos] = true
	}
}

func (c *checker) newSubject(p *spec.Profile, a spec.Account) *subject {
	s := &subject{profile: p, account: a}
	if s.bind(c.policy, c.options.Day) != nil {
		return nil
	}
	return s.compile()
}

// accounts are those of a source: any of a user database, and beside them those
// that have exceptions.
func (c *checker) accounts(source spec.Source) []*subject {
	if source.Kind == spec.SourceList {
		var all []*subject
		for _, l := range source.Listed {
			vars := maps.Clone(source.Vars)
			if vars == nil {
				vars = map[string]spec.Value{}
			}
			maps.Copy(vars, l.Vars)
			name := ""
			if slices.ContainsFunc(c.policy.Exceptions, func(e spec.Exception) bool { return e.Account == l.Name }) {
				name = l.Name
			}
			all = append(all, &subject{account: c.account(name, vars), places: []spec.Pos{l.Pos}})
		}
		return all
	}
	all := []*subject{{account: c.account("", source.Vars), places: []spec.Pos{source.Pos}}}
	for _, e := range c.policy.Exceptions {
		if !c.listed(e.Account) {
			all = append(all, &subject{account: c.account(e.Account, source.Vars), places: []spec.Pos{source.Pos}})
		}
	}
	return all
}

func (c *checker) listed(name string) bool {
	return slices.ContainsFunc(c.policy.Sources, func(s spec.Source) bool {
		return slices.ContainsFunc(s.Listed, func(l spec.Listed) bool { return l.Name == name })
	})
}

// account is one whose name is not known where name is empty.
func (c *checker) account(name string, vars map[string]spec.Value) spec.Account {
	if name == "" {
		name = placeholder(accountID)
	}
	return spec.Account{Name: name, Group: placeholder(groupID), Home: "/home/" + name, UID: anyID, GID: anyID, Vars: vars}
}

const anyID = 1<<32 - 2

// key is the same for accounts that cannot be told apart.
func (s *subject) key() string {
	key := s.account.Name
	for _, name := range slices.Sorted(maps.Keys(s.account.Vars)) {
		key += fmt.Sprintf("\x00%s=%t%q", name, s.account.Vars[name].List, s.account.Vars[name].Items)
	}
	return key
}

func sameValue(a, b spec.Value) bool { return a.List == b.List && slices.Equal(a.Items, b.Items) }

func (s *subject) bind(p *spec.Policy, day spec.Day) error {
	var err error
	s.vars = p.Vars
	s.bound, err = p.Bind(s.profile.Name, s.account, day)
	return err
}

func (s *subject) compile() *subject {
	s.decided = true
	numbered := map[spec.Pos]bool{}
	for _, l := range profileLines(s.profile) {
		text := strings.Join(l.Match, " ")
		numbered[l.Pos] = strings.Contains(text, "${uid}") || strings.Contains(text, "${gid}")
	}
	for i := range s.bound.Lines {
		l := line{Line: &s.bound.Lines[i], decided: true}
		if !l.home() {
			l.paths, l.decided = newLanguage(l.Match...)
		}
		l.sure = l.decided && !numbered[l.Pos]
		s.decided = s.decided && l.decided
		s.lines = append(s.lines, l)
	}
	return s
}

// common are the variables of all subjects: those that differ have values that
// are not known. There may be too many of these.
func common(all []*subject) (map[string]spec.Value, bool) {
	names := map[string]bool{}
	for _, s := range all {
		for name := range s.account.Vars {
			names[name] = true
		}
	}
	vars := map[string]spec.Value{}
	next := byte(groupID + 1)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		first := all[0].value(name)
		vars[name] = first
		if slices.ContainsFunc(all, func(s *subject) bool { return !sameValue(s.value(name), first) }) {
			if next == maxVariables {
				return nil, false
			}
			vars[name] = spec.Value{Items: []string{placeholder(next)}}
			next++
		}
	}
	return vars, true
}

// value is that of a variable; without items where it has none.
func (s *subject) value(name string) spec.Value {
	if v, ok := s.account.Vars[name]; ok {
		return v
	}
	return s.vars[name]
}

// spare are the profiles that no account follows and no such profile extends, so
// far as can be seen: none of their lines is in use.
func (c *checker) spare() []string {
	used := map[spec.Pos]bool{}
	followed := map[string]bool{}
	for _, source := range c.policy.Sources {
		followed[source.Profile] = true
		for _, l := range profileLines(c.policy.Profiles[source.Profile]) {
			used[l.Pos] = true
		}
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.policy.Profiles)) {
		lines := profileLines(c.policy.Profiles[name])
		if !followed[name] && !slices.ContainsFunc(lines, func(l *spec.Line) bool { return used[l.Pos] }) {
			names = append(names, name)
		}
	}
	return names
}

func profileLines(p *spec.Profile) []*spec.Line {
	var all []*spec.Line
	for i := range p.Rules {
		all = append(all, &p.Rules[i])
	}
	for i := range p.Layout {
		all = append(all, &p.Layout[i])
	}
	return all
}

// failure is what keeps some accounts from being bound.
type failure struct {
	err    spec.BindError
	places []spec.Pos
}

func addFailure(all []failure, err error, s *subject) []failure {
	var bind *spec.BindError
	if !errors.As(err, &bind) {
		return all
	}
	for i := range all {
		if all[i].err == *bind {
			all[i].places = append(all[i].places, s.places...)
			return all
		}
	}
	return append(all, failure{*bind, slices.Clone(s.places)})
}

// unbound reports accounts that the planner would refuse.
func (c *checker) unbound(p *spec.Profile, f failure) {
	rule := unfitVariable
	for _, l := range profileLines(p) {
		if l.Target != "" && l.TargetPos == f.err.Pos {
			rule = leavingTarget
		}
	}
	slices.SortFunc(f.places, comparePos)
	f.places = slices.Compact(f.places)
	who := f.places[0].String()
	if more := len(f.places) - 1; more > 0 {
		who += fmt.Sprintf(", and %d more,", more)
	}
	message := fmt.Sprintf("%s; the accounts of %s are refused", plainMessage(f.err.Message), who)
	c.found = append(c.found, newFinding(rule, f.err.Pos, f.err.Pos, message))
}

// plainMessage puts names for what is not known into a message that has quoted
// them.
func plainMessage(text string) string {
	for id, name := range []string{"${account}", "${group}"} {
		quoted := strconv.QuoteToASCII(placeholder(byte(id)))
		text = strings.ReplaceAll(text, quoted[1:len(quoted)-1], name)
		text = strings.ReplaceAll(text, placeholder(byte(id)), name)
	}
	return text
}
