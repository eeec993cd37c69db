package spec

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// errRoot says why root is no identity: capabilities come before every bit and
// every ACL.
var errRoot = errors.New("root passes every permission check, so that nothing can be expected of it")

// BuiltIn reports whether i is one of the identities that every policy has.
func (i Identity) BuiltIn() bool { return builtInIdentity(i.Name) }

func builtInIdentity(name string) bool { return name == IdentityAccount || name == IdentityOthers }

func (p *parser) identities(n *yaml.Node) {
	p.entries("identities", n, func(key, value *yaml.Node) {
		switch name := key.Value; {
		case builtInIdentity(name):
			p.errorf(key, "%s: is built in and cannot be redefined", name)
		case !variableName(name):
			p.errorf(key, "%s: not a name for an identity; use letters, digits, _ and -, and begin with a letter", show(name))
		case p.once(p.named, name, key, "identity"):
			p.policy.Identities[name] = p.identity(key, value)
		}
	})
}

func (p *parser) identity(key, n *yaml.Node) *Identity {
	id := &Identity{Pos: p.pos(key), Name: key.Value}
	if !p.mapping(show(key.Value), n, fields{
		"user":   func(v *yaml.Node) { id.User = p.user(v) },
		"uid":    func(v *yaml.Node) { p.setID(&id.UID, "uid", v, 1) },
		"gid":    func(v *yaml.Node) { p.setID(&id.GID, "gid", v, 0) },
		"groups": func(v *yaml.Node) { id.Groups = p.names("groups", v).Allowed },
	}) {
		return id
	}
	numbers := has(n, "uid") || has(n, "gid") || has(n, "groups")
	switch user := has(n, "user"); {
	case user && numbers:
		p.errorf(n, "user: brings its own uid, gid and groups; give user alone, or these without it")
	case numbers:
		p.require(n, "uid", "gid")
	case !user:
		p.errorf(n, "user: missing; want user, or uid and gid")
	}
	return id
}

func (p *parser) user(n *yaml.Node) *Name {
	name, ok := p.name("user", n)
	if ok {
		if err := checkUser(name); err != nil {
			p.errorf(n, "user: %v", err)
		}
	}
	return &name
}

func (p *parser) setID(id *uint32, what string, n *yaml.Node, low uint32) {
	if v := p.id(what, n, low); v != nil {
		*id = *v
	}
}

func checkUser(name Name) error {
	if name.Text == "root" || name.Numeric && name.ID == 0 {
		return errRoot
	}
	return nil
}

// refer notes that the policy speaks of an identity.
func (p *parser) refer(what string, n *yaml.Node) string {
	name, ok := p.word(what, n)
	if ok {
		p.speaksOf = append(p.speaksOf, use{p.pos(n), name})
	}
	return name
}

func (p *parser) identityNames() []string { return withBuiltIn(slices.Collect(maps.Keys(p.named))) }

// IdentityNames are all that the policy's lines can speak of, sorted.
func (p *Policy) IdentityNames() []string {
	return withBuiltIn(slices.Collect(maps.Keys(p.Identities)))
}

func withBuiltIn(names []string) []string {
	names = append(names, IdentityAccount, IdentityOthers)
	slices.Sort(names)
	return names
}

// BindIdentity fills in the variables of one account in the identity of that
// name. A *[BindError] is a problem of that account alone.
func (p *Policy) BindIdentity(name string, a Account) (*Identity, error) {
	if p.Identities[name] == nil && !builtInIdentity(name) {
		return nil, fmt.Errorf("unknown identity %s%s", show(name), meant(name, p.IdentityNames()))
	}
	return newBinder(p.Vars, p.Identities, a).only(name)
}

func (b *binder) only(name string) (*Identity, error) {
	id := b.identity(name)
	if b.err != nil {
		return nil, b.err
	}
	return id, nil
}

func (b *binder) identity(name string) *Identity {
	if id := b.bound[name]; id != nil {
		return id
	}
	id := &Identity{Name: name}
	if written := b.written[name]; written != nil {
		*id = *written
		id.User = b.user(written)
		id.Groups = nil
		for _, group := range written.Groups {
			for _, n := range b.name(b.scope, written.Pos, group) {
				if !slices.Contains(id.Groups, n) {
					id.Groups = append(id.Groups, n)
				}
			}
		}
	}
	b.bound[name] = id
	return id
}

func (b *binder) user(id *Identity) *Name {
	if id.User == nil || id.User.Numeric {
		return id.User
	}
	var name Name
	t, err := parseTemplate(id.User.Text)
	if err == nil {
		name.Text, err = b.scope.fill(t, literal)
	}
	if err == nil {
		err = cmp.Or(checkName(name.Text), checkUser(name))
	}
	if err != nil {
		b.fail(id.Pos, fmt.Errorf("user: %w", err))
	}
	return &name
}
