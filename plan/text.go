package plan

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// TextOptions says how much of a plan [WriteText] shows, and how.
type TextOptions struct {
	// Full names every step, problem and held account, however many there are.
	Full  bool
	Color bool // ANSI colours
	// File is the plan's file as the hints name it; empty for a plan that was
	// not saved.
	File   string
	NoNext bool // for callers that ask at once
	// Group, a group's id or a prefix of it, and Account, patterns of account
	// names, show a part: the steps, problems and reasons that they select.
	// Held accounts that an Account selects are shown with their steps.
	Group   string
	Account []string
}

// WriteText writes a plan for people. What it writes is printable ASCII,
// newlines and, if asked for, colours, whatever the names on disk are. It reads
// the plan once, or twice for Full, in memory that does not grow with it: but
// for the accounts that are held, under Full.
func WriteText(w io.Writer, p *Plan, o TextOptions) error {
	t := &text{w: bufio.NewWriter(w), p: p, o: o, short: p.GroupPrefixes()}
	if err := t.choose(); err != nil {
		return err
	}
	t.headline()
	if err := t.body(); err != nil {
		return err
	}
	if t.whole() {
		t.access()
		t.checks()
		t.limits()
	}
	t.closing()
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

// text is one rendering under way. Lines go through [text.line], which keeps
// the first error.
type text struct {
	w     *bufio.Writer
	err   error
	p     *Plan
	o     TextOptions
	short *Prefixes
	group ID    // the one that the options select, if they do
	shown int64 // steps that the options selected
}

func (t *text) choose() error {
	for _, pattern := range t.o.Account {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("%s: not a pattern", Quote(pattern))
		}
	}
	if t.o.Group == "" {
		return nil
	}
	id, err := t.short.Find(t.o.Group)
	t.group = id
	return err
}

// whole reports whether the options select everything.
func (t *text) whole() bool { return t.group.IsZero() && len(t.o.Account) == 0 }

func (t *text) wants(account string) bool {
	if len(t.o.Account) == 0 {
		return true
	}
	for _, pattern := range t.o.Account {
		if ok, err := doublestar.Match(pattern, account); ok && err == nil {
			return true
		}
	}
	return false
}

// line writes one line; what comes from the disk was quoted by the caller.
func (t *text) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
	if t.err == nil {
		t.err = t.w.WriteByte('\n')
	}
}

// title begins a section.
func (t *text) title(format string, args ...any) {
	t.line("")
	t.line(format, args...)
}

// body writes what is read from the records: accounts, problems, held accounts.
func (t *text) body() error {
	if t.byLine() {
		return t.overview()
	}
	problems, held := newProblemLines(t.many()), newHeldLines(t.many())
	if t.o.Full {
		held.room = math.MaxInt
	}
	steps := t.stepLines()
	keep, found := false, false
	for r, err := range t.p.Records() {
		if err != nil {
			return err
		}
		if t.err != nil {
			return t.err
		}
		switch {
		case r.Account != nil:
			if keep = t.wants(r.Account.Name); keep {
				found = true
				steps.account(r.Account)
				held.add(r.Account)
			}
		case r.Block != nil && keep:
			steps.block(r.Block)
		case r.Problem != nil && !t.o.Full && t.wants(r.Problem.Account):
			problems.add(r.Problem)
		}
	}
	if !found && len(t.o.Account) > 0 {
		return fmt.Errorf("%s: no account of the plan has such a name", quoteAll(t.o.Account, len(t.o.Account)))
	}
	steps.end()
	t.held(held)
	if t.o.Full {
		return t.allProblems()
	}
	problems.flush()
	t.problems(problems)
	return nil
}

// stepSection is one of the forms that steps are shown in. It gets each account
// and then its blocks.
type stepSection interface {
	account(*Account)
	block(*Block)
	end()
}

func (t *text) stepLines() stepSection {
	if t.o.Full || !t.group.IsZero() {
		return &fullForm{text: t}
	}
	return &accountForm{text: t}
}

// maxAccounts is how many changed accounts are shown one by one.
const maxAccounts = 20

func (t *text) many() bool { return t.p.Trailer.Summary.AccountsChanged > maxAccounts }

// byLine reports whether steps are shown by policy line.
func (t *text) byLine() bool { return t.many() && t.whole() && !t.o.Full }

func (t *text) headline() {
	symbols := t.symbols()
	end := "."
	if symbols != "" {
		end = ". Symbols:"
	}
	t.line("rightful compared %s%s", t.compared(Quote), end)
	if symbols != "" {
		t.line("  %s", symbols)
	}
	if t.p.Header.Snapshot != nil {
		t.line("Made from %s: cannot be applied.", t.p.Header.origin())
	}
	if n := t.narrowed(); n != "" {
		t.line("Narrowed to %s: the rest of the host was not looked at.", n)
	}
}

// compared says what the plan comes from, with names as the place needs them.
func (t *text) compared(name func(string) string) string {
	s := t.p.Trailer.Summary
	if run := t.p.Header.Undoes; run != "" {
		return count(s.Accounts, "account") + " with what run " + name(run) + " left, to take it back"
	}
	return count(s.Accounts, "account") + " (" + count(s.Entries, "entry") + ") with policy " + name(t.p.Header.Policy.Name)
}

// symbols is the legend, of those that occur.
func (t *text) symbols() string {
	tally := t.p.Trailer.Summary.Tally
	var legend []string
	for _, s := range []struct {
		steps  int64
		action Action
		means  string
	}{
		{tally.Adds, Add, "add"},
		{tally.Updates, Update, "change in place"},
		{tally.Removes, Remove, "remove (to quarantine)"},
	} {
		if s.steps > 0 {
			legend = append(legend, t.symbol(s.action)+" "+s.means)
		}
	}
	return strings.Join(legend, "    ")
}

func (t *text) narrowed() string {
	var parts []string
	if a := t.p.Header.Accounts; len(a) > 0 {
		parts = append(parts, "accounts "+quoteAll(a, 5))
	}
	if p := t.p.Header.Paths; len(p) > 0 {
		parts = append(parts, "paths "+quoteAll(p, 5))
	}
	return strings.Join(parts, ", ")
}
