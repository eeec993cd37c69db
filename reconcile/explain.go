package reconcile

import (
	"path"
	"strings"

	"rightful/internal/access"
	"rightful/plan"
)

// Question is what [Explain] is asked.
type Question struct {
	Path string      // absolute, clean, below the root
	Tree access.Tree // how things are, or will be after a plan
	// As is who wants to get there: an identity of the policy, or a user of the
	// host. Empty asks for nobody.
	As   string
	Want access.Want
}

// Explanation is what policy and permissions have to say of one path.
type Explanation struct {
	Path  string // relative to the home, where there is an account
	State *plan.State
	// Account is whose home the path is in; empty where it is in none that the
	// policy selects, and then only Reach is answered.
	Account string
	Profile string
	Source  string // what selects the account, file:line
	Held    []plan.Held
	// Unmanaged is why nobody looks at the path, empty where somebody does.
	Unmanaged string
	Says      []Said
	// Verdict is what plan would do about the path as it is now; empty where
	// nothing stands there.
	Verdict  string
	Expected []Expected
	Checks   []Checked
	Reach    *Reached // of As
}

// Said is one thing that a line of policy wants of the path.
type Said struct {
	Attribute plan.Attribute
	Want      string
	Line      string // file:line
}

// Explain says which lines of the policy decide about a path, what they want of
// it and expect there, and how far somebody gets on the way to it. Without a
// policy in the options it answers the last of these.
func Explain(o Options, q Question) (*Explanation, error) {
	r := &run{Options: o, identities: map[string]access.Identity{}}
	q.Tree = remember(q.Tree)
	e := &Explanation{Path: q.Path}
	if have, err := q.Tree(q.Path); err == nil {
		e.State = &have
	}
	a, err := r.explainAccount(e, &q)
	if err != nil || q.As == "" {
		return e, err
	}
	ids, err := r.named(a, q.As)
	if err != nil {
		return nil, err
	}
	reach := q.reach(q.As, ids, q.Want)
	e.Reach = &reach
	return e, nil
}

func (r *run) explainAccount(e *Explanation, q *Question) (*account, error) {
	if r.Policy == nil {
		return nil, nil
	}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	a := r.inventory.holding(q.Path)
	if a == nil {
		return nil, nil
	}
	e.Account, e.Profile, e.Source, e.Held = a.spec.Name, a.profile, a.pos.String(), a.held
	if e.Path = strings.TrimPrefix(strings.TrimPrefix(q.Path, a.spec.Home), "/"); e.Path == "" {
		e.Path = "."
	}
	if len(a.held) > 0 {
		return a, nil
	}
	b, err := r.bind(a)
	if err != nil {
		return nil, err
	}
	b.explain(e, e.State)
	if e.State != nil {
		e.Expected = b.expected(q, e.Path, e.State)
	}
	e.Checks, err = b.checked(q, e)
	return a, err
}

// remember looks at each path once.
func remember(tree access.Tree) access.Tree {
	type answer struct {
		state plan.State
		err   error
	}
	known := map[string]answer{}
	return func(p string) (plan.State, error) {
		a, ok := known[p]
		if !ok {
			a.state, a.err = tree(p)
			known[p] = a
		}
		return a.state, a.err
	}
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
	if w.acl != nil && kind != plan.Symlink {
		all = append(all, Said{plan.AttrACL, w.acl.text(), w.acl.line})
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
