package reconcile

import (
	"errors"
	"path"
	"strings"

	"rightful/plan"
)

// Explanation is what the policy has to say of one path.
type Explanation struct {
	Account string
	Profile string
	Source  string // what selects the account, file:line
	Path    string // relative to the home
	Held    []plan.Held
	// Unmanaged is why nobody looks at the path, empty where somebody does.
	Unmanaged string
	Says      []Said
	// Verdict is what plan would do about the path as it is now; empty where
	// nothing stands there.
	Verdict string
}

// Said is one thing that a line of policy wants of the path.
type Said struct {
	Attribute plan.Attribute
	Want      string
	Line      string // file:line
}

// ErrNoAccount means that a path is in no account's home.
var ErrNoAccount = errors.New("in no account that the policy selects")

// Explain says which lines of the policy decide about the path abs, which is
// clean and absolute below the root, and what they want of it. Have is what
// stands there, nil if nothing does.
func Explain(o Options, abs string, have *plan.State) (*Explanation, error) {
	r := &run{Options: o}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	a := r.inventory.holding(abs)
	if a == nil {
		return nil, ErrNoAccount
	}
	e := &Explanation{
		Account: a.spec.Name, Profile: a.profile, Source: a.pos.String(), Held: a.held,
		Path: strings.TrimPrefix(strings.TrimPrefix(abs, a.spec.Home), "/"),
	}
	if e.Path == "" {
		e.Path = "."
	}
	if len(a.held) > 0 {
		return e, nil
	}
	b, err := r.bind(a)
	if err != nil {
		return nil, err
	}
	b.explain(e, have)
	return e, nil
}

// holding is the account whose home a path is in, the innermost.
func (inv *inventory) holding(abs string) *account {
	for dir := abs; ; dir = path.Dir(dir) {
		for _, a := range inv.accounts {
			if a.spec.Home == dir {
				return a
			}
		}
		if dir == "/" {
			return nil
		}
	}
}

func (b *binding) explain(e *Explanation, have *plan.State) {
	want := b.homeWants
	if e.Path != "." {
		want = b.matcher.at(e.Path).wants
		for dir := path.Dir(e.Path); dir != "."; dir = path.Dir(dir) {
			if b.matcher.at(dir).wants.unmanaged {
				e.Unmanaged = plan.Quote(dir) + " is not managed, with all below it"
			}
		}
	}
	switch {
	case want.unmanaged:
		e.Unmanaged = "manage: false"
	case !want.managed:
		e.Unmanaged = "no line matches it"
	case have != nil && !want.concerns(have.Type):
		e.Unmanaged = "rules say nothing of links"
	}
	if e.Unmanaged != "" {
		return
	}
	e.Says = b.says(want, have)
	if have != nil {
		e.Verdict = b.verdict(want, *have)
	}
}

// says spells out what is wanted, of a directory where nothing is there to say
// of what.
func (b *binding) says(w *wants, have *plan.State) []Said {
	var all []Said
	if w.path != nil {
		all = append(all, Said{plan.AttrEntry, wantedTypes(w.path), w.path.Pos.String()})
	}
	if w.owner != nil {
		all = append(all, Said{plan.AttrOwner, either(w.owner, b.account.user), w.owner.line})
	}
	if w.group != nil {
		all = append(all, Said{plan.AttrGroup, either(w.group, b.account.group), w.group.line})
	}
	kind := plan.Directory
	switch {
	case have != nil:
		kind = have.Type
	case w.path != nil:
		kind = typeOf(w.path.Types[0])
	case w.dir == nil:
		kind = plan.File
	}
	if mode := w.mode(kind); mode != nil {
		all = append(all, Said{plan.AttrMode, mode.text(), mode.line})
	}
	if w.path != nil && w.path.Target != "" {
		all = append(all, Said{plan.AttrTarget, plan.Quote(w.path.Target), w.path.TargetPos.String()})
	}
	return all
}

// text is the modes as the policy has them.
func (w *modeWant) text() string {
	words := make([]string, len(w.modes))
	for i, m := range w.modes {
		words[i] = m.String()
	}
	return strings.Join(words, " or ")
}

func (b *binding) verdict(w *wants, have plan.State) string {
	if w.expired != nil {
		return "left alone: the exception at " + w.expired.Pos.String() + " has expired"
	}
	found := b.compare(w, have)
	switch {
	case found.problem != nil:
		return "left alone: " + found.problem.Message
	case found.change == nil:
		return "as the policy wants it"
	case found.change.Action == plan.Remove:
		return "to be taken away"
	}
	return "to be changed: " + w.difference(b.account, have, found.change.After)
}
