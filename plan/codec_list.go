package plan

import (
	"cmp"
	"maps"
	"slices"
)

// oneOf is one of a list of names; the first, for zero, is never written.
func oneOf[T ~uint8](c *codec, key string, v *T, names []string) {
	c.must(key)
	if !c.reading {
		c.out = appendText(c.out, names[*v])
		return
	}
	var s string
	c.string(&s)
	i := slices.Index(names[1:], s)
	if i < 0 {
		c.fail("unknown %s", key)
	}
	*v = T(i + 1)
}

// setOf is a set of names, in the order of the list; bit i is name i.
func setOf[T ~uint8](c *codec, key string, v *T, names []string) {
	if !c.key(key, *v != 0) {
		return
	}
	c.literal("[")
	if !c.reading {
		for i, name := range names {
			if *v&(1<<i) != 0 {
				c.separate()
				c.out = appendText(c.out, name)
			}
		}
		c.literal("]")
		return
	}
	for last := -1; c.more("]"); {
		var s string
		c.string(&s)
		i := slices.Index(names, s)
		if i <= last {
			c.fail("unknown, repeated or misplaced word in %s", key)
			return
		}
		*v |= 1 << i
		last = i
	}
	c.zero(key, *v == 0)
}

func (c *codec) separate() {
	if !c.first() {
		c.out = append(c.out, ',')
	}
}

// items leaves an empty list out.
func items[T any](c *codec, key string, v *[]T, item func(*T, *codec)) {
	if !c.key(key, len(*v) > 0) {
		return
	}
	c.literal("[")
	if !c.reading {
		for i := range *v {
			c.separate()
			item(&(*v)[i], c)
		}
		c.literal("]")
		return
	}
	for c.more("]") {
		var one T
		item(&one, c)
		*v = append(*v, one)
	}
	c.zero(key, len(*v) == 0)
}

// pairs is an object whose keys are data, in ascending order.
func pairs[K cmp.Ordered, V any](c *codec, key string, m *map[K]V, name func(*K, *codec), value func(*V, *codec)) {
	if !c.key(key, len(*m) > 0) {
		return
	}
	c.literal("{")
	if !c.reading {
		for _, k := range slices.Sorted(maps.Keys(*m)) {
			c.separate()
			name(&k, c)
			c.literal(":")
			v := (*m)[k]
			value(&v, c)
		}
		c.literal("}")
		return
	}
	*m = make(map[K]V)
	var last K
	for c.more("}") {
		var k K
		var v V
		name(&k, c)
		c.literal(":")
		value(&v, c)
		if len(*m) > 0 && k <= last {
			c.fail("%q is not in order", key)
		}
		(*m)[k], last = v, k
	}
	c.zero(key, len(*m) == 0)
}
