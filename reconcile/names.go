package reconcile

import (
	"rightful/internal/userdb"
	"rightful/spec"
)

// resolver turns the names in an account's lines into numbers.
type resolver struct {
	db      *userdb.DB
	account spec.Account
	wanted  *wantedNames
}

// wantedNames are the names that the policy asks for, as they were resolved:
// apply asks again. They are complete before the first walk begins.
type wantedNames struct {
	users, groups map[string]uint32
}

// UnknownNameError is a user or group of the policy that the host does not have.
type UnknownNameError struct {
	Pos  spec.Pos
	What string // user or group
	Name string
}

func (e *UnknownNameError) Error() string {
	return e.Pos.String() + ": unknown " + e.What + " " + e.Name
}

func (r resolver) line(l spec.Line) (line, error) {
	out := line{Line: l, file: modes(l.FileMode), dir: modes(l.DirMode)}
	var err error
	if out.owner, err = asked(l.Owner, r.users); err != nil {
		return out, err
	}
	if out.group, err = asked(l.Group, r.groups); err != nil {
		return out, err
	}
	out.acl, err = r.acl(l.ACL)
	return out, err
}

func asked(names *spec.Names, resolve func(*spec.Names) (*idWant, error)) (attribute[idWant], error) {
	if names == nil {
		return attribute[idWant]{}, nil
	}
	want, err := resolve(names)
	return attribute[idWant]{says: true, want: want}, err
}

func modes(m *spec.Modes) attribute[modeWant] {
	switch {
	case m == nil:
		return attribute[modeWant]{}
	case m.Any:
		return attribute[modeWant]{says: true}
	}
	return attribute[modeWant]{says: true, want: &modeWant{m.Allowed, m.Pos.String()}}
}

// note remembers an answer. Every account is bound once before the first walk,
// so that later, from many goroutines, there is nothing left to write.
func note(names map[string]uint32, name string, id uint32, found bool) {
	if _, known := names[name]; found && !known {
		names[name] = id
	}
}

func (r resolver) users(names *spec.Names) (*idWant, error) { return resolve(names, r.user) }

func (r resolver) groups(names *spec.Names) (*idWant, error) { return resolve(names, r.group) }

func resolve(names *spec.Names, one func(spec.Pos, spec.Name) (uint32, error)) (*idWant, error) {
	if names == nil || names.Any {
		return nil, nil
	}
	want := &idWant{line: names.Pos.String()}
	for _, name := range names.Allowed {
		id, err := one(names.Pos, name)
		if err != nil {
			return nil, err
		}
		want.ids = append(want.ids, id)
	}
	return want, nil
}

// user is the number of a user. The account's own name needs no look-up, so that
// an account that only the policy knows works too.
func (r resolver) user(pos spec.Pos, name spec.Name) (uint32, error) {
	switch {
	case name.Numeric:
		return name.ID, nil
	case name.Text == r.account.Name:
		return r.account.UID, nil
	}
	u, ok, err := r.db.User(name.Text)
	if err == nil && !ok {
		err = &UnknownNameError{pos, "user", name.Text}
	}
	note(r.wanted.users, name.Text, u.UID, ok)
	return u.UID, err
}

// group is the number of a group, the account's own likewise.
func (r resolver) group(pos spec.Pos, name spec.Name) (uint32, error) {
	switch {
	case name.Numeric:
		return name.ID, nil
	case name.Text == r.account.Group:
		return r.account.GID, nil
	}
	g, ok, err := r.db.Group(name.Text)
	if err == nil && !ok {
		err = &UnknownNameError{pos, "group", name.Text}
	}
	note(r.wanted.groups, name.Text, g.GID, ok)
	return g.GID, err
}
