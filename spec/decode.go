package spec

import (
	"maps"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// fields says which keys a mapping may have and what reads their values.
type fields map[string]func(*yaml.Node)

// mapping reads n, which is called what in messages, by its fields.
func (p *parser) mapping(what string, n *yaml.Node, fs fields) bool {
	return p.entries(what, n, func(key, value *yaml.Node) {
		if decode, ok := fs[key.Value]; ok {
			decode(value)
		} else {
			p.errorf(key, "%s: unknown key%s", show(key.Value), meant(key.Value, slices.Collect(maps.Keys(fs))))
		}
	})
}

// entries reads a mapping whose keys the admin chooses.
func (p *parser) entries(what string, n *yaml.Node, entry func(key, value *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		p.errorf(n, "%s: want a mapping, found %s", what, describe(n))
		return false
	}
	first := map[string]Pos{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch earlier, twice := first[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			p.errorf(key, "%s: want a word as key, found %s", what, describe(key))
		case key.Tag == "!!merge":
			p.errorf(key, "<<: merge keys are not used in policies; use vars or extends")
		case twice:
			p.errorf(key, "%s: given twice, first in line %d", show(key.Value), earlier.Line)
		default:
			first[key.Value] = p.pos(key)
			entry(key, value)
		}
	}
	return true
}

// each reads a list.
func (p *parser) each(what string, n *yaml.Node, item func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		p.errorf(n, "%s: want a list, found %s", what, describe(n))
		return
	}
	for _, child := range n.Content {
		item(child)
	}
}

// oneOrEach reads a list, or what could be the only item of one.
func (p *parser) oneOrEach(what string, n *yaml.Node, item func(*yaml.Node)) {
	switch {
	case n.Kind != yaml.SequenceNode:
		item(n)
	case len(n.Content) == 0:
		p.errorf(n, "%s: the list is empty", what)
	default:
		p.each(what, n, item)
	}
}

// text reads a scalar as it was written, whatever YAML takes it for.
func (p *parser) text(what string, n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		p.errorf(n, "%s: want a text, found %s", what, describe(n))
		return "", false
	}
	return n.Value, true
}

// word is text that may not be empty.
func (p *parser) word(what string, n *yaml.Node) (string, bool) {
	text, ok := p.text(what, n)
	if ok && text == "" {
		p.errorf(n, "%s: the text is empty", what)
		return "", false
	}
	return text, ok
}

func (p *parser) boolean(what string, n *yaml.Node) *bool {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		yes := n.Value == "true"
		if yes || n.Value == "false" {
			return &yes
		}
	}
	p.errorf(n, "%s: want true or false, found %s", what, describe(n))
	return nil
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return strconv.QuoteToASCII(n.Value[:min(len(n.Value), shownBytes)])
	}
	return show(n.Value)
}

// number reads a plain decimal: not 0x1f, not 1_000, not 1e3.
func number(n *yaml.Node, top uint64) (uint64, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || !digits(n.Value) || len(n.Value) > 1 && n.Value[0] == '0' {
		return 0, false
	}
	v, err := strconv.ParseUint(n.Value, 10, 64)
	return v, err == nil && v <= top
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// require notes which of keys the mapping n lacks.
func (p *parser) require(n *yaml.Node, keys ...string) {
	for _, key := range keys {
		if !has(n, key) {
			p.errorf(n, "%s: missing", key)
		}
	}
}

func has(n *yaml.Node, key string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}
