package reconcile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"rightful/plan"
	"rightful/spec"
)

// account is one account of the inventory.
type account struct {
	run     *run
	spec    spec.Account
	profile string
	pos     spec.Pos // what selected it
	listed  bool     // by an entry of its own
	held    []plan.Held
	inner   []string // homes of other accounts inside, relative to this home
}

// hold leaves the account's steps out of the plan. Reasons are kept in order,
// each once, with all that there is to say of it.
func (a *account) hold(reason, format string, args ...any) {
	held := plan.Held{Reason: reason, Message: fmt.Sprintf(format, args...)}
	i, found := slices.BinarySearchFunc(a.held, reason, func(h plan.Held, reason string) int {
		return strings.Compare(h.Reason, reason)
	})
	if found {
		a.held[i].Message += "; " + held.Message
		return
	}
	a.held = slices.Insert(a.held, i, held)
}

// Reasons for holding an account, beside the limits' names.
const (
	heldRefused    = "refused"
	heldBadPath    = "bad_path"
	heldMissing    = "missing_home"
	heldUnsafe     = "unsafe_base"
	heldUnreadable = "unreadable"
)

// inspect refuses accounts that no policy may have.
func (a *account) inspect() {
	switch home := a.spec.Home; {
	case a.spec.UID == 0:
		a.hold(heldRefused, "uid 0 is no customer")
	case !path.IsAbs(home) || path.Clean(home) != home:
		a.hold(heldRefused, "home %s is not an absolute, clean path", plan.Quote(home))
	case strings.Count(home, "/") < 2:
		a.hold(heldRefused, "home %s is too near to the root", plan.Quote(home))
	}
}

// user is a uid for people: a quoted name where the host has one.
func (a *account) user(uid uint32) string {
	if uid == a.spec.UID {
		return plan.Quote(a.spec.Name)
	}
	if u, ok, err := a.run.Users.UserByID(uid); ok && err == nil {
		return plan.Quote(u.Name)
	}
	return fmt.Sprintf("uid %d", uid)
}

func (a *account) group(gid uint32) string {
	if g, ok, err := a.run.Users.GroupByID(gid); ok && err == nil {
		return plan.Quote(g.Name)
	}
	return fmt.Sprintf("gid %d", gid)
}

// difference is how an entry is and should be, for people.
func (w *wants) difference(a *account, have, want plan.State) string {
	var parts []string
	if have.UID != want.UID {
		parts = append(parts, fmt.Sprintf("owner %s, not %s", a.user(have.UID), either(w.owner, a.user)))
	}
	if have.GID != want.GID {
		parts = append(parts, fmt.Sprintf("group %s, not %s", a.group(have.GID), either(w.group, a.group)))
	}
	if have.Mode != want.Mode {
		parts = append(parts, fmt.Sprintf("mode %v, not %v", have.Mode, want.Mode))
	}
	if was, is := have.ACLText(a.user, a.group), want.ACLText(a.user, a.group); was != is {
		parts = append(parts, fmt.Sprintf("acl %s, not %s", was, is))
	}
	if was, is := have.DefaultACLText(a.user, a.group), want.DefaultACLText(a.user, a.group); have.Default != want.Default && was != is {
		parts = append(parts, fmt.Sprintf("default acl %s, not %s", was, is))
	}
	if have.Target != want.Target {
		parts = append(parts, fmt.Sprintf("target %s, not %s", plan.Quote(have.Target), plan.Quote(want.Target)))
	}
	return strings.Join(parts, "; ")
}

// either is all that a line allows: "alice or apache".
func either(w *idWant, name func(uint32) string) string {
	names := make([]string, len(w.ids))
	for i, id := range w.ids {
		names[i] = name(id)
	}
	return strings.Join(names, " or ")
}
