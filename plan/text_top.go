package plan

import (
	"cmp"
	"slices"
)

// topSteps keeps the steps that a reader should see of many: those of the
// highest rank, and of these the first.
type topSteps struct {
	most int
	all  []topStep
}

type topStep struct {
	rank     int
	position int64
	path     string
	inside   string
	account  string
	// Where steps of several accounts are kept, also:
	subject string
	does    string
}

// wants reports whether a step that comes after all others would be kept, so
// that nothing is spelled out for those that are not.
func (t *topSteps) wants(rank int) bool {
	return len(t.all) < t.most || t.all[len(t.all)-1].rank < rank
}

// keep adds a step of account a as it is shown among those of others.
func (t *topSteps) keep(a *Account, b *Block, e *Entry, rank int, position int64) {
	if !t.wants(rank) {
		return
	}
	c := &b.Changes[e.Change]
	path := pathOf(b, e)
	t.add(topStep{
		rank: rank, position: position, path: path, account: a.Name,
		subject: subject(path, c), does: describe(a, c) + inside(e),
	})
}

// cells name each step and its account, and say what it does.
func (t *topSteps) cells() [][]string {
	cells := make([][]string, len(t.all))
	for i, s := range t.all {
		cells[i] = []string{Quote(s.account) + ":" + s.subject, s.does}
	}
	return cells
}

func (t *topSteps) add(s topStep) {
	if len(t.all) == t.most {
		t.all = t.all[:t.most-1]
	}
	at, _ := slices.BinarySearchFunc(t.all, s, func(x, y topStep) int {
		return cmp.Or(cmp.Compare(y.rank, x.rank), cmp.Compare(x.position, y.position))
	})
	t.all = slices.Insert(t.all, at, s)
}
