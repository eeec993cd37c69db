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
	// Where steps of several accounts are kept, also:
	account string
	subject string
	does    string
}

// wants reports whether a step that comes after all others would be kept, so
// that nothing is spelled out for those that are not.
func (t *topSteps) wants(rank int) bool {
	return len(t.all) < t.most || t.all[len(t.all)-1].rank < rank
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
