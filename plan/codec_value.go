package plan

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func textItem[T ~string](v *T, c *codec) {
	s := string(*v)
	c.string(&s)
	*v = T(s)
}

func quotedNumber(v *uint32, c *codec) {
	c.literal(`"`)
	digits(v, c)
	c.literal(`"`)
}

// quoted is what stands between two quotes and needs no escapes.
func (c *codec) quoted() string {
	c.literal(`"`)
	rest := c.in[c.at:]
	n := strings.IndexByte(rest, '"')
	if n < 0 {
		c.fail("unfinished string")
		return ""
	}
	c.at += n + 1
	return rest[:n]
}

func (c *codec) mode(key string, v *Mode) {
	c.must(key)
	if !c.reading {
		c.out = fmt.Appendf(c.out, `"%04o"`, uint16(*v))
		return
	}
	s := c.quoted()
	n, err := strconv.ParseUint(s, 8, 12)
	if *v = Mode(n); err != nil || v.String() != s {
		c.fail("bad mode")
	}
}

func (c *codec) id(key string, v *ID) {
	if c.key(key, !v.IsZero()) {
		idItem(v, c)
		c.zero(key, v.IsZero())
	}
}

func idItem(v *ID, c *codec) {
	if !c.reading {
		c.out = append(append(append(c.out, '"'), v.Hex()...), '"')
		return
	}
	s := c.quoted()
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(v) || s != strings.ToLower(s) {
		c.fail("bad id")
		return
	}
	copy(v[:], raw)
}

func (c *codec) bytes(key string, v *[]byte) {
	if !c.key(key, len(*v) > 0) {
		return
	}
	if !c.reading {
		c.out = append(c.out, '"')
		c.out = base64.StdEncoding.AppendEncode(c.out, *v)
		c.out = append(c.out, '"')
		return
	}
	s := c.quoted()
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	// The decoder skips line ends inside: the length tells.
	if err != nil || len(raw) == 0 || len(s) != base64.StdEncoding.EncodedLen(len(raw)) {
		c.fail("bad base64")
	}
	*v = raw
}

func (c *codec) time(key string, v *time.Time) {
	c.must(key)
	if !c.reading {
		c.out = append(append(append(c.out, '"'), v.UTC().Format(time.RFC3339Nano)...), '"')
		return
	}
	s := c.quoted()
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.UTC().Format(time.RFC3339Nano) != s {
		c.fail("bad time")
	}
	*v = t.UTC()
}
