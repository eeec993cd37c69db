package plan

import "strings"

// dir is a block's directory, as what it adds to that of the block before: "same"
// is how many bytes of that one it begins with, whole names, and "dir" the names
// after them. In preorder that is mostly one name, so that the directories of a
// chain are not written, summed and packed with thousands of names each.
func (c *codec) dir(v *string) {
	same, rest := 0, ""
	if !c.reading {
		same = sharedDir(c.last, *v)
		if rest = (*v)[same:]; same > 0 {
			rest = strings.TrimPrefix(rest, "/")
		}
	}
	num(c, "same", &same)
	c.text("dir", &rest)
	if c.reading {
		*v = c.below(same, rest)
	}
}

// MaxDir is how many bytes a directory's path has at most, from the home. As each
// line can add to the one before, a small file could otherwise fill the memory.
const MaxDir = 2 << 20

// below is what a directory was written as.
func (c *codec) below(same int, rest string) string {
	if same < 0 || same > len(c.last) {
		c.fail("more of the directory before than there is")
		return ""
	}
	dir := c.last[:same]
	switch {
	case same == 0:
		dir = strings.Clone(rest) // not the whole line with it
	case rest != "":
		dir += "/" + rest
	}
	if len(dir) > MaxDir {
		c.fail("a directory of %d bytes", len(dir))
		return ""
	}
	if sharedDir(c.last, dir) != same {
		c.fail("not what is the same in the directory before")
	}
	return dir
}

// sharedDir is how much two directories have in common, in whole names.
func sharedDir(a, b string) int {
	n := Shared(a, b)
	if (n == len(a) || a[n] == '/') && (n == len(b) || b[n] == '/') {
		return n
	}
	return max(strings.LastIndexByte(a[:n], '/'), 0)
}
