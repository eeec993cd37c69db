package plan

import "iter"

// divergence is what a change of policy does at one place.
type divergence struct {
	pair
	kind divergenceKind
}

type divergenceKind uint8

const (
	same      divergenceKind = iota
	ofAccount                // no difference yet, but the account of those to come
	appears                  // only the new policy makes the step
	vanishes                 // only the old one does
	changes                  // both make one, and not the same
	meanwhile                // the entry was not the same in both walks
)

func (p pair) kind() divergenceKind {
	switch {
	case p.old.Block == nil && p.new.Block == nil:
		return ofAccount
	case p.old.Account == nil:
		return appears
	case p.new.Account == nil:
		return vanishes
	case p.old.Change.Before != p.new.Change.Before:
		return meanwhile
	case sameWork(p.old.Change, p.new.Change):
		return same
	}
	return changes
}

// sameWork leaves out which lines of policy want a change: a comment moves those.
func sameWork(a, b *Change) bool {
	return a.Action == b.Action && a.Before == b.Before && a.After == b.After &&
		a.Classes == b.Classes && a.OneWay == b.OneWay && contentSum(a) == contentSum(b)
}

func contentSum(c *Change) string {
	if c.Content == nil {
		return ""
	}
	return c.Content.SHA256
}

// side is the step that a difference is counted by, risk and names: the one that
// would be made now, or the one that no longer is.
func (d *divergence) side() *Step {
	if d.kind == vanishes {
		return &d.old
	}
	return &d.new
}

// divergences streams the accounts, each followed by the steps that differ. An
// account that was not walked as a whole has none: nothing is known of what the
// policy would do there.
func (c *Comparison) divergences() iter.Seq2[divergence, error] {
	return func(yield func(divergence, error) bool) {
		unknown := false
		for p, err := range paired(c.Old, c.New) {
			if err != nil {
				yield(divergence{}, err)
				return
			}
			kind := p.kind()
			if kind == ofAccount {
				unknown = p.unwalked()
			} else if kind == same || unknown {
				continue
			}
			if !yield(divergence{p, kind}, nil) {
				return
			}
		}
	}
}

// unwalked reports whether one of two policies could not say what it would do in
// an account that both have.
func (p pair) unwalked() bool {
	if p.old.Account == nil || p.new.Account == nil {
		return false
	}
	return !p.old.Account.walked() || !p.new.Account.walked()
}

// walked reports whether the account's steps are in the plan: those of an
// account that is held by a limit alone still are.
func (a *Account) walked() bool {
	for _, h := range a.Held {
		if !h.byLimit() {
			return false
		}
	}
	return true
}

// attributes are what two changes of one entry do otherwise.
func (d *divergence) attributes() []Attribute {
	old, new := d.old.Change, d.new.Change
	if old.Action != new.Action || old.After.Type != new.After.Type {
		return []Attribute{AttrEntry}
	}
	was, is := &old.After, &new.After
	var all []Attribute
	for _, a := range []struct {
		name    Attribute
		differs bool
	}{
		{AttrEntry, contentSum(old) != contentSum(new)},
		{AttrOwner, was.UID != is.UID || old.Classes&Take != new.Classes&Take || old.OneWay != new.OneWay},
		{AttrGroup, was.GID != is.GID},
		{AttrMode, was.Mode != is.Mode},
		{AttrTarget, was.Target != is.Target},
		{AttrACL, was.Access != is.Access || was.Default != is.Default},
	} {
		if a.differs {
			all = append(all, a.name)
		}
	}
	return all
}

// heldOtherwise reports whether an account is held for other reasons, or by one
// policy only.
func (p pair) heldOtherwise() bool {
	old, new := p.held()
	if len(old) != len(new) {
		return true
	}
	for i := range old {
		if old[i].Reason != new[i].Reason {
			return true
		}
	}
	return false
}

func (p pair) held() (old, new []Held) {
	if p.old.Account != nil {
		old = p.old.Account.Held
	}
	if p.new.Account != nil {
		new = p.new.Account.Held
	}
	return old, new
}

// breaks reports whether the new policy would break more access in an account.
func (p pair) breaks() bool {
	return p.new.Account != nil && p.new.Account.AccessBroken > 0 &&
		(p.old.Account == nil || p.new.Account.AccessBroken > p.old.Account.AccessBroken)
}
