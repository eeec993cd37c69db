package spec

import "gopkg.in/yaml.v3"

// Ceiling is what a host sets to all of its policies: limits that none of them
// passes, and expectations that none of them removes. It has no variables but
// the built-in ones, and its identities are its own: what a policy calls by the
// same name is another.
type Ceiling struct {
	Limits     []Limit
	Identities map[string]*Identity
	Access     []Expectation
}

// ParseCeiling reads the ceiling of a host.
func ParseCeiling(f PolicyFile) (Ceiling, error) {
	p := newParser()
	var access []Expectation
	if p.read(f, fields{
		"limits":     p.limitScopes,
		"identities": p.identities,
		"access":     func(n *yaml.Node) { access = p.expectations(n) },
	}) {
		p.link()
	}
	if len(p.errs) > 0 {
		return Ceiling{}, p.errs.sorted()
	}
	return Ceiling{p.policy.Limits, p.policy.Identities, access}, nil
}

// BindIdentity fills in an identity of the ceiling, as [Policy.BindIdentity] does.
func (c Ceiling) BindIdentity(name string, a Account) (*Identity, error) {
	a.Vars = nil
	return newBinder(nil, c.Identities, a).only(name)
}

// Bind fills in what the host expects of one account, beside the expectations of
// its profile. A *[BindError] is a problem of that account alone.
func (c Ceiling) Bind(a Account) ([]Expectation, error) {
	a.Vars = nil
	b := newBinder(nil, c.Identities, a)
	access := b.access(c.Access)
	if b.err != nil {
		return nil, b.err
	}
	return access, nil
}
