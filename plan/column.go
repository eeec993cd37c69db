package plan

import "strings"

// The entries of a block are written by column, and a column that is zero
// throughout is left out: names in one list compress as one (two accounts have
// the same WordPress), inode numbers are differences to the one before, and
// generations, which are random, disturb neither.
func (b *Block) columns(c *codec) {
	c.must("names")
	b.names(c)
	column(c, "change", b.Entries, false,
		func(e *Entry) uint64 { return uint64(e.Change) },
		func(e *Entry, v uint64) bool { e.Change = int(v); return v < MaxBlock })
	column(c, "ino", b.Entries, true,
		func(e *Entry) uint64 { return e.ID.Ino },
		func(e *Entry, v uint64) bool { e.ID.Ino = v; return true })
	column(c, "gen", b.Entries, false,
		func(e *Entry) uint64 { return uint64(e.ID.Gen) },
		func(e *Entry, v uint64) bool { e.ID.Gen = uint32(v); return v>>32 == 0 })
	column(c, "inside", b.Entries, false,
		func(e *Entry) uint64 { return uint64(e.Inside) },
		func(e *Entry, v uint64) bool { e.Inside = int64(v); return v>>32 == 0 })
	column(c, "quarantined", b.Entries, false,
		func(e *Entry) uint64 { return uint64(e.Quarantined) },
		func(e *Entry, v uint64) bool { e.Quarantined = int64(v); return v < maxCount })
}

func (b *Block) names(c *codec) {
	c.literal("[")
	if !c.reading {
		for i := range b.Entries {
			c.separate()
			c.string(&b.Entries[i].Name)
		}
		c.literal("]")
		return
	}
	b.Entries = make([]Entry, 0, min(MaxBlock, 1+strings.Count(c.in[c.at:], `","`)))
	for c.more("]") {
		if len(b.Entries) == MaxBlock {
			c.fail("more than %d entries in a block", MaxBlock)
			return
		}
		b.Entries = append(b.Entries, Entry{})
		c.string(&b.Entries[len(b.Entries)-1].Name)
	}
}

// column is one number of every entry, by difference or as it is. set reports
// whether the number fits.
func column(c *codec, key string, entries []Entry, difference bool, get func(*Entry) uint64, set func(*Entry, uint64) bool) {
	present := false
	for i := range entries {
		present = present || get(&entries[i]) != 0
	}
	if !c.key(key, present) {
		return
	}
	c.literal("[")
	var last uint64
	for i := range entries {
		if i > 0 {
			c.literal(",")
		}
		e := &entries[i]
		step := int64(get(e) - last)
		if difference {
			c.signed(&step)
		} else {
			digits(&step, c)
		}
		value := uint64(step)
		if difference {
			value += last
			last = value
		}
		if c.reading {
			if !set(e, value) {
				c.fail("number too large in %s", key)
			}
			present = present || value != 0
		}
	}
	c.literal("]")
	c.zero(key, !present)
}
