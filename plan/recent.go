package plan

import "strings"

// Directory after directory gets the same changes: what was read, checked and
// hashed for the last few blocks of an account is used again where the text is
// the same.
type recentChanges struct {
	known [8]knownChanges
	next  int
}

type knownChanges struct {
	text    string
	changes []Change
	groups  []ID
}

// maxKnown keeps contents of files out.
const maxKnown = 8 << 10

func (b *Block) changes(c *codec) {
	if c.recent != nil && c.recent.find(b, c) {
		return
	}
	c.changesAt = len(c.out) + c.at
	items(c, "changes", &b.Changes, (*Change).wire)
	c.changesEnd = len(c.out) + c.at
}

// find takes what is known if the line goes on with its text. A text is a whole
// field, so that none is the beginning of another.
func (r *recentChanges) find(b *Block, c *codec) bool {
	for i := range r.known {
		k := &r.known[i]
		if k.text != "" && c.accept(k.text) {
			b.Changes, b.groups = k.changes, k.groups
			return true
		}
	}
	return false
}

// keep remembers a block that was found right.
func (r *recentChanges) keep(b *Block, c *codec) {
	if n := c.changesEnd - c.changesAt; n > 0 && n <= maxKnown {
		r.known[r.next] = knownChanges{strings.Clone(c.in[c.changesAt:c.changesEnd]), b.Changes, b.groups}
		r.next = (r.next + 1) % len(r.known)
	}
}
