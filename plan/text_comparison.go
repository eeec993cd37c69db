package plan

import (
	"bufio"
	"io"
	"strings"
	"time"
)

// WriteComparison writes a comparison for people, as [WriteText] does a plan. Of
// the options it knows Full, which names every step, and Color. It reads both
// plans once, for Full once more for each kind of difference that there is, in
// memory that does not grow with them: but for the accounts that are named, under
// Full.
func WriteComparison(w io.Writer, c *Comparison, o TextOptions) error {
	t := &comparisonText{text: &text{w: bufio.NewWriter(w), p: c.New, o: o}, c: c}
	t.headline()
	if err := t.body(); err != nil {
		return err
	}
	t.access()
	t.limits()
	t.problems()
	t.closing()
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

type comparisonText struct {
	*text
	c *Comparison
}

func (t *comparisonText) headline() {
	s := t.c.New.Trailer.Summary
	end := "."
	steps := t.c.Appear+t.c.Vanish+t.c.Change > 0
	if steps {
		end = ". Symbols:"
	}
	t.line("rightful compared policy %s with %s on %s (%s)%s", t.old(), t.new(),
		count(s.Accounts, "account"), count(s.Entries, "entry"), end)
	if steps {
		t.line("  %s add    %s change in place    %s remove (to quarantine)", t.symbol(Add), t.symbol(Update), t.symbol(Remove))
	}
	if n := t.narrowed(); n != "" {
		t.line("Narrowed to %s: the rest of the host was not looked at.", n)
	}
}

func (t *comparisonText) old() string { return Quote(t.c.Old.Header.Policy.Name) }
func (t *comparisonText) new() string { return Quote(t.c.New.Header.Policy.Name) }

// body writes what is read from the plans' records.
func (t *comparisonText) body() error {
	sections := []*divergenceLines{
		newDivergenceLines(t, appears, "Steps that appear: only "+t.new()+" asks for them", t.c.Appear),
		newDivergenceLines(t, vanishes, "Steps that vanish: only "+t.old()+" asks for them", t.c.Vanish),
		newDivergenceLines(t, changes, "Steps that change: both ask for one, and not for the same", t.c.Change),
		newDivergenceLines(t, meanwhile, "Changed meanwhile: what was not the same in both walks is not compared", t.c.Meanwhile),
	}
	accounts := &accountDivergences{comparisonText: t}
	for d, err := range t.c.divergences() {
		switch {
		case err != nil:
			return err
		case t.err != nil:
			return t.err
		case d.kind == ofAccount:
			accounts.add(d.pair)
		}
		for _, s := range sections {
			s.add(&d)
		}
	}
	for _, s := range sections {
		if err := s.write(); err != nil {
			return err
		}
	}
	accounts.write()
	return nil
}

// access writes who can reach what after the one plan, and after the other.
func (t *comparisonText) access() {
	all := t.c.Access
	if len(all) == 0 {
		return
	}
	shown := all[:min(len(all), t.most(maxAccess, len(all)))]
	rows := [][]string{{"Access", "after the old plan", "after the new one"}}
	for i := range shown {
		p := &shown[i]
		rows = append(rows, []string{"  " + p.either().title(), p.Old.afterText(), p.afterNew(), Quote(p.either().Source)})
	}
	t.line("")
	for _, laid := range columns(rows, []int{60, 40, 76}) {
		t.line("%s", laid)
	}
	t.rest(len(all)-len(shown), "")
}

// afterText is how an expectation is kept after a plan.
func (a *Access) afterText() string {
	switch {
	case a == nil:
		return "not asked"
	case a.Matched == 0:
		return "matched nothing"
	}
	return a.verdict(a.AccountsDeniedAfter, a.DeniedAfter)
}

// afterNew is how it is kept after the new plan, and where that is another thing.
func (p *AccessPair) afterNew() string {
	s := p.New.afterText()
	noun := p.either().noun()
	if p.Worse > 0 {
		s += ", WORSE for " + among(p.Worse, noun, p.AccountsWorse)
	}
	if p.Better > 0 {
		s += ", better for " + among(p.Better, noun, p.AccountsBetter)
	}
	return s
}

// among is "3 files in 1 account".
func among(n int64, noun string, accounts int64) string {
	if noun == "account" {
		return count(n, noun)
	}
	return count(n, noun) + " in " + count(accounts, "account")
}

// limits writes the limits that are used otherwise, or that are others.
func (t *comparisonText) limits() {
	if len(t.c.Limits) > 0 {
		t.title("%-27s%17s%21s", "Limits (used of allowed)", "old", "new")
		for _, p := range t.c.Limits {
			t.line("  %-25s%17s%21s%s", limitName(p.either().Limit.Name), usedText(p.Old), usedText(p.New), exceededText(p.New))
		}
	}
	for i, p := range t.c.Rules {
		if i == 0 {
			t.title("Limits of each account")
		}
		t.line("  %-25s   was %s%s, is %s%s", limitName(p.either().Name), p.Old.Text(), p.Old.where(), p.New.Text(), p.New.where())
	}
}

func (p *VerdictPair) either() *Verdict {
	if p.New != nil {
		return p.New
	}
	return p.Old
}

func (p *LimitPair) either() *Limit {
	if p.New != nil {
		return p.New
	}
	return p.Old
}

func limitName(name string) string {
	scope, key, _ := strings.Cut(name, ".")
	return Quote(scope) + "  " + Quote(key)
}

func usedText(v *Verdict) string {
	switch {
	case v == nil:
		return "no limit"
	case v.Allowed < 0:
		return comma(v.Used) + " of unlimited"
	}
	return comma(v.Used) + " of " + comma(v.Allowed)
}

func exceededText(v *Verdict) string {
	if v == nil || !v.Exceeded {
		return ""
	}
	return "   EXCEEDED"
}

func (l *Limit) where() string {
	if l == nil {
		return ""
	}
	return " (" + Printable(l.Source) + ")"
}

func (t *comparisonText) problems() {
	if len(t.c.Problems) == 0 {
		return
	}
	t.title("%-27s%17s%21s", "Problems (left alone)", "old", "new")
	for _, p := range t.c.Problems {
		t.line("  %-25s%17s%21s", Quote(string(p.Kind)), comma(p.Old), comma(p.New))
	}
}

// closing is what is read last, and by many only.
func (t *comparisonText) closing() {
	c := t.c
	t.line("")
	switch {
	case !c.Same():
		t.line("Difference: %s, %s, %s.", count(c.Appear, "step")+does(c.Appear, "appear"),
			comma(c.Vanish)+does(c.Vanish, "vanish"), comma(c.Change)+does(c.Change, "change"))
	case c.Meanwhile > 0:
		t.line("No difference but for %s that changed between the two walks.", count(c.Meanwhile, "entry"))
	default:
		t.line("No difference: both policies do the same here.")
	}
	if c.InHeld > 0 {
		t.line("Of these, %s in held accounts, and would not be run.", isAre(c.InHeld))
	}
	if left := t.left(); len(left) > 0 {
		t.line("Not covered: %s.", list(left))
	}
	if c.Same() {
		return
	}
	h := &c.New.Header
	t.line("Digests: %s (old), %s (new), made %s on %s.", shortDigest(c.Old.Digest), shortDigest(c.New.Digest),
		h.Created.UTC().Format(time.DateTime+" UTC"), Quote(h.Host.Name))
}

// does is a verb for so many.
func does(n int64, verb string) string {
	switch {
	case n != 1:
		return " " + verb
	case strings.HasSuffix(verb, "sh"):
		return " " + verb + "es"
	}
	return " " + verb + "s"
}

func isAre(n int64) string { return comma(n) + strings.TrimSuffix(verb(n), " ") }

// rest is the line below a list that there is no room for.
func (t *comparisonText) rest(n int, what string) {
	if n > 0 {
		t.line("  ... %s more%s   (-full)", comma(int64(n)), what)
	}
}
