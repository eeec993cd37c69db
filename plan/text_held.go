package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// heldLines collects the accounts that are left out, and why.
type heldLines struct {
	room  int
	cells [][]string
	rest  map[string]int64 // reasons that there is no room for
	limit bool             // some are held by a limit: their steps are in the plan
}

// newHeldLines has less room where there are many accounts.
func newHeldLines(many bool) *heldLines {
	l := &heldLines{room: 40, rest: map[string]int64{}}
	if many {
		l.room = 12
	}
	return l
}

func (l *heldLines) add(a *Account) {
	for _, h := range a.Held {
		l.limit = l.limit || h.byLimit()
		if len(l.cells) == l.room {
			l.rest[h.Reason]++
			continue
		}
		l.cells = append(l.cells, []string{Quote(a.Name), h.text()})
	}
}

// text names the reason, which the message of a limit begins with already.
func (h Held) text() string {
	if strings.HasPrefix(h.Message, h.Reason) {
		return Printable(h.Message)
	}
	return Quote(h.Reason) + ": " + Printable(h.Message)
}

func (t *text) held(l *heldLines) {
	if len(l.cells) == 0 {
		return
	}
	t.title("Held accounts (none of their steps will be run)")
	for _, laid := range columns(l.cells, []int{20}) {
		t.line("  %s %s", t.paint('!'), laid)
	}
	if len(l.rest) > 0 {
		t.line("  ... more: %s   %s", reasons(l.rest), t.hint("-full"))
	}
	if l.limit {
		t.line("  What a limit holds can be looked at %s and, below the host's ceiling, approved with -override.", t.hint("-account NAME"))
	}
}

// reasons counts held accounts by reason, the most first.
func reasons(of map[string]int64) string {
	order := slices.SortedFunc(maps.Keys(of), func(x, y string) int {
		return cmp.Or(cmp.Compare(of[y], of[x]), cmp.Compare(x, y))
	})
	parts := make([]string, len(order))
	for i, reason := range order {
		parts[i] = comma(of[reason]) + " " + Quote(reason)
	}
	return strings.Join(parts, ", ")
}
