package spec

import (
	"errors"
	"fmt"
	"slices"
)

// Account is what variables resolve to for one account.
type Account struct {
	Name  string
	Group string
	Home  string // absolute, as the policy or the user database has it
	UID   uint32
	GID   uint32
	Vars  map[string]Value // its source's, then its own
}

// Bound is a profile with the variables of one account filled in.
type Bound struct {
	Owner      *Names // default for every entry that a line manages; nil: none
	Group      *Names
	TakeFrom   *Names
	CreateHome bool
	// Lines are in order of precedence, the weakest first: rules, layout,
	// exceptions. Patterns and paths are final. Layout lines that a list
	// variable multiplied stand one after the other.
	Lines []Line
	Keep  []Keep
	// Access and Checks have their identities filled in. Within one Bound the
	// same identity is the same pointer.
	Access     []Expectation
	AccessNone bool // the profile says that it expects nothing
	Checks     []Check
}

// Bind fills in the variables of one account. A *[BindError] is a problem of
// that account alone. day decides which exceptions still hold.
func (p *Policy) Bind(profile string, a Account, day Day) (*Bound, error) {
	prof := p.Profiles[profile]
	if prof == nil {
		return nil, fmt.Errorf("no profile %s in the policy", show(profile))
	}
	b := newBinder(p.Vars, p.Identities, a)
	bound := &Bound{
		Owner:      b.names(b.scope, prof.Owner),
		Group:      b.names(b.scope, prof.Group),
		TakeFrom:   b.names(b.scope, prof.TakeFrom),
		CreateHome: prof.CreateHome,
		Keep:       prof.Keep,
		Access:     b.access(prof.Access),
		AccessNone: prof.AccessNone,
		Checks:     b.checks(prof.Checks),
	}
	b.rules(prof.Rules, KindRule)
	b.layout(prof.Layout)
	for _, e := range p.Exceptions {
		if e.Account == a.Name && !day.After(e.Until) {
			b.rules(e.Rules, KindException)
		}
	}
	for _, e := range p.Exceptions {
		if e.Account == a.Name && day.After(e.Until) {
			b.rules(e.Rules, KindExpired)
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	bound.Lines = b.lines
	return bound, nil
}

// binder keeps the first error; what follows it does not matter any more.
type binder struct {
	scope scope
	lines []Line
	err   *BindError

	written map[string]*Identity
	bound   map[string]*Identity // those that were asked for
}

func newBinder(vars map[string]Value, identities map[string]*Identity, a Account) *binder {
	return &binder{scope: newScope(vars, a), written: identities, bound: map[string]*Identity{}}
}

func (b *binder) fail(pos Pos, err error) {
	if b.err == nil {
		b.err = &BindError{pos, err.Error()}
	}
}

// expand is scope.expand for text that Parse has accepted.
func (b *binder) expand(s scope, pos Pos, text string, quote func(string) (string, error)) []expansion {
	t, err := parseTemplate(text)
	if err != nil {
		b.fail(pos, err)
		return nil
	}
	all, err := s.expand(t, quote)
	if err != nil {
		b.fail(pos, err)
	}
	return all
}

func (b *binder) names(s scope, names *Names) *Names {
	if names == nil || names.Any {
		return names
	}
	bound := &Names{Pos: names.Pos}
	for _, name := range names.Allowed {
		for _, n := range b.name(s, names.Pos, name) {
			if !slices.Contains(bound.Allowed, n) {
				bound.Allowed = append(bound.Allowed, n)
			}
		}
	}
	if len(bound.Allowed) == 0 {
		b.fail(names.Pos, errors.New("its variables are empty lists for this account, so that no name is left"))
	}
	return bound
}

func (b *binder) name(s scope, pos Pos, name Name) []Name {
	if name.Numeric {
		return []Name{name}
	}
	var all []Name
	for _, e := range b.expand(s, pos, name.Text, literal) {
		if err := checkName(e.text); err != nil {
			b.fail(pos, err)
		}
		all = append(all, Name{Text: e.text})
	}
	return all
}

func (b *binder) rules(rules []Line, kind Kind) {
	for _, l := range rules {
		l.Kind = kind
		l.Match = b.patterns(l.Pos, l.Match, checkPattern)
		l.Owner = b.names(b.scope, l.Owner)
		l.Group = b.names(b.scope, l.Group)
		l.ACL = b.acl(b.scope, l.ACL)
		if len(l.Match) > 0 {
			b.lines = append(b.lines, l)
		}
	}
}

func (b *binder) patterns(pos Pos, match []string, check func(string) error) []string {
	var patterns []string
	for _, m := range match {
		for _, e := range b.expand(b.scope, pos, m, patternValue) {
			pattern := dropDots(e.text)
			if err := check(pattern); err != nil {
				b.fail(pos, err)
			}
			if !slices.Contains(patterns, pattern) {
				patterns = append(patterns, pattern)
			}
		}
	}
	return patterns
}

// layout appends one line for each path. Lines of one policy path stand
// together; where two policy paths come out as one, the later is laid over the
// earlier.
func (b *binder) layout(layout []Line) {
	at := map[string]int{}
	for _, l := range layout {
		for _, e := range b.expand(b.scope, l.Pos, l.Match[0], pathValue) {
			line := b.place(l, e)
			if i, ok := at[line.Path]; ok {
				b.lines[i] = overlayBound(b.lines[i], line)
				continue
			}
			at[line.Path] = len(b.lines)
			b.lines = append(b.lines, line)
		}
	}
	for _, l := range b.lines {
		if l.Kind != KindLayout {
			continue
		}
		if err := checkLayout(l); err != nil {
			b.fail(l.Pos, err)
		}
	}
}

// place is the layout line l at one path. What else it says is seen from there:
// a list variable of the path is a scalar in it.
func (b *binder) place(l Line, e expansion) Line {
	l.Path = dropDots(e.text)
	if err := checkRelative(l.Path); err != nil {
		b.fail(l.Pos, err)
	}
	l.Match = []string{escape(l.Path)}
	l.Owner = b.names(e.scope, l.Owner)
	l.Group = b.names(e.scope, l.Group)
	l.ACL = b.acl(e.scope, l.ACL)
	if l.Target != "" {
		l.Target = b.target(e.scope, l)
	}
	return l
}

func (b *binder) target(s scope, l Line) string {
	t, err := parseTemplate(l.Target)
	if err != nil {
		b.fail(l.TargetPos, err)
		return ""
	}
	target, err := s.fill(t, literal)
	if err == nil {
		err = checkTarget(l.Path, target)
	}
	if err != nil {
		b.fail(l.TargetPos, fmt.Errorf("target: %w", err))
	}
	return target
}

// overlayBound differs from overlay in that either line may ask for the path to
// be created.
func overlayBound(below, above Line) Line {
	l := overlay(below, above)
	l.NoCreate = below.NoCreate && above.NoCreate
	return l
}
