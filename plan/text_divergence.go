package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// divergenceLines is one section: the differences of one kind, by the lines of
// policy that make them, or one by one.
type divergenceLines struct {
	*comparisonText
	kind     divergenceKind
	heading  string
	all      int64
	position int64
	rows     map[divergenceKey]*divergenceRow // as many as the policies have lines
	named    topSteps                         // of what changed meanwhile, which no line makes
}

// divergenceKey is the lines of policy that want a step, as they are printed: was
// is empty for what one policy alone wants.
type divergenceKey struct {
	source, was string
	action      Action
}

type divergenceRow struct {
	divergenceKey
	attributes []Attribute
	accounts   int64
	last       *Account
	steps      int64
	classes    Classes
	were       Classes
	top        topSteps
}

func newDivergenceLines(t *comparisonText, kind divergenceKind, heading string, all int64) *divergenceLines {
	return &divergenceLines{
		comparisonText: t, kind: kind, heading: heading, all: all,
		rows: map[divergenceKey]*divergenceRow{}, named: topSteps{most: maxAccountNames},
	}
}

func (s *divergenceLines) add(d *divergence) {
	if d.kind != s.kind || s.o.Full {
		return
	}
	if s.kind == meanwhile {
		s.keep(&s.named, d)
		s.position++
		return
	}
	step := d.side()
	var seen []*divergenceRow
	for _, attribute := range d.wanted() {
		row := s.row(d.key(attribute))
		if !slices.Contains(row.attributes, attribute) {
			row.attributes = append(row.attributes, attribute)
		}
		if slices.Contains(seen, row) {
			continue
		}
		seen = append(seen, row)
		row.count(d, step)
		s.keep(&row.top, d)
	}
	s.position++
}

func (s *divergenceLines) row(key divergenceKey) *divergenceRow {
	row := s.rows[key]
	if row == nil {
		row = &divergenceRow{divergenceKey: key, top: topSteps{most: maxRowNames}}
		s.rows[key] = row
	}
	return row
}

func (r *divergenceRow) count(d *divergence, step *Step) {
	r.steps++
	r.classes |= step.Change.Classes
	if d.kind == changes {
		r.were |= d.old.Change.Classes
	}
	if r.last != step.Account {
		r.last = step.Account
		r.accounts++
	}
}

func (s *divergenceLines) keep(top *topSteps, d *divergence) {
	step := d.side()
	rank := rankOf(step.Change, secretName(step.Entry.Name))
	if d.kind == changes {
		rank = max(rank, rankOf(d.old.Change, secretName(d.old.Entry.Name)))
	}
	if top.wants(rank) {
		top.add(topStep{
			rank: rank, position: s.position, path: step.Path(), account: step.Account.Name,
			subject: subject(step.Path(), step.Change), does: d.text(),
		})
	}
}

// wanted are the attributes by whose lines a difference is told.
func (d *divergence) wanted() []Attribute {
	if d.kind == changes {
		return d.attributes()
	}
	return attributes(d.side().Change.Rules)
}

func (d *divergence) key(a Attribute) divergenceKey {
	step := d.side()
	key := divergenceKey{source: lineOf(step.Change, a), action: step.Change.Action}
	if d.kind == changes {
		key.was = lineOf(d.old.Change, a)
	}
	return key
}

// lineOf is the line that wants an attribute; of what is added or removed, and of
// what is not wanted by itself, all lines that have a part in it.
func lineOf(c *Change, a Attribute) string {
	switch line := c.Rules[a]; {
	case line != "":
		return Quote(line)
	case a != AttrEntry && c.Action == Update:
		return ""
	}
	return sources(c.Rules)
}

// text says what the policies do, the old one first.
func (d *divergence) text() string {
	if d.kind == changes || d.kind == meanwhile {
		return "was " + stepText(&d.old) + "   is " + stepText(&d.new)
	}
	step := d.side()
	return describe(step.Account, step.Change) + inside(step.Entry)
}

// stepText names the action where a description alone does not.
func stepText(s *Step) string {
	switch s.Change.Action {
	case Add:
		if s.Change.After.Type == Symlink {
			return "add -> " + Quote(s.Change.After.Target) + "   " + describe(s.Account, s.Change)
		}
		return "add " + describe(s.Account, s.Change)
	case Remove:
		return "remove" + strings.TrimPrefix(describe(s.Account, s.Change), "is") + inside(s.Entry)
	}
	return describe(s.Account, s.Change)
}

func (s *divergenceLines) write() error {
	if s.all == 0 {
		return nil
	}
	s.title("%s", s.heading)
	switch {
	case s.o.Full:
		return s.each()
	case s.kind == meanwhile:
		s.steps("  ", &s.named)
		s.rest(int(s.all)-len(s.named.all), "")
		return nil
	}
	rows := slices.SortedFunc(maps.Values(s.rows), compareDivergenceRows)
	shown := rows[:min(len(rows), maxRows)]
	cells := make([][]string, len(shown))
	for i, row := range shown {
		cells[i] = row.cells()
	}
	for i, laid := range columns(cells, []int{32, 40, 24, 16, 20}) {
		s.line("  %s %s", s.symbol(shown[i].action), laid)
		s.steps("      ", &shown[i].top)
	}
	s.rest(len(rows)-len(shown), " policy lines")
	return nil
}

// each names every difference, in the order of the plans.
func (s *divergenceLines) each() error {
	for d, err := range s.c.divergences() {
		if err != nil {
			return err
		}
		if d.kind != s.kind {
			continue
		}
		step := d.side()
		lines := sources(step.Change.Rules)
		if d.kind == changes {
			lines += " (was " + sources(d.old.Change.Rules) + ")"
		}
		s.line("  %s %-44s   %-56s   %s", s.symbol(step.Change.Action),
			Quote(step.Account.Name)+":"+subject(step.Path(), step.Change), d.text(), lines)
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

func (s *divergenceLines) steps(indent string, top *topSteps) {
	for _, laid := range columns(top.cells(), []int{56}) {
		s.line("%s%s", indent, laid)
	}
}

func (r *divergenceRow) cells() []string {
	wants := make([]string, len(r.attributes))
	for i, a := range r.attributes {
		wants[i] = Quote(string(a))
	}
	classes := r.classes.text()
	was := ""
	if r.were != 0 || r.was != "" {
		was = "was " + lineText(r.was)
		if r.were != r.classes {
			classes = "was " + r.were.text() + "; is " + classes
		}
	}
	return []string{lineText(r.source), was, strings.Join(wants, ", "), count(r.accounts, "account"), count(r.steps, "entry"), classes}
}

// lineText is a line of policy. One policy may want nothing of what the other
// changes.
func lineText(line string) string {
	if line == "" {
		return "by no line"
	}
	return line
}

func compareDivergenceRows(x, y *divergenceRow) int {
	return cmp.Or(
		cmp.Compare(y.top.all[0].rank/2, x.top.all[0].rank/2),
		cmp.Compare(y.accounts, x.accounts),
		cmp.Compare(x.source, y.source),
		cmp.Compare(x.was, y.was),
		cmp.Compare(x.action, y.action),
	)
}
