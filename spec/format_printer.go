package spec

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	step     = 2   // columns from one level to the next
	maxWidth = 120 // of brackets with what stands before them, comments aside
)

// row is a line of the result.
type row struct {
	indent  int
	blank   bool // a blank line stands above it
	code    string
	comment *comment

	table *piece // whose entry this is, if that has brackets with keys as its value
	value int    // where in code these begin
	kept  bool   // a blank line below it would be content
}

// printer lays out pieces, row by row.
type printer struct {
	rows    []row
	levels  []level // around what is printed
	waiting []comment
	around  []level // the comments that wait
	broken  bool    // what comes next begins a row
	opened  bool    // nothing was printed since a key or a dash
}

// level is a mapping or list that has rows of its own.
type level struct {
	indent int
	depth  int // how many brackets were around its entries
	column int // where its entries began, if they had lines of their own
}

func (l *layout) print() []byte {
	p := &printer{broken: true}
	p.comments(l.head.after)
	if len(l.root.entries) == 0 {
		p.begin(0, false)
		p.write(l.root.text())
	}
	p.comments(l.root.after)
	p.block(l.root, 0)
	p.flush(0)
	p.alignTables()
	columns := p.alignComments()
	var b bytes.Buffer
	for i, r := range p.rows {
		if r.blank && i > 0 {
			b.WriteByte('\n')
		}
		line := r.code
		if r.comment != nil {
			line += strings.Repeat(" ", columns[i]-r.end()) + r.comment.text
		}
		if line != "" {
			line = strings.Repeat(" ", r.indent) + line
		}
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

// end is the column after the code.
func (r *row) end() int { return r.indent + utf8.RuneCountInString(r.code) }

// block prints a mapping or list, each entry in rows of its own.
func (p *printer) block(b *piece, indent int) {
	l := level{indent, b.depth, b.column}
	if b.brackets {
		l.depth++
	}
	p.levels = append(p.levels, l)
	for i, e := range b.entries {
		above := len(p.rows)
		p.broken = p.broken || i > 0
		p.begin(indent, e.head.blank)
		head := len(p.rows) - 1
		if b.kind == yaml.MappingNode {
			p.write(e.head.lines[0] + ":")
		} else {
			p.write("-")
		}
		p.opened = true
		p.comments(e.head.after)
		p.value(b, e.value, indent+step)
		if indent == 0 && i > 0 && len(p.rows) > head+1 {
			p.setApart(above, head)
		}
	}
	p.levels = p.levels[:len(p.levels)-1]
}

// value prints v behind the key or dash of an entry of b.
func (p *printer) value(b, v *piece, indent int) {
	switch {
	case v.empty():
		p.opened = false
	case v.kind == yaml.ScalarNode:
		p.scalar(v, indent)
	case p.fits(v, indent):
		p.begin(indent, v.blank)
		if r := p.row(); b.kind == yaml.MappingNode && v.kind == yaml.MappingNode && r.code != "" {
			r.table, r.value = b, len(r.code)+1
		}
		p.write(v.text())
		p.comments(v.tail().after)
	default:
		p.comments(p.opening(v))
		p.broken = p.broken || b.kind == yaml.MappingNode
		p.block(v, indent)
	}
}

func (p *printer) scalar(v *piece, indent int) {
	p.begin(indent, v.blank)
	p.write(v.lines[0])
	for _, line := range v.lines[1:] {
		p.rows = append(p.rows, row{indent: indent, code: line})
	}
	p.row().kept = v.body != nil && strings.Contains(v.lines[0], "+")
	p.comments(v.after)
	if v.body == nil {
		return
	}
	if v.spaces > 0 {
		indent += v.spaces - step
	}
	for _, line := range v.body.lines {
		p.rows = append(p.rows, row{indent: indent, code: line, kept: p.row().kept})
	}
	p.comments(v.body.after)
}

// fits reports whether v can stand in one line, which is this one unless broken.
func (p *printer) fits(v *piece, indent int) bool {
	before := indent
	if !p.broken {
		before = p.row().end() + 1
	}
	return v.brackets && (len(v.entries) == 0 || before+v.width <= maxWidth)
}

// opening is the comments that go on before the entries of v: those behind its
// bracket and, if what is one line in the file becomes several, the one behind it.
func (p *printer) opening(v *piece) []comment {
	if !v.brackets {
		return nil
	}
	tail := v.tail()
	if v.oneLine && !p.broken && len(tail.after) > 0 && !tail.after[0].own {
		p.row().comment = &tail.after[0]
		tail.after = tail.after[1:]
	}
	return v.after
}

// begin starts a row, if what comes next cannot go on in this one.
func (p *printer) begin(indent int, blank bool) {
	if p.broken {
		p.flush(indent)
		p.rows = append(p.rows, row{indent: indent, blank: blank && !p.opened})
		p.broken = false
	}
	p.opened = false
}

func (p *printer) row() *row { return &p.rows[len(p.rows)-1] }

func (p *printer) write(code string) {
	r := p.row()
	if r.code != "" {
		r.code += " "
	}
	r.code += code
}

// comments takes what follows a token: a comment in this row, and others that
// wait until it is known how far in the next row is.
func (p *printer) comments(all []comment) {
	for i, c := range all {
		if i == 0 && !c.own && len(p.waiting) == 0 && len(p.rows) > 0 && p.row().comment == nil {
			p.row().comment = &c
		} else {
			p.waiting = append(p.waiting, c)
		}
		p.broken = true
	}
	if len(all) > 0 {
		p.around = slices.Clone(p.levels)
	}
}

// flush prints the comments that wait, above a row at indent.
func (p *printer) flush(indent int) {
	deepest := tooWide
	for _, c := range p.waiting {
		deepest = min(deepest, p.indentOf(c, indent))
		p.rows = append(p.rows, row{indent: deepest, code: c.text, blank: c.blank && !p.opened})
		p.opened = false
	}
	p.waiting = nil
}

// indentOf is how far in c is: as the mapping or list that it stood in, of those
// that end above the next row, or else as that row.
func (p *printer) indentOf(c comment, next int) int {
	indent, column, depth := next, -1, 0
	for _, l := range p.around {
		switch {
		case l.indent < next || c.marker:
		case c.depth == 0 && l.depth == 0 && l.column <= c.column && l.column > column:
			indent, column = l.indent, l.column
		case l.depth > depth && l.depth <= c.depth:
			indent, depth = l.indent, l.depth
		}
	}
	return indent
}

// setApart puts a blank line over an entry of the root that has several rows, and
// over the comments on it. They may be among the rows from above to its key.
func (p *printer) setApart(above, key int) {
	for above < key && p.rows[above].indent > 0 {
		above++
	}
	apart := slices.ContainsFunc(p.rows[above:key+1], func(r row) bool { return r.blank })
	if !apart && !p.rows[above-1].kept {
		p.rows[above].blank = true
	}
}
