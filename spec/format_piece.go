package spec

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// layout is a file taken apart.
type layout struct {
	head token // nothing, and what stands before the root
	root *piece
}

// piece is a node of YAML as it is written, to be written again.
type piece struct {
	token   // a scalar, or the first of its lines, or an opening bracket
	kind    yaml.Kind
	column  int     // where the entries begin that have lines of their own
	entries []entry // of a mapping or list

	body   *token // of a block scalar, below its | or >
	spaces int    // how much further in the body is than its parent, where it says so

	brackets  bool
	depth     int  // how many brackets are around it
	oneLine   bool // in the file; of brackets
	commented bool // between its brackets
	width     int  // of all of it in one line; tooWide where that cannot be
}

const tooWide = 1 << 30

// entry is one of a mapping or list: a key or a dash, and a value.
type entry struct {
	head  token
	value *piece
}

// token is what is printed in one go.
type token struct {
	lines []string
	blank bool      // stands below a blank line
	after []comment // up to the next token
}

// comment is a comment, or a marker between documents.
type comment struct {
	text   string
	own    bool // nothing stands before it on its line
	marker bool
	blank  bool // stands below a blank line
	depth  int  // how many brackets are around it
	column int
	end    int // where what stands before it on its line ends
}

func (p *piece) empty() bool { return p.kind == yaml.ScalarNode && p.lines == nil }

// measure says how wide p is in one line, once its entries have been measured.
func (p *piece) measure() {
	switch {
	case p.empty():
	case p.kind == yaml.ScalarNode && (len(p.lines) > 1 || p.body != nil),
		p.kind != yaml.ScalarNode && !p.brackets, p.commented && len(p.entries) > 0:
		p.width = tooWide
	case p.kind == yaml.ScalarNode:
		p.width = utf8.RuneCountInString(p.lines[0])
	default:
		p.width = len("{}")
		for i, e := range p.entries {
			p.width = min(tooWide, p.width+e.width(p.kind)+len(", ")*min(i, 1))
		}
	}
}

func (e *entry) width(kind yaml.Kind) int {
	switch {
	case kind == yaml.SequenceNode:
		return e.value.width
	case e.value.empty():
		return utf8.RuneCountInString(e.head.lines[0])
	}
	return utf8.RuneCountInString(e.head.lines[0]) + len(": ") + e.value.width
}

// text is p in one line.
func (p *piece) text() string {
	if p.kind == yaml.ScalarNode {
		return strings.Join(p.lines, "")
	}
	var parts []string
	for _, e := range p.entries {
		part := e.value.text()
		switch {
		case p.kind == yaml.MappingNode && e.value.empty():
			part = e.head.lines[0]
		case p.kind == yaml.MappingNode:
			part = e.head.lines[0] + ": " + part
		}
		parts = append(parts, part)
	}
	if p.kind == yaml.MappingNode {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// tail is the last token of p.
func (p *piece) tail() *token {
	switch {
	case p.body != nil:
		return p.body
	case len(p.entries) == 0:
		return &p.token
	}
	last := &p.entries[len(p.entries)-1]
	if last.value.empty() {
		return &last.head
	}
	return last.value.tail()
}
