package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// inventory is who the policy is about.
type inventory struct {
	accounts []*account // by name
	skipped  []string   // by skip_when, by name
	asleep   []*account // those
	uids     map[uint32]bool
}

// takeInventory asks every source of the policy.
func (r *run) takeInventory() (*inventory, error) {
	claims := map[string]*account{}
	inv := &inventory{uids: map[uint32]bool{}}
	for i := range r.Policy.Sources {
		found, err := r.claim(&r.Policy.Sources[i])
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			inv.uids[a.spec.UID] = true
			if err := settleClaim(claims, a); err != nil {
				return nil, err
			}
		}
	}
	if err := r.sift(inv, claims); err != nil {
		return nil, err
	}
	if len(inv.accounts)+len(inv.skipped) == 0 {
		return nil, fmt.Errorf("%s: the policy selects no account on this host", r.Policy.Name)
	}
	nest(inv.accounts)
	return inv, nil
}

// settleClaim lets an entry of its own take an account out of a bulk source;
// any other double claim is a mistake.
func settleClaim(claims map[string]*account, a *account) error {
	old := claims[a.spec.Name]
	switch {
	case old == nil || a.listed && !old.listed:
		claims[a.spec.Name] = a
	case old.listed && !a.listed:
	default:
		return fmt.Errorf("%v: account %s is also selected at %v", a.pos, plan.Quote(a.spec.Name), old.pos)
	}
	return nil
}

// sift leaves out what the policy excludes and skips.
func (r *run) sift(inv *inventory, claims map[string]*account) error {
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if r.excluded(name) {
			continue
		}
		skip, err := r.skips(name)
		if err != nil {
			return err
		}
		if skip {
			inv.skipped, inv.asleep = append(inv.skipped, name), append(inv.asleep, claims[name])
			continue
		}
		a := claims[name]
		a.inspect()
		inv.accounts = append(inv.accounts, a)
	}
	return nil
}

func (r *run) excluded(name string) bool {
	return slices.ContainsFunc(r.Policy.Exclude, func(e spec.Exclude) bool {
		ok, _ := doublestar.Match(e.Pattern, name)
		return ok
	})
}

func (r *run) skips(name string) (bool, error) {
	for _, s := range r.Policy.SkipWhen {
		ok, err := r.Files.Exists(s.Path(name))
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// claim is every account that one source selects.
func (r *run) claim(s *spec.Source) ([]*account, error) {
	switch s.Kind {
	case spec.SourceList:
		return r.claimListed(s)
	case spec.SourcePasswd:
		return r.claimBulk(s, r.Passwd)
	default:
		return r.claimBulk(s, r.Users)
	}
}

func (r *run) claimBulk(s *spec.Source, db *userdb.DB) ([]*account, error) {
	users, err := db.Users()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", s.Pos, err)
	}
	var found []*account
	seen := map[string]bool{}
	for _, u := range users {
		at, _ := doublestar.Match(s.Home, u.Home)
		if !at || u.UID < s.UIDMin || u.UID > s.UIDMax || seen[u.Name] {
			continue
		}
		seen[u.Name] = true
		a := &account{run: r, profile: s.Profile, pos: s.Pos}
		a.spec = spec.Account{Name: u.Name, UID: u.UID, GID: u.GID, Home: u.Home, Vars: s.Vars}
		if err := r.nameGroup(a); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

func (r *run) claimListed(s *spec.Source) ([]*account, error) {
	var found []*account
	for _, l := range s.Listed {
		a := &account{run: r, profile: s.Profile, pos: l.Pos, listed: true}
		vars := maps.Clone(s.Vars)
		if vars == nil {
			vars = map[string]spec.Value{}
		}
		maps.Copy(vars, l.Vars)
		a.spec = spec.Account{Name: l.Name, Home: l.Home, Vars: vars}
		if err := r.lookUp(a, l); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

// lookUp fills in what an entry of a list leaves out.
func (r *run) lookUp(a *account, l spec.Listed) error {
	if l.UID != nil && l.GID != nil && l.Home != "" {
		a.spec.UID, a.spec.GID = *l.UID, *l.GID
		return r.nameGroup(a)
	}
	u, ok, err := r.Users.User(l.Name)
	if err != nil {
		return err
	}
	if !ok {
		return &UnknownNameError{l.Pos, "user", l.Name}
	}
	a.spec.UID, a.spec.GID = u.UID, u.GID
	if l.UID != nil {
		a.spec.UID = *l.UID
	}
	if l.GID != nil {
		a.spec.GID = *l.GID
	}
	a.spec.Home = cmp.Or(l.Home, u.Home)
	return r.nameGroup(a)
}

// nameGroup finds what ${group} stands for: of the names that share the number,
// the account's own. A group without a name gets one that no group can have, so
// that it is still the account's.
func (r *run) nameGroup(a *account) error {
	own, ok, err := r.Users.Group(a.spec.Name)
	if err == nil && (!ok || own.GID != a.spec.GID) {
		own, ok, err = r.Users.GroupByID(a.spec.GID)
	}
	if a.spec.Group = own.Name; !ok {
		a.spec.Group = fmt.Sprintf("#%d", a.spec.GID)
	}
	return err
}

// nest refuses homes that are equal or inside one another. Only an account with
// an entry of its own may live inside another's home, which then leaves that
// folder alone.
func nest(accounts []*account) {
	homes := map[string]*account{}
	for _, a := range accounts {
		if other := homes[a.spec.Home]; other != nil {
			a.hold(heldRefused, "home %s is also %s's", plan.Quote(a.spec.Home), plan.Quote(other.spec.Name))
			other.hold(heldRefused, "home %s is also %s's", plan.Quote(a.spec.Home), plan.Quote(a.spec.Name))
			continue
		}
		homes[a.spec.Home] = a
	}
	for _, inner := range accounts {
		for dir := path.Dir(inner.spec.Home); len(dir) > 1; dir = path.Dir(dir) {
			outer := homes[dir]
			if outer == nil {
				continue
			}
			if rel := strings.TrimPrefix(inner.spec.Home, dir+"/"); inner.listed {
				outer.inner = append(outer.inner, rel)
				continue
			}
			inner.hold(heldRefused, "home is inside %s's", plan.Quote(outer.spec.Name))
			outer.hold(heldRefused, "%s's home is inside", plan.Quote(inner.spec.Name))
		}
	}
}
