package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// codec writes or reads one line of a file of ours. Every record has a single
// method that names its fields in order and serves both directions, so that
// what is written and what is read cannot drift apart.
//
// Reading is not a JSON parser: it expects, byte for byte, what writing would
// have put there. Unknown, repeated, reordered or case-folded keys, spaces and
// other spellings of a number or string are all the same to it: not what was
// expected.
type codec struct {
	reading bool
	out     []byte // what was written
	in      string // what is read; texts are parts of it
	at      int
	what    string // the first thing that was wrong
	version int    // of the file, where that is what is wrong

	last                  string // the directory of the block before
	changesAt, changesEnd int    // where a block's changes were written
	recent                *recentChanges
	known                 string // what is to be written there, where it was before
}

func newReader(line string) *codec { return &codec{reading: true, in: line} }

// fail keeps the first fault. What follows it reads nothing.
func (c *codec) fail(format string, args ...any) {
	if c.what == "" {
		c.what = fmt.Sprintf(format, args...) + " at byte " + strconv.Itoa(c.at+1)
		c.at = len(c.in)
	}
}

// line reads one record, and its newline.
func (c *codec) line(wire func(*codec)) error {
	wire(c)
	c.literal("\n")
	return c.end()
}

// end is the error of a line that was to be read whole.
func (c *codec) end() error {
	if c.what == "" && c.at != len(c.in) {
		c.fail("unexpected bytes")
	}
	if c.what != "" {
		return &FormatError{What: c.what, Version: c.version}
	}
	return nil
}

// literal is a part of the syntax.
func (c *codec) literal(s string) {
	switch {
	case !c.reading:
		c.out = append(c.out, s...)
	case !c.accept(s):
		c.fail("%q expected", s)
	}
}

func (c *codec) accept(s string) bool {
	if !strings.HasPrefix(c.in[c.at:], s) {
		return false
	}
	c.at += len(s)
	return true
}

// first reports whether an object or a list was just opened.
func (c *codec) first() bool {
	var last byte
	if c.reading && c.at > 0 {
		last = c.in[c.at-1]
	} else if !c.reading && len(c.out) > 0 {
		last = c.out[len(c.out)-1]
	}
	return last == '{' || last == '['
}

// key begins a field. Writing, it is there if present says so; reading, if the
// line has it next.
func (c *codec) key(name string, present bool) bool {
	if !c.reading {
		if present {
			if !c.first() {
				c.out = append(c.out, ',')
			}
			c.out = append(append(append(c.out, '"'), name...), '"', ':')
		}
		return present
	}
	rest := c.in[c.at:]
	if !c.first() {
		if !strings.HasPrefix(rest, ",") {
			return false
		}
		rest = rest[1:]
	}
	if len(rest) < len(name)+3 || rest[0] != '"' || rest[1:len(name)+1] != name || rest[len(name)+1:len(name)+3] != `":` {
		return false
	}
	c.at = len(c.in) - len(rest) + len(name) + 3
	return true
}

// must begins a field that is always there.
func (c *codec) must(name string) {
	if !c.key(name, true) {
		c.fail("%q expected", name)
	}
}

// more reports whether a list or object goes on, past the comma. Reading only.
func (c *codec) more(end string) bool {
	if c.what != "" || c.accept(end) {
		return false
	}
	if !c.first() {
		c.literal(",")
	}
	return c.what == ""
}

func (c *codec) text(key string, v *string) {
	if c.key(key, *v != "") {
		c.string(v)
		c.zero(key, *v == "")
	}
}

// zero refuses a field that would have been left out.
func (c *codec) zero(key string, is bool) {
	if c.reading && is {
		c.fail("%q says nothing", key)
	}
}

func (c *codec) string(v *string) {
	if !c.reading {
		c.out = appendText(c.out, *v)
		return
	}
	s, n, ok := readText(c.in[c.at:])
	if !ok {
		c.fail("bad string")
		return
	}
	*v, c.at = s, c.at+n
}

func (c *codec) flag(key string, v *bool) {
	if c.key(key, *v) {
		c.literal("true")
		*v = true
	}
}

type integer interface {
	~int | ~int64 | ~uint16 | ~uint32 | ~uint64
}

// num leaves zero out; [mustNum] does not.
func num[T integer](c *codec, key string, v *T) {
	if c.key(key, *v != 0) {
		digits(v, c)
		c.zero(key, *v == 0)
	}
}

func mustNum[T integer](c *codec, key string, v *T) {
	c.must(key)
	digits(v, c)
}

// digits is a number that is not negative.
func digits[T integer](v *T, c *codec) {
	if !c.reading {
		c.out = strconv.AppendUint(c.out, uint64(*v), 10)
		return
	}
	n := c.unsigned()
	if *v = T(n); uint64(*v) != n || *v < 0 {
		c.fail("number too large")
	}
}

func (c *codec) unsigned() uint64 {
	start, n := c.at, uint64(0)
	for c.at < len(c.in) && '0' <= c.in[c.at] && c.in[c.at] <= '9' {
		d := uint64(c.in[c.at] - '0')
		if n > (math.MaxUint64-d)/10 {
			c.fail("number too large")
			return 0
		}
		n = n*10 + d
		c.at++
	}
	if c.at == start || c.in[start] == '0' && c.at > start+1 {
		c.fail("number expected")
	}
	return n
}

// signed may be negative: differences are.
func (c *codec) signed(v *int64) {
	if !c.reading {
		c.out = strconv.AppendInt(c.out, *v, 10)
		return
	}
	negative := c.accept("-")
	n := c.unsigned()
	switch {
	case negative && 0 < n && n <= 1<<63:
		*v = -int64(n)
	case !negative && n < 1<<63:
		*v = int64(n)
	default:
		c.fail("number too large")
	}
}

func optional(c *codec, key string, v **int) {
	if !c.key(key, *v != nil) {
		return
	}
	if c.reading {
		*v = new(int)
	}
	digits(*v, c)
}

// format comes first and means the same in every version of a file, so that an
// older program can say what it was given.
func (c *codec) format(version int) {
	v := version
	mustNum(c, "format", &v)
	if v != version && c.what == "" {
		c.version = v
		c.fail("format version %d: only version %d can be read", v, version)
	}
}
