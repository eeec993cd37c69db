package plan

import (
	"maps"
	"slices"
	"strings"
)

// Directory after directory gets the same changes: what was read, checked and
// hashed for the last few blocks of an account is used again where the text is
// the same, and what was checked and written where the changes are.
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
	if c.known != "" {
		c.separate()
		c.literal(c.known)
	} else {
		items(c, "changes", &b.Changes, (*Change).wire)
	}
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
		r.add(knownChanges{strings.Clone(c.in[c.changesAt:c.changesEnd]), b.Changes, b.groups})
	}
}

func (r *recentChanges) add(k knownChanges) {
	r.known[r.next] = k
	r.next = (r.next + 1) % len(r.known)
}

// same is the text of changes that were written before, without a comma.
func (r *recentChanges) same(changes []Change) string {
	for i := range r.known {
		if k := &r.known[i]; sameChanges(k.changes, changes) {
			return k.text
		}
	}
	return ""
}

// sameChanges is for changes without content.
func sameChanges(a, b []Change) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].same(&b[i]) {
			return false
		}
	}
	return true
}

func (ch *Change) same(o *Change) bool {
	return ch.Before == o.Before && ch.After == o.After && ch.Action == o.Action && ch.Classes == o.Classes &&
		ch.OneWay == o.OneWay && ch.Restore == o.Restore && ch.Content == o.Content && maps.Equal(ch.Rules, o.Rules)
}

// keepWritten remembers the changes of a block that was written, but for
// contents: these come once.
func (r *recentChanges) keepWritten(b *Block, c *codec) {
	text := c.out[c.changesAt:c.changesEnd]
	if len(text) > maxKnown || slices.ContainsFunc(b.Changes, func(ch Change) bool { return ch.Content != nil }) {
		return
	}
	changes := slices.Clone(b.Changes)
	for i := range changes {
		changes[i].Rules = maps.Clone(changes[i].Rules)
	}
	r.add(knownChanges{text: strings.TrimPrefix(string(text), ","), changes: changes})
}
