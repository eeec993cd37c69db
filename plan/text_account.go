package plan

import (
	"fmt"
	"strings"
)

// accountForm shows each account's steps, those of one group as one line.
type accountForm struct {
	*text
	a     *Account
	folds *folds
	lines []accountLine
	// how many more steps of these classes are named
	takes, removes int
}

// accountLine is one line about steps, and one below it for names.
type accountLine struct {
	action Action
	cells  []string
	steps  int64
	names  string
}

const (
	maxFolds        = 64 // kept for one account
	maxAccountLines = 60 // printed for one account
)

// Columns end here, but for cells that are longer.
var accountColumns = [...]int{44, 56, 24}

func (f *accountForm) account(a *Account) {
	f.end()
	if len(a.Held) > 0 && f.whole() {
		f.a = nil
		return
	}
	f.a, f.folds = a, newFolds(maxFolds)
	f.lines, f.takes, f.removes = nil, maxNamed, maxNamed
}

func (f *accountForm) block(b *Block) {
	if f.a != nil {
		f.folds.add(f.a, b)
	}
}

func (f *accountForm) end() {
	if f.a == nil || f.folds.steps == 0 {
		return
	}
	f.shown += f.folds.steps
	f.title("%s", accountTitle(f.a))
	for _, fold := range f.folds.sorted() {
		f.fold(fold)
	}
	f.print()
	f.a = nil
}

func accountTitle(a *Account) string {
	left := "# " + Quote(a.Name) + "  " + Quote(a.Home)
	title := fmt.Sprintf("%-58s %s to add, %s to change, %s to remove", left,
		comma(a.Tally.Adds), comma(a.Tally.Updates), comma(a.Tally.Removes))
	if len(a.Held) == 0 {
		return title
	}
	reasons := make([]string, len(a.Held))
	for i, h := range a.Held {
		reasons[i] = Quote(h.Reason)
	}
	return title + "  HELD, not in the run: " + strings.Join(reasons, ", ")
}

// fold adds the lines for one group: its steps one by one while they are few or
// of a class that is named, the rest as a pattern.
func (f *accountForm) fold(g *fold) {
	quota := 0
	if g.steps <= foldAt {
		quota = foldAt
	}
	switch {
	case g.change.Action == Remove:
		quota = f.removes
	case g.change.Classes&Take != 0:
		quota = f.takes
	}
	n := min(quota, len(g.names.all))
	for _, name := range g.names.all[:n] {
		f.lines = append(f.lines, f.single(g, name))
	}
	switch {
	case g.change.Action == Remove:
		f.removes -= n
	case g.change.Classes&Take != 0:
		f.takes -= n
	}
	if int64(n) < g.steps {
		f.lines = append(f.lines, f.folded(g, n))
	}
}

func (f *accountForm) single(g *fold, name topStep) accountLine {
	return accountLine{action: g.change.Action, steps: 1, cells: []string{
		subject(name.path, &g.change), describe(f.a, &g.change) + name.inside, sources(g.change.Rules),
	}}
}

func (f *accountForm) folded(g *fold, named int) accountLine {
	rest := g.steps - int64(named)
	what := count(rest, g.noun())
	if named > 0 {
		what = comma(rest) + " more"
	}
	id := f.short.Short(g.group)
	line := accountLine{action: g.change.Action, steps: rest, cells: []string{
		g.pattern() + "  " + what, describe(f.a, &g.change), sources(g.change.Rules), "group " + id,
	}}
	if named == 0 {
		line.names = f.samples(g, id)
	}
	return line
}

// samples is what a fold's line is followed by: every name that looks like a
// secret, as far as there is room, and a few others.
func (f *accountForm) samples(g *fold, id string) string {
	var names []string
	for i, name := range g.names.all {
		if i < minSamples || name.rank > 0 {
			names = append(names, Quote(name.path))
		}
	}
	return fmt.Sprintf("%s, ... %s more   %s", strings.Join(names, ", "),
		comma(g.steps-int64(len(names))), f.hint("-group "+id))
}

// hint is the command that shows more.
func (t *text) hint(flags string) string {
	s := "(rightful show " + flags
	if t.o.File != "" {
		s += " " + Quote(t.o.File)
	}
	return s + ")"
}

func (f *accountForm) print() {
	lines := f.lines[:min(len(f.lines), maxAccountLines)]
	rows := make([][]string, len(lines))
	for i, line := range lines {
		rows[i] = line.cells
	}
	rest := f.folds.steps
	for i, laid := range columns(rows, accountColumns[:]) {
		f.line("  %s %s", f.symbol(lines[i].action), laid)
		if names := lines[i].names; names != "" {
			f.line("      %s", names)
		}
		rest -= lines[i].steps
	}
	if rest > 0 {
		f.line("  ... %s   %s", count(rest, "more step"), f.hint("-full -account "+Quote(f.a.Name)))
	}
}
