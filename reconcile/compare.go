package reconcile

import (
	"fmt"
	"slices"

	"rightful/plan"
)

// settled reports whether an entry is as its lines want it, or no line wants
// anything of it. It is asked for every entry of a host, so it looks at what
// one statx told, which has no ACL, and allocates nothing; what it does not
// settle, [binding.compare] decides on the pinned inode.
func (w *wants) settled(have *plan.State) bool {
	switch have.Type {
	case plan.Symlink:
		if w.path == nil {
			return true // rules say nothing of links
		}
		if w.path.Target != "" {
			return false // nobody has read the link yet
		}
	case plan.Directory:
		if w.acl != nil {
			return false
		}
	case plan.File:
		if w.acl != nil || have.Mode&(plan.Setuid|plan.Setgid) != 0 {
			return false
		}
	default:
		return false
	}
	return w.typeAllowed(have.Type) && w.owner.allows(have.UID) && w.group.allows(have.GID) &&
		w.mode(have.Type).apply(have.Mode, have.Type == plan.Directory) == have.Mode
}

// finding is what comparing one entry gives: a change, a problem, or neither.
type finding struct {
	change  *plan.Change
	oneWay  *plan.Change  // instead of change for a file that has capabilities: a chown clears them
	problem *plan.Problem // without account and path
}

func problem(kind plan.ProblemKind, format string, args ...any) finding {
	return finding{problem: &plan.Problem{Kind: kind, Message: fmt.Sprintf(format, args...)}}
}

// compare decides about one entry in full.
func (b *binding) compare(w *wants, have plan.State) finding {
	if w.removes(have.Type) {
		return b.removal(w, &have)
	}
	if found := w.misfit(&have); found.problem != nil {
		return found
	}
	after, rules, err := w.after(have)
	switch {
	case err != nil:
		return problem(plan.HasACL, "%v", err)
	case len(rules) == 0:
		return finding{}
	case b.noACLs && (after.Access != "" || after.Default != ""):
		return w.acl.impossible()
	}
	if w.report {
		return problem(plan.Reported, "%s", w.difference(b.account, have, after))
	}
	if found := b.refuse(w, &have, &after); found.problem != nil {
		return found
	}
	take := have.UID != after.UID && have.UID != b.account.spec.UID
	change := plan.Change{
		Action:  plan.Update,
		Classes: plan.Classify(have, after, take),
		OneWay:  have.Type == plan.File && take,
		Rules:   rules,
		Before:  have,
		After:   after,
	}
	found := finding{change: &change}
	if have.Type == plan.File && have.GID != after.GID && !take {
		oneWay := change
		oneWay.OneWay = true
		found.oneWay = &oneWay
	}
	return found
}

// misfit is what no change of owner, group or mode can put right.
func (w *wants) misfit(have *plan.State) finding {
	switch {
	case !w.typeAllowed(have.Type):
		return problem(plan.WrongType, "is a %v; %s wants a %v", have.Type, w.path.Pos, wantedTypes(w.path))
	case have.Type > plan.Symlink:
		return problem(plan.OtherType, "is a %v", have.Type)
	case have.Type == plan.File && have.Mode&(plan.Setuid|plan.Setgid) != 0:
		return problem(plan.SetID, "mode %v: setuid or setgid on a file is never touched", have.Mode)
	}
	return finding{}
}

// after is have with everything that w wants put right, and the lines that
// want what is different.
func (w *wants) after(have plan.State) (plan.State, plan.Rules, error) {
	if have.Type == plan.Symlink && w.path == nil {
		return have, nil, nil
	}
	after, rules, err := w.permit(have)
	if !w.owner.allows(have.UID) {
		after.UID, rules[plan.AttrOwner] = w.owner.ids[0], w.owner.line
	}
	if !w.group.allows(have.GID) {
		after.GID, rules[plan.AttrGroup] = w.group.ids[0], w.group.line
	}
	if have.Type == plan.Symlink && w.path.Target != "" && w.path.Target != have.Target {
		after.Target, rules[plan.AttrTarget] = w.path.Target, w.path.TargetPos.String()
	}
	return after, rules, err
}

// refuse is why a wanted change must not be made.
func (b *binding) refuse(w *wants, have, after *plan.State) finding {
	own := b.account.spec.UID
	if have.UID != own && !w.ownerNamed(have.UID) {
		if found := b.foreign(have.UID); found.problem != nil {
			return found
		}
	}
	switch {
	case have.Type == plan.File && after.UID != have.UID && after.UID != own:
		// Its writer may still hold it open: no content moves to anybody more
		// trusted than the account.
		return problem(plan.GivenAway, "a file never goes to %s, only to the account", b.account.user(after.UID))
	case have.Type == plan.File && have.Nlink != 1:
		return problem(plan.HardLink, "hard link (%d names): a change could reach a file outside the account", have.Nlink)
	case have.Flags&plan.Immutable != 0:
		return problem(plan.Protected, "is immutable (chattr +i)")
	case have.Flags&plan.AppendOnly != 0:
		return problem(plan.Protected, "is append-only (chattr +a)")
	}
	return finding{}
}

// ownerNamed reports whether a line says that uid may own the entry. That
// nothing is asked of the owner is no such word.
func (w *wants) ownerNamed(uid uint32) bool { return w.owner != nil && w.owner.allows(uid) }

// foreign decides about an entry that belongs to neither the account nor
// anybody its lines name.
func (b *binding) foreign(uid uint32) finding {
	name := b.account.user(uid)
	switch {
	case b.account.run.inventory.uids[uid]:
		return problem(plan.ForeignOwner, "belongs to %s: what is another account's is never taken", name)
	case !slices.Contains(b.take, uid):
		return problem(plan.ForeignOwner, "belongs to %s, who is not in take_from", name)
	}
	return finding{}
}
