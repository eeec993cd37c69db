package mtree

import (
	"bytes"
	"encoding/base64"
	"hash/maphash"
	"strconv"

	"rightful/plan"
)

// typeNames are type's values, by plan.Type.
var typeNames = [...]string{
	plan.Directory: "dir", plan.File: "file", plan.Symlink: "link", plan.FIFO: "fifo", plan.Socket: "socket",
	plan.CharDevice: "char", plan.BlockDevice: "block",
}

// values reads what stands behind keywords.
type values struct {
	buf    []byte
	recent [256]string
	seed   maphash.Seed
}

// read sets one keyword of e.
func (v *values) read(e *Entry, k Keywords, value []byte) error {
	var err error
	s := &e.State
	switch k {
	case Type:
		s.Type, err = readType(value)
	case UID:
		s.UID, err = readID(k, value)
	case GID:
		s.GID, err = readID(k, value)
	case Nlink:
		s.Nlink, err = readID(k, value)
	case Mode:
		s.Mode, err = readMode(value)
	case Size:
		e.Size, err = readSize(value)
	case User:
		e.User, err = v.name(k, value)
	case Group:
		e.Group, err = v.name(k, value)
	case Target:
		s.Target, err = v.target(value)
	case Flags:
		s.Flags = readFlags(value)
	case Access:
		s.Access, err = v.acl(k, value)
	case Default:
		s.Default, err = v.acl(k, value)
	case Notes:
		e.Notes, err = v.name(k, value)
	}
	e.Given |= k
	return err
}

func readType(value []byte) (plan.Type, error) {
	for t, name := range typeNames {
		if t > 0 && string(value) == name {
			return plan.Type(t), nil
		}
	}
	return 0, wrong("type: %s is no type", excerpt(value))
}

func readID(k Keywords, value []byte) (uint32, error) {
	n, err := strconv.ParseUint(string(value), 10, 32)
	if err != nil {
		return 0, wrong("%s: %s is no number below 2^32", k.name(), excerpt(value))
	}
	return uint32(n), nil
}

func readSize(value []byte) (int64, error) {
	n, err := strconv.ParseUint(string(value), 10, 63)
	if err != nil {
		return 0, wrong("size: %s is no number below 2^63", excerpt(value))
	}
	return int64(n), nil
}

// readMode takes octal modes. Symbolic ones, which mtree(5) has too, are what
// no tool writes.
func readMode(value []byte) (plan.Mode, error) {
	n, err := strconv.ParseUint(string(value), 8, 16)
	if err != nil || n > 0o7777 {
		return 0, wrong("mode: %s is no octal number up to 7777", excerpt(value))
	}
	return plan.Mode(n), nil
}

// readFlags takes the names of chflags(1), the superuser's and the owner's.
// Others stand in nobody's way.
func readFlags(value []byte) (flags plan.Flags) {
	for name := range bytes.SplitSeq(value, []byte(",")) {
		switch string(name) {
		case "schg", "schange", "simmutable", "uchg", "uchange", "uimmutable":
			flags |= plan.Immutable
		case "sappnd", "sappend", "uappnd", "uappend":
			flags |= plan.AppendOnly
		}
	}
	return flags
}

// name reads a user's or a group's, or notes. libarchive encodes it, mtree and gomtree do
// not: a backslash, as in DOMAIN\user, stands for itself where no three octal
// digits follow.
func (v *values) name(k Keywords, value []byte) (string, error) {
	v.buf = v.buf[:0]
	for {
		plain, rest, found := bytes.Cut(value, []byte(`\`))
		v.buf = append(v.buf, plain...)
		if !found {
			break
		}
		c := byte('\\')
		if value = rest; isOctalByte(rest) {
			c, _ = unescape(rest[:3])
			value = rest[3:]
		}
		v.buf = append(v.buf, c)
	}
	if len(v.buf) == 0 || len(v.buf) > maxName || bytes.IndexByte(v.buf, 0) >= 0 {
		return "", wrong("%s: %s: empty, longer than %d bytes, or with a zero byte", k.name(), excerpt(v.buf), maxName)
	}
	return v.text(v.buf), nil
}

// isOctalByte is true for what begins with three octal digits, up to 377.
func isOctalByte(text []byte) bool {
	return len(text) >= 3 && text[0] <= '3' && isOctal(text[0]) && isOctal(text[1]) && isOctal(text[2])
}

func (v *values) target(value []byte) (string, error) {
	var err error
	if v.buf, err = appendUnvis(v.buf[:0], value); err != nil {
		return "", wrong("link: %s: %v", excerpt(value), err)
	}
	return string(v.buf), checkTarget(v.buf)
}

func checkTarget[T string | []byte](target T) error {
	if len(target) == 0 || len(target) > maxTarget {
		return wrong("link: a target of %d bytes, not 1 to %d", len(target), maxTarget)
	}
	for i := range len(target) {
		if target[i] == 0 {
			return wrong("link: %s: a zero byte", excerpt(target))
		}
	}
	return nil
}

func (v *values) acl(k Keywords, value []byte) (string, error) {
	var err error
	if v.buf, err = base64.StdEncoding.AppendDecode(v.buf[:0], value); err != nil {
		return "", wrong("%s: %s is not base64", k.name(), excerpt(value))
	}
	if len(v.buf) > maxACL {
		return "", wrong("%s: longer than %d bytes", k.name(), maxACL)
	}
	return v.text(v.buf), nil
}

// text is b as a string, without memory of its own where b was among the last
// ones: a host has few owners and few ACLs, and many files.
func (v *values) text(b []byte) string {
	slot := &v.recent[maphash.Bytes(v.seed, b)%uint64(len(v.recent))]
	if *slot != string(b) {
		if len(b) > maxName {
			return string(b)
		}
		*slot = string(b)
	}
	return *slot
}
