package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// lineForm shows many accounts by policy line: whoever approves hundreds of
// accounts approves lines of policy, and looks at the riskiest of what they do.
type lineForm struct {
	a        *Account
	position int64
	accounts int64
	rows     map[lineKey]*lineRow // as many as the policy has lines
	names    []string             // of accounts that change
	taken    topSteps
	removed  topSteps
	of       [][]*lineRow // by the changes of the block in hand
}

type lineKey struct {
	source string
	action Action
}

// lineRow is what one line of policy does, by action.
type lineRow struct {
	lineKey
	attributes []Attribute
	accounts   int64
	last       *Account
	steps      int64
	classes    Classes
	top        topSteps
}

// How much of each part the short form has room for.
const (
	maxRows         = 20
	maxRowNames     = 2
	maxAccountNames = 8
)

func newLineForm() *lineForm {
	return &lineForm{
		rows:  map[lineKey]*lineRow{},
		taken: topSteps{most: maxNamed}, removed: topSteps{most: maxNamed},
	}
}

func (f *lineForm) account(a *Account) {
	f.a = a
	if len(a.Held) > 0 || a.Tally.Steps == 0 {
		f.a = nil
		return
	}
	f.accounts++
	if len(f.names) < maxAccountNames {
		f.names = append(f.names, a.Name)
	}
}

// block counts the steps of b. It looks at its entries only where one of them
// may have to be named; once there are names enough, hardly ever.
func (f *lineForm) block(b *Block, shares []share, entries func() []Entry) {
	if f.a == nil {
		return
	}
	f.of = f.of[:0]
	named := false
	for i := range b.Changes {
		rows := f.find(&b.Changes[i])
		f.of = append(f.of, rows)
		named = f.count(&b.Changes[i], shares[i], rows) || named
	}
	if named {
		b.Entries = entries()
		for i := range b.Entries {
			f.name(b, i)
		}
	}
	for _, s := range shares {
		f.position += s.steps
	}
}

// find is the rows that a change counts in.
func (f *lineForm) find(c *Change) []*lineRow {
	var rows []*lineRow
	for _, attribute := range attributes(c.Rules) {
		key := lineKey{c.Rules[attribute], c.Action}
		row := f.rows[key]
		if row == nil {
			row = &lineRow{lineKey: key, top: topSteps{most: maxRowNames}}
			f.rows[key] = row
		}
		if !slices.Contains(row.attributes, attribute) {
			row.attributes = append(row.attributes, attribute)
		}
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
		row.classes |= c.Classes
	}
	return rows
}

// count counts the steps that have c, and reports whether one of them may have to
// be named.
func (f *lineForm) count(c *Change, s share, rows []*lineRow) (named bool) {
	rank := rankOf(c, s.secret)
	for _, row := range rows {
		row.steps += s.steps
		if row.last != f.a {
			row.last = f.a
			row.accounts++
		}
		named = named || row.top.wants(rank)
	}
	return named || c.Classes&Take != 0 && f.taken.wants(rank) || c.Action == Remove && f.removed.wants(rank)
}

func (f *lineForm) name(b *Block, i int) {
	e := &b.Entries[i]
	c := &b.Changes[e.Change]
	rank, position := rankOf(c, secretName(e.Name)), f.position+int64(i)
	for _, row := range f.of[e.Change] {
		row.top.keep(f.a, b, e, rank, position)
	}
	if c.Classes&Take != 0 {
		f.taken.keep(f.a, b, e, rank, position)
	}
	if c.Action == Remove {
		f.removed.keep(f.a, b, e, rank, position)
	}
}

// lines writes what an overview has of steps.
func (t *text) lines(f *lineForm) {
	t.title("# %s change: %s", count(f.accounts, "account"), f.accountNames())
	t.line("# by policy line; an entry counts at each line that wants something of it   %s", t.hint("-full"))
	rows := slices.SortedFunc(maps.Values(f.rows), compareRows)
	shown := rows[:min(len(rows), maxRows)]
	cells := make([][]string, len(shown))
	for i, row := range shown {
		cells[i] = row.cells()
	}
	for i, laid := range columns(cells, []int{32, 24, 16, 20}) {
		t.line("  %s %s", t.symbol(shown[i].action), laid)
		t.steps("      ", &shown[i].top)
	}
	if rest := rows[len(shown):]; len(rest) > 0 {
		t.line("  ... %s", count(int64(len(rest)), "more policy line"))
	}
	t.named("Taken from another owner", &f.taken, t.p.Trailer.Summary.Tally.Take)
	t.named("Removed (to quarantine)", &f.removed, t.p.Trailer.Summary.Tally.Removes)
}

func (f *lineForm) accountNames() string {
	s := quoteAll(f.names, len(f.names))
	if rest := f.accounts - int64(len(f.names)); rest > 0 {
		s += ", ... " + comma(rest) + " more"
	}
	return s
}

func compareRows(x, y *lineRow) int {
	return cmp.Or(
		cmp.Compare(y.top.all[0].rank/2, x.top.all[0].rank/2),
		cmp.Compare(y.accounts, x.accounts),
		cmp.Compare(x.source, y.source),
		cmp.Compare(x.action, y.action),
	)
}

func (r *lineRow) cells() []string {
	wants := make([]string, len(r.attributes))
	for i, a := range r.attributes {
		wants[i] = Quote(string(a))
	}
	return []string{
		Quote(r.source), strings.Join(wants, ", "), count(r.accounts, "account"), count(r.steps, "entry"),
		strings.Join(r.classes.Names(), ", "),
	}
}

// steps writes single steps of several accounts.
func (t *text) steps(indent string, top *topSteps) {
	for _, laid := range columns(top.cells(), []int{56}) {
		t.line("%s%s", indent, laid)
	}
}

func (t *text) named(title string, top *topSteps, all int64) {
	if len(top.all) == 0 {
		return
	}
	t.title("%s", title)
	t.steps("  ", top)
	if rest := all - int64(len(top.all)); rest > 0 {
		t.line("  ... %s more", comma(rest))
	}
}
