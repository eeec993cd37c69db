package reconcile

import (
	"fmt"
	"strconv"

	"rightful/internal/access"
	"rightful/internal/userdb"
	"rightful/spec"
)

// identity is a user of the policy as the kernel will see his processes: with
// the groups that the host gives him, or with the numbers that are written.
func (r *run) identity(a *account, who *spec.Identity) (access.Identity, error) {
	switch {
	case who.Name == spec.IdentityAccount && who.BuiltIn():
		return r.accountIdentity(a)
	case who.User == nil:
		id := access.Identity{UID: who.UID, GID: who.GID}
		for _, name := range who.Groups {
			gid, err := r.groupNumber(a, who.Pos, name)
			if err != nil {
				return id, err
			}
			id.Groups = append(id.Groups, gid)
		}
		return id, nil
	case !who.User.Numeric && who.User.Text == a.spec.Name:
		return r.accountIdentity(a)
	}
	find := func() (userdb.User, bool, error) { return r.Users.User(who.User.Text) }
	text := who.User.Text
	if who.User.Numeric {
		find = func() (userdb.User, bool, error) { return r.Users.UserByID(who.User.ID) }
		text = strconv.FormatUint(uint64(who.User.ID), 10)
	}
	u, ok, err := find()
	if err != nil {
		return access.Identity{}, err
	}
	if !ok {
		return access.Identity{}, &UnknownNameError{who.Pos, "user", text}
	}
	return r.memberOf(u)
}

func (r *run) groupNumber(a *account, pos spec.Pos, name spec.Name) (uint32, error) {
	want, err := resolver{r.Users, a.spec, &r.wanted}.groups(&spec.Names{Pos: pos, Allowed: []spec.Name{name}})
	if err != nil {
		return 0, err
	}
	return want.ids[0], nil
}

// accountIdentity is the account itself. One that only the policy knows is in no
// group but its own.
func (r *run) accountIdentity(a *account) (access.Identity, error) {
	u, ok, err := r.Users.User(a.spec.Name)
	if err != nil || !ok || u.UID != a.spec.UID {
		return access.Identity{UID: a.spec.UID, GID: a.spec.GID}, err
	}
	return r.memberOf(u)
}

// memberOf asks for a user's groups once a run.
func (r *run) memberOf(u userdb.User) (access.Identity, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.identities[u.Name]
	if ok {
		return id, nil
	}
	groups, err := r.Users.Memberships(u)
	if err != nil {
		return id, fmt.Errorf("identity: %w", err)
	}
	id = access.Identity{UID: u.UID, GID: u.GID, Groups: groups}
	r.identities[u.Name] = id
	return id, nil
}

// strangers are all accounts, with the groups that they really have.
func (r *run) strangers() (*access.Strangers, error) {
	r.strangersOnce.Do(func() {
		ids := make([]access.Identity, 0, len(r.inventory.accounts))
		for _, a := range r.inventory.accounts {
			id, err := r.accountIdentity(a)
			if err != nil {
				r.strangersErr = err
				return
			}
			ids = append(ids, id)
		}
		r.everybody = access.NewStrangers(ids)
	})
	return r.everybody, r.strangersErr
}
