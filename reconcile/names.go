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
	out.group, err = asked(l.Group, r.groups)
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

func (r resolver) users(names *spec.Names) (*idWant, error) {
	return resolve(names, "user", r.account.Name, r.account.UID, func(name string) (uint32, bool, error) {
		u, ok, err := r.db.User(name)
		note(r.wanted.users, name, u.UID, ok)
		return u.UID, ok, err
	})
}

func (r resolver) groups(names *spec.Names) (*idWant, error) {
	return resolve(names, "group", r.account.Group, r.account.GID, func(name string) (uint32, bool, error) {
		g, ok, err := r.db.Group(name)
		note(r.wanted.groups, name, g.GID, ok)
		return g.GID, ok, err
	})
}

// resolve looks names up; the account's own need no look-up, so that an account
// that only the policy knows works too.
func resolve(names *spec.Names, what, own string, ownID uint32, find func(string) (uint32, bool, error)) (*idWant, error) {
	if names == nil || names.Any {
		return nil, nil
	}
	want := &idWant{line: names.Pos.String()}
	for _, name := range names.Allowed {
		id := name.ID
		switch {
		case name.Numeric:
		case name.Text == own:
			id = ownID
		default:
			var found bool
			var err error
			if id, found, err = find(name.Text); err != nil {
				return nil, err
			} else if !found {
				return nil, &UnknownNameError{names.Pos, what, name.Text}
			}
		}
		want.ids = append(want.ids, id)
	}
	return want, nil
}
