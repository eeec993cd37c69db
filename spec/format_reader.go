package spec

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// reader takes a file apart into pieces. Where nodes begin it knows from the YAML
// parser, so that all else is blanks, comments and the few signs between nodes.
type reader struct {
	text  string
	lines []int // where each begins
	at    int

	line     int
	column   int // of at, in characters
	solid    int // the column after the last sign or scalar of this line; 0 before it
	content  int // the first line that is not a block scalar's
	depth    int
	last     *token
	comments int
	file     string
	lost     *Error // where the text is not as the nodes say
}

// readLayout reads text, whose nodes are root and those below.
func readLayout(file, text string, root *yaml.Node) (*layout, *Error) {
	r := &reader{file: file, text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	l := &layout{}
	r.last = &l.head
	l.root = r.piece(root, 0)
	r.skip()
	if r.at < len(text) {
		r.lose(root, unformattable)
	}
	return l, r.lost
}

// unformattable is said of a file that says something in a way nobody thought of.
const unformattable = "written in a way that cannot be formatted without changing what it says"

func (r *reader) lose(n *yaml.Node, why string) {
	if r.lost == nil && strings.HasPrefix(r.text[r.at:], "!") {
		why = noIndirection // a lone one, which leaves no trace in the nodes
	}
	if r.lost == nil {
		r.lost = faultAt(r.file, n, "%s", why)
	}
}

// piece reads n. parent is the column of the mapping or list around it, if that
// has lines of its own: in brackets it does not matter.
func (r *reader) piece(n *yaml.Node, parent int) *piece {
	p := &piece{kind: n.Kind, brackets: n.Style&yaml.FlowStyle != 0, depth: r.depth}
	switch {
	case isEmpty(n):
	case n.Kind == yaml.ScalarNode:
		r.scalar(&p.token, n)
		if isBlock(n) && r.lost == nil {
			r.body(p, parent)
		}
	case p.brackets:
		r.bracketed(p, n)
	default:
		r.block(p, n)
	}
	if r.lost == nil {
		p.measure()
	}
	return p
}

// block reads a mapping or list whose entries have lines of their own.
func (r *reader) block(p *piece, n *yaml.Node) {
	r.skip()
	p.column = r.column
	r.entries(p, n)
}

// bracketed reads a mapping or list in brackets. A pair in a list, [a: b], is a
// mapping that has none.
func (r *reader) bracketed(p *piece, n *yaml.Node) {
	r.skip()
	p.blank = r.belowBlank()
	first, comments := r.line, r.comments
	switch {
	case n.Kind == yaml.SequenceNode:
		r.within("[", "]", p, n)
	case r.sees("{"):
		r.within("{", "}", p, n)
	default:
		r.entries(p, n)
	}
	p.oneLine = first == r.line
	p.commented = comments != r.comments
}

func (r *reader) within(opening, closing string, p *piece, n *yaml.Node) {
	r.last = &p.token
	r.sign(opening, n)
	r.depth++
	r.entries(p, n)
	r.sign(closing, n)
	r.depth--
}

func (r *reader) entries(p *piece, n *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		p.entries = make([]entry, len(n.Content))
		for i, item := range n.Content {
			r.dash(p, &p.entries[i].head, n)
			r.value(p, &p.entries[i], item)
		}
		return
	}
	p.entries = make([]entry, len(n.Content)/2)
	for i := range p.entries {
		r.key(&p.entries[i].head, n.Content[2*i])
		r.value(p, &p.entries[i], n.Content[2*i+1])
	}
}

func (r *reader) value(p *piece, e *entry, n *yaml.Node) {
	e.value = r.piece(n, p.column)
	if p.brackets {
		r.sign(",", nil)
	}
}

// dash reads what stands before an item; in brackets nothing does, yet.
func (r *reader) dash(p *piece, head *token, n *yaml.Node) {
	r.skip()
	head.blank, head.lines = r.belowBlank(), []string{"-"}
	if !p.brackets {
		r.last = head
		r.sign("-", n)
	}
}

func (r *reader) key(head *token, n *yaml.Node) {
	if !r.isAt(n) && r.sees("?") {
		r.lose(n, "question marks before keys are not used in policies; leave it out")
	}
	r.scalar(head, n)
	if len(head.lines) != 1 {
		r.lose(n, "a key has more than one line")
	}
	r.sign(":", nil)
}

// isAt skips to the next sign or scalar, and reports whether it is n.
func (r *reader) isAt(n *yaml.Node) bool {
	r.skip()
	return n.Line == r.line+1 && n.Column == r.column+1
}

// sees skips to the next sign or scalar, and reports whether it is sign.
func (r *reader) sees(sign string) bool {
	r.skip()
	return strings.HasPrefix(r.text[r.at:], sign)
}

// sign reads sign, which needs to be there if of is a node.
func (r *reader) sign(sign string, of *yaml.Node) {
	switch {
	case r.sees(sign):
		r.move(r.at + len(sign))
		r.solid = r.column
	case of != nil:
		r.lose(of, unformattable)
	}
}

// skip goes to the next sign or scalar.
func (r *reader) skip() {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t' || c == '\n':
			r.move(r.at + 1)
		case c == '#':
			r.comment()
		case r.column == 0 && r.depth == 0 && marker(r.lineText(r.line)) != "":
			text := marker(r.lineText(r.line))
			r.note(comment{text: text, own: true, marker: true, blank: r.belowBlank()})
			r.move(r.at + len(text))
			r.solid = r.column
		default:
			return
		}
	}
}

// marker is what begins or ends a document, if line does.
func marker(line string) string {
	word, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	switch {
	case word == "---" || word == "...":
		return word
	case strings.HasPrefix(line, "%"):
		directive, _, _ := strings.Cut(line, " #")
		return strings.TrimRight(directive, " \t")
	}
	return ""
}

func (r *reader) comment() {
	line := r.lineText(r.line)
	end := r.lines[r.line] + len(line)
	text := strings.TrimRight(r.text[r.at:end], " \t")
	r.note(comment{text: text, own: r.solid == 0, blank: r.belowBlank(), depth: r.depth, column: r.column, end: r.solid})
	r.move(end)
}

func (r *reader) note(c comment) {
	r.last.after = append(r.last.after, c)
	r.comments++
}

// move goes on to the byte at to.
func (r *reader) move(to int) {
	passed := r.text[r.at:to]
	if newline := strings.LastIndexByte(passed, '\n'); newline >= 0 {
		r.line += strings.Count(passed, "\n")
		r.column, r.solid = 0, 0
		passed = passed[newline+1:]
	}
	r.column += utf8.RuneCountInString(passed)
	r.at = to
}

// belowBlank is true where a line begins below a blank one.
func (r *reader) belowBlank() bool {
	return r.solid == 0 && r.line > r.content && strings.Trim(r.lineText(r.line-1), " \t") == ""
}

// lineText is a line without its newline.
func (r *reader) lineText(line int) string {
	text := r.text[r.lines[line]:]
	if line+1 < len(r.lines) {
		text = r.text[r.lines[line] : r.lines[line+1]-1]
	}
	return text
}
