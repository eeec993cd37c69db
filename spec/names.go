package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// ownerNames reads the value of owner or group: a name, a number, a list of
// them, or any.
func (p *parser) ownerNames(what string, n *yaml.Node) *Names {
	if n.Kind == yaml.ScalarNode && n.Value == "any" {
		return &Names{Pos: p.pos(n), Any: true}
	}
	return p.names(what, n)
}

func (p *parser) names(what string, n *yaml.Node) *Names {
	names := &Names{Pos: p.pos(n)}
	p.oneOrEach(what, n, func(item *yaml.Node) {
		if item.Kind == yaml.ScalarNode && item.Value == "any" {
			p.errorf(item, "%s: any stands alone, not in a list", what)
		} else if name, ok := p.name(what, item); ok {
			names.Allowed = append(names.Allowed, name)
		}
	})
	return names
}

func (p *parser) name(what string, n *yaml.Node) (Name, bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!int" {
		id := p.id(what, n, 0)
		if id == nil {
			return Name{}, false
		}
		return Name{Text: n.Value, ID: *id, Numeric: true}, true
	}
	text, ok := p.word(what, n)
	if !ok {
		return Name{}, false
	}
	if strings.Contains(text, "${") {
		return Name{Text: text}, p.template(what, n, text)
	}
	if err := checkName(text); err != nil {
		p.errorf(n, "%s: %v", what, err)
		return Name{}, false
	}
	return Name{Text: text}, true
}

// checkName refuses what no user database can hold, what would be an option to
// getent(1), and digits: whether 1000 is a name or a number must not depend on
// who is asked.
func checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a name is empty")
	case digits(name):
		return fmt.Errorf("%s is a name of digits only; if the number is meant, write it without quotes", strconv.Quote(name))
	case name == "." || name == ".." || name[0] == '-' || strings.ContainsAny(name, ":,/") || strings.ContainsFunc(name, control):
		return fmt.Errorf("%s cannot be the name of a user or group", show(name))
	}
	return nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// appendNames adds what a child profile or a list says to what is there.
func appendNames(names, more *Names) *Names {
	if names == nil || more == nil {
		return cmp.Or(more, names)
	}
	sum := &Names{Pos: more.Pos, Allowed: slices.Clone(names.Allowed)}
	for _, name := range more.Allowed {
		if !slices.Contains(sum.Allowed, name) {
			sum.Allowed = append(sum.Allowed, name)
		}
	}
	return sum
}
