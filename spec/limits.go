package spec

import (
	"gopkg.in/yaml.v3"
)

// maxCount is beyond what any host holds, and small enough to multiply.
const maxCount = 1_000_000_000_000

// limitParts says what a limit may be made of.
type limitParts int

const (
	countOnly limitParts = iota
	shareToo             // percent and at_least as well
)

// limitKeys are the names under one scope, with what they may be made of: a
// share needs a base, and of all steps of a run there is none.
func limitKeys(scope string) map[string]limitParts {
	keys := map[string]limitParts{}
	parts := countOnly
	if scope == "account" {
		parts = shareToo
	} else {
		keys["accounts"], keys["held"] = shareToo, shareToo
	}
	for _, key := range []string{"steps", "add", "tighten", "loosen", "chown", "take", "remove", "access_broken"} {
		keys[key] = parts
	}
	return keys
}

// limitScopes reads limits.
func (p *parser) limitScopes(n *yaml.Node) {
	p.mapping("limits", n, fields{
		"run":     func(v *yaml.Node) { p.limitScope("run", v) },
		"account": func(v *yaml.Node) { p.limitScope("account", v) },
	})
}

func (p *parser) limitScope(scope string, n *yaml.Node) {
	fs := fields{}
	for key, parts := range limitKeys(scope) {
		fs[key] = func(v *yaml.Node) { p.limit(scope+"."+key, parts, v) }
	}
	p.mapping(scope, n, fs)
}

func (p *parser) limit(name string, parts limitParts, n *yaml.Node) {
	l := Limit{Pos: p.pos(n), Name: name}
	if n.Kind == yaml.ScalarNode && n.Value == "unlimited" {
		l.Unlimited = true
	} else if !p.limitMapping(&l, parts, n) {
		return
	}
	if p.once(p.limits, name, n, "limit") {
		p.policy.Limits = append(p.policy.Limits, l)
	}
}

func (p *parser) limitMapping(l *Limit, parts limitParts, n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		p.errorf(n, "%s: want {count: N} or another limit, or unlimited; found %s", l.Name, describe(n))
		return false
	}
	fs := fields{"count": func(v *yaml.Node) { l.Count = p.count("count", v, maxCount) }}
	if parts == shareToo {
		fs["percent"] = func(v *yaml.Node) { l.Percent = p.count("percent", v, 100) }
		fs["at_least"] = func(v *yaml.Node) { l.AtLeast = p.count("at_least", v, maxCount) }
	} else if has(n, "percent") || has(n, "at_least") {
		p.errorf(n, "%s: has no base to take a percentage of; write {count: N}", l.Name)
		return false
	}
	p.mapping(l.Name, n, fs)
	switch {
	case len(n.Content) == 0:
		p.errorf(n, "%s: is empty; give percent, count or both, or write unlimited", l.Name)
	case has(n, "at_least") && !has(n, "percent"):
		p.errorf(n, "%s: at_least is the floor of a percentage; give percent too, or write count", l.Name)
	}
	return true
}

func (p *parser) count(what string, n *yaml.Node, top uint64) *int {
	v, ok := number(n, top)
	if !ok {
		p.errorf(n, "%s: want a whole number from 0 to %d, found %s", what, top, describe(n))
		return nil
	}
	count := int(v)
	return &count
}
