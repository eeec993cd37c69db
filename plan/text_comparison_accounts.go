package plan

import "strings"

// accountDivergences collects the accounts that only one policy selects, or that
// are held otherwise.
type accountDivergences struct {
	*comparisonText
	appear, vanish []string
	held           [][]string
}

// maxHeldPairs is how many accounts are named with why they are held.
const maxHeldPairs = 12

func (s *accountDivergences) add(p pair) {
	switch {
	case p.old.Account == nil:
		s.appear = s.name(s.appear, p.new.Account)
	case p.new.Account == nil:
		s.vanish = s.name(s.vanish, p.old.Account)
	}
	if p.heldOtherwise() && (s.o.Full || len(s.held) < maxHeldPairs) {
		s.held = append(s.held, heldCells(p))
	}
}

func (s *accountDivergences) name(names []string, a *Account) []string {
	if s.o.Full || len(names) < maxAccountNames {
		names = append(names, a.Name)
	}
	return names
}

func heldCells(p pair) []string {
	name := p.new.Account
	if name == nil {
		name = p.old.Account
	}
	was, is := p.held()
	return []string{Quote(name.Name), "was " + heldText(was), "is " + heldText(is)}
}

// heldText has the reasons, each with its message: a number alone would make
// somebody guess.
func heldText(held []Held) string {
	if len(held) == 0 {
		return "not held"
	}
	reasons := make([]string, len(held))
	for i, h := range held {
		reasons[i] = h.text()
	}
	return "held by " + strings.Join(reasons, "; ")
}

func (s *accountDivergences) write() {
	s.names("Accounts that only "+s.new()+" selects", s.appear, s.c.AccountsAppear)
	s.names("Accounts that only "+s.old()+" selects", s.vanish, s.c.AccountsVanish)
	if len(s.held) == 0 {
		return
	}
	s.title("Held accounts (none of their steps would be run)")
	for _, laid := range columns(s.held, []int{20, 40}) {
		s.line("  %s %s", s.paint('!'), laid)
	}
	s.rest(int(s.c.HeldOtherwise)-len(s.held), "")
	if s.c.NotCompared > 0 {
		s.line("  The steps of %s are not compared: one of the policies could not be followed there.", count(s.c.NotCompared, "account"))
	}
}

func (s *accountDivergences) names(title string, names []string, all int64) {
	if len(names) == 0 {
		return
	}
	more := ""
	if rest := all - int64(len(names)); rest > 0 {
		more = ", ... " + comma(rest) + " more"
	}
	s.title("%s: %s%s", title, quoteAll(names, len(names)), more)
}
