package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// policyVars reads the vars at the top of a file.
func (p *parser) policyVars(n *yaml.Node) {
	p.varMap(n, func(key *yaml.Node, v Value) {
		if p.once(p.vars, key.Value, key, "variable") {
			p.policy.Vars[key.Value] = v
		}
	})
}

// localVars reads the vars of a source or of an account.
func (p *parser) localVars(n *yaml.Node) map[string]Value {
	vars := map[string]Value{}
	p.varMap(n, func(key *yaml.Node, v Value) { vars[key.Value] = v })
	return vars
}

func (p *parser) varMap(n *yaml.Node, define func(key *yaml.Node, v Value)) {
	p.entries("vars", n, func(key, value *yaml.Node) {
		name := key.Value
		if !variableName(name) {
			p.errorf(key, "%s: not a name for a variable; use letters, digits, _ and -, and begin with a letter", show(name))
			return
		}
		if _, taken := builtins(Account{})[name]; taken {
			p.errorf(key, "%s: is built in and cannot be redefined", name)
			return
		}
		p.variables[name] = true
		define(key, p.value(name, value))
	})
}

func (p *parser) value(name string, n *yaml.Node) Value {
	v := Value{List: n.Kind == yaml.SequenceNode}
	item := func(n *yaml.Node) {
		text, ok := p.text(name, n)
		switch {
		case !ok:
		case strings.Contains(text, "\x00"):
			p.errorf(n, "%s: the value has a NUL byte", name)
		case strings.Contains(text, "${"):
			p.errorf(n, "%s: a value is literal: variables cannot be used in it", name)
		default:
			v.Items = append(v.Items, text)
		}
	}
	if v.List {
		p.each(name, n, item)
	} else {
		item(n)
	}
	return v
}

func variableName(name string) bool {
	for i := range len(name) {
		b := name[i]
		letter := b == '_' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		if !letter && (i == 0 || b != '-' && (b < '0' || b > '9')) {
			return false
		}
	}
	return name != ""
}

// builtins are the variables that every account has.
func builtins(a Account) map[string]Value {
	scalar := func(text string) Value { return Value{Items: []string{text}} }
	return map[string]Value{
		"account": scalar(a.Name),
		"group":   scalar(a.Group),
		"home":    scalar(a.Home),
		"uid":     scalar(strconv.FormatUint(uint64(a.UID), 10)),
		"gid":     scalar(strconv.FormatUint(uint64(a.GID), 10)),
	}
}

// template is text with variables: literal and name by turns, beginning with a
// literal.
type template []string

func parseTemplate(text string) (template, error) {
	var t template
	for {
		literal, rest, found := strings.Cut(text, "${")
		t = append(t, literal)
		if !found {
			return t, nil
		}
		name, rest, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("%s: a variable has no end; write ${name}", show("${"+name))
		}
		if !variableName(name) {
			return nil, fmt.Errorf("%s: not a variable; write ${name}", show("${"+name+"}"))
		}
		t, text = append(t, name), rest
	}
}

// names yields the variables of t.
func (t template) names() []string {
	var names []string
	for i := 1; i < len(t); i += 2 {
		names = append(names, t[i])
	}
	return names
}

// template checks text that may have variables, and notes them.
func (p *parser) template(what string, n *yaml.Node, text string) bool {
	t, err := parseTemplate(text)
	if err == nil && len(text) > maxPath {
		err = fmt.Errorf("the text is longer than %d bytes", maxPath)
	}
	if err != nil {
		p.errorf(n, "%s: %v", what, err)
		return false
	}
	for _, name := range t.names() {
		p.uses = append(p.uses, use{p.pos(n), name})
	}
	return true
}

// scope is what variables mean for one account.
type scope map[string]Value

func newScope(policy map[string]Value, a Account) scope {
	s := maps.Clone(scope(policy))
	if s == nil {
		s = scope{}
	}
	maps.Copy(s, a.Vars)
	maps.Copy(s, builtins(a))
	return s
}

// maxExpansion bounds what the list variables of one text multiply to.
const maxExpansion = 10_000

// expansion is a template's text with one value for each of its variables, and
// the scope in which they have these values.
type expansion struct {
	text  string
	scope scope
}

// expand returns one expansion for each combination of the values of t's list
// variables. A variable that stands twice has the same value in both places.
// quote makes a value fit for the place where t stands.
func (s scope) expand(t template, quote func(string) (string, error)) ([]expansion, error) {
	scopes := []scope{s}
	for _, name := range t.names() {
		v, ok := s[name]
		if !ok {
			return nil, fmt.Errorf("this account has no variable %s", name)
		}
		if !v.List {
			continue
		}
		if len(scopes)*len(v.Items) > maxExpansion {
			return nil, fmt.Errorf("its list variables make more than %d lines of one, the last of them %s", maxExpansion, name)
		}
		scopes = multiply(scopes, name, v.Items)
		s = s.with(name, "") // where it stands again, it has the same value
	}
	var all []expansion
	for _, scope := range scopes {
		text, err := scope.fill(t, quote)
		if err != nil {
			return nil, err
		}
		all = append(all, expansion{text, scope})
	}
	return all, nil
}

func multiply(scopes []scope, name string, values []string) []scope {
	var product []scope
	for _, s := range scopes {
		for _, v := range values {
			product = append(product, s.with(name, v))
		}
	}
	return product
}

func (s scope) with(name, value string) scope {
	s = maps.Clone(s)
	s[name] = Value{Items: []string{value}}
	return s
}

// fill puts scalars into t.
func (s scope) fill(t template, quote func(string) (string, error)) (string, error) {
	filled := slices.Clone(t)
	for i := 1; i < len(t); i += 2 {
		v, ok := s[t[i]]
		switch {
		case !ok:
			return "", fmt.Errorf("this account has no variable %s", t[i])
		case v.List:
			return "", fmt.Errorf("%s is a list, and here is room for one value", t[i])
		case len(v.Items) != 1 || v.Items[0] == "":
			return "", fmt.Errorf("variable %s is empty for this account", t[i])
		case len(v.Items[0]) > maxPath:
			return "", fmt.Errorf("variable %s is longer than %d bytes", t[i], maxPath)
		}
		text, err := quote(v.Items[0])
		if err != nil {
			return "", fmt.Errorf("variable %s: %w", t[i], err)
		}
		filled[i] = text
	}
	return strings.Join(filled, ""), nil
}

func literal(value string) (string, error) { return value, nil }
