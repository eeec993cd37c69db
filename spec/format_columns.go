package spec

import (
	"slices"
	"strings"
)

// alignTables puts values in brackets that stand below each other in one column,
// comments between them aside, unless that makes any of them too wide.
func (p *printer) alignTables() {
	var table []*row
	for i := range p.rows {
		r := &p.rows[i]
		if strings.HasPrefix(r.code, "#") && !r.blank {
			continue
		}
		if len(table) > 0 && (table[0].table != r.table || r.blank) {
			alignTable(table)
			table = nil
		}
		if r.table != nil {
			table = append(table, r)
		}
	}
	alignTable(table)
}

func alignTable(table []*row) {
	column := 0
	for _, r := range table {
		column = max(column, r.valueColumn())
	}
	wide := slices.ContainsFunc(table, func(r *row) bool { return r.end()+column-r.valueColumn() > maxWidth })
	for _, r := range table {
		if !wide {
			r.code = r.code[:r.value] + strings.Repeat(" ", column-r.valueColumn()) + r.code[r.value:]
		}
	}
}

func (r *row) valueColumn() int {
	key := row{indent: r.indent, code: r.code[:r.value]}
	return key.end()
}

// alignComments returns the column of each row's comment. Comments that stood in
// one column still do, as far behind the longest of their lines as they were.
func (p *printer) alignComments() []int {
	columns := make([]int, len(p.rows))
	for from := 0; from < len(p.rows); {
		first, to := -1, from
		ends, gap := 0, tooWide
		for ; to < len(p.rows); to++ {
			c := p.rows[to].comment
			if c == nil {
				continue
			}
			if first >= 0 && c.column != p.rows[first].comment.column {
				break
			}
			if first < 0 {
				first = to
			}
			ends = max(ends, p.rows[to].end())
			gap = min(gap, max(1, c.column-c.end))
		}
		for i := from; i < to; i++ {
			columns[i] = ends + gap
		}
		from = to
	}
	return columns
}
