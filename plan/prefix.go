package plan

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// What the text of an ID begins with.
const (
	StepPrefix  = "s-"
	GroupPrefix = "g-"
)

// minDigits is how short a prefix gets, so that it still looks like an ID and
// stays right when a few more steps come.
const minDigits = 6

// Prefixes shortens the IDs of one set and finds them again. It takes 16 bytes
// an ID.
type Prefixes struct {
	kind string
	ids  []ID
}

// NewPrefixes takes ids over and sorts them; kind is [StepPrefix] or
// [GroupPrefix].
func NewPrefixes(kind string, ids []ID) *Prefixes {
	slices.SortFunc(ids, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
	return &Prefixes{kind, slices.Compact(ids)}
}

// Short is the shortest prefix of at least six digits that no other ID of the
// set has, as in g-7f3a91. An ID that is not in the set is given whole.
func (p *Prefixes) Short(id ID) string {
	i := sort.Search(len(p.ids), func(i int) bool { return bytes.Compare(p.ids[i][:], id[:]) >= 0 })
	if i == len(p.ids) || p.ids[i] != id {
		return p.kind + id.Hex()
	}
	n := minDigits
	if i > 0 {
		n = max(n, shared(p.ids[i-1], id)+1)
	}
	if i+1 < len(p.ids) {
		n = max(n, shared(p.ids[i+1], id)+1)
	}
	return p.kind + id.Hex()[:n]
}

// shared is how many digits two different IDs have in common.
func shared(a, b ID) int {
	for i := range a {
		if x := a[i] ^ b[i]; x > 15 {
			return 2 * i
		} else if x > 0 {
			return 2*i + 1
		}
	}
	return 2 * len(a)
}

// PrefixError is a prefix that does not name one ID.
type PrefixError struct {
	Prefix     string
	Candidates int // how many have it
}

func (e *PrefixError) Error() string {
	if e.Candidates == 0 {
		return fmt.Sprintf("%s: no such id in this plan", Quote(e.Prefix))
	}
	return fmt.Sprintf("%s: ambiguous: %d ids begin so", Quote(e.Prefix), e.Candidates)
}

// Find is the one ID whose text begins with prefix. The kind may be left out,
// the six digits may not.
func (p *Prefixes) Find(prefix string) (ID, error) {
	digits := strings.TrimPrefix(prefix, p.kind)
	if len(digits) < minDigits || len(digits) > 32 || strings.Trim(digits, lowerHex) != "" {
		return ID{}, fmt.Errorf("%s: not an id: %s and 6 to 32 digits 0-9a-f", Quote(prefix), p.kind)
	}
	from := sort.Search(len(p.ids), func(i int) bool { return p.ids[i].Hex() >= digits })
	n := sort.Search(len(p.ids)-from, func(i int) bool { return !strings.HasPrefix(p.ids[from+i].Hex(), digits) })
	if n != 1 {
		return ID{}, &PrefixError{prefix, n}
	}
	return p.ids[from], nil
}

// GroupPrefixes shortens the IDs of the plan's groups; those of held accounts
// have none.
func (p *Plan) GroupPrefixes() *Prefixes {
	ids := make([]ID, len(p.Trailer.Groups))
	for i, g := range p.Trailer.Groups {
		ids[i] = g.ID
	}
	return NewPrefixes(GroupPrefix, ids)
}

// StepPrefixes reads the whole plan to shorten the IDs of its steps: 16 bytes
// for each.
func (p *Plan) StepPrefixes() (*Prefixes, error) {
	var ids []ID
	for s, err := range p.Steps() {
		if err != nil {
			return nil, err
		}
		ids = append(ids, s.ID())
	}
	return NewPrefixes(StepPrefix, ids), nil
}
