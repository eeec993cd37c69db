package mtree

import (
	"bufio"
	"encoding/base64"
	"io"
	"strconv"
	"strings"

	"rightful/plan"
)

// Writer writes a manifest entry by entry. An entry or a comment that it
// refuses, with a [*FormatError], is not written, and the next one may follow.
type Writer struct {
	out  *bufio.Writer
	root bool // is written
}

// NewWriter begins a manifest. Nothing is sure to be written before
// [Writer.Flush].
func NewWriter(w io.Writer) *Writer {
	out := bufio.NewWriterSize(w, 64<<10)
	out.WriteString("#mtree v2.0\n") // a bufio.Writer keeps its errors
	return &Writer{out: out}
}

// Flush writes what is still in memory. It does not end the manifest.
func (w *Writer) Flush() error { return w.out.Flush() }

// Comment writes a line that tools take no notice of, and a [Reader] gives to
// who asks for its prefix, a word. The text is one line, as JSON is without
// indentation: its bytes stand as they are, so none of them is a control
// character, nor is the last one a backslash.
func (w *Writer) Comment(prefix, text string) error {
	switch {
	case prefix == "" || strings.ContainsFunc(prefix, func(c rune) bool { return c <= ' ' || c > '~' || c == ':' }):
		return wrong("comment: %s: no prefix", excerpt(prefix))
	case len(prefix)+len(text) > MaxComment:
		return wrong("comment: longer than %d bytes", MaxComment)
	case strings.HasSuffix(text, `\`) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return wrong("comment: %s: a control character, or a backslash at the end", excerpt(text))
	}
	_, err := w.out.WriteString("# " + prefix + ": " + text + "\n")
	return err
}

// Write writes what is given of an entry. The first one is the root, a
// directory. NetBSD's mtree wants each directory above what is in it.
func (w *Writer) Write(e *Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	isRoot := e.Path == "."
	if !w.root && !(isRoot && e.Given&Type != 0 && e.State.Type == plan.Directory) {
		return wrong("path: %s: the first entry is the root, a directory", excerpt(e.Path))
	}
	w.root = true
	b := w.out.AvailableBuffer()
	above := e.Given & aside
	if e.State.Flags == 0 {
		above &^= Flags // "none" is what every tool takes
	}
	for k := range above.each {
		b = append(b, "#:"...)
		b = append(e.append(b, k), '\n')
	}
	if !isRoot {
		b = append(b, "./"...)
	}
	b = appendVis(b, e.Path)
	for k := range (e.Given & every &^ above).each {
		b = e.append(b, k)
	}
	_, err := w.out.Write(append(b, '\n'))
	return err
}

// check says why an entry cannot be written.
func (e *Entry) check() error {
	if err := checkPath(e.Path); err != nil {
		return err
	}
	s := &e.State
	switch {
	case e.Given&Type != 0 && (s.Type == 0 || int(s.Type) >= len(typeNames)):
		return wrong("type: %d is no type", s.Type)
	case s.Mode > 0o7777:
		return wrong("mode: %v is no mode", s.Mode)
	case int(s.Flags) >= len(flagNames):
		return wrong("flags: %d has flags without a name", s.Flags)
	case e.Size < 0:
		return wrong("size: %d is no size", e.Size)
	case e.Given&User != 0 && !isName(e.User), e.Given&Group != 0 && !isName(e.Group):
		return wrong("uname, gname: %s, %s: empty, longer than %d bytes, or with a zero byte", excerpt(e.User), excerpt(e.Group), maxName)
	case e.Given&Notes != 0 && !isName(e.Notes):
		return wrong("rightful: %s: empty, longer than %d bytes, or with a zero byte", excerpt(e.Notes), maxName)
	case len(s.Access) > maxACL || len(s.Default) > maxACL:
		return wrong("acl: longer than %d bytes", maxACL)
	case e.Given&Target != 0:
		return checkTarget(s.Target)
	}
	return nil
}

func isName(name string) bool {
	return name != "" && len(name) <= maxName && strings.IndexByte(name, 0) < 0
}

func checkPath(path string) error {
	if path == "." {
		return nil
	}
	depth := 0
	for name := range strings.SplitSeq(path, "/") {
		if err := checkName(name); err != nil {
			return err
		}
		if depth++; depth > maxDepth {
			return wrong("path: deeper than %d names", maxDepth)
		}
	}
	return nil
}

// append appends a blank and one keyword.
func (e *Entry) append(b []byte, k Keywords) []byte {
	b = append(b, ' ')
	b = append(b, k.name()...)
	if k&(Optional|Ignore|NoChange) != 0 {
		return b
	}
	return e.appendValue(append(b, '='), k)
}

func (e *Entry) appendValue(b []byte, k Keywords) []byte {
	s := &e.State
	switch k {
	case Type:
		return append(b, typeNames[s.Type]...)
	case UID:
		return strconv.AppendUint(b, uint64(s.UID), 10)
	case User:
		return appendVis(b, e.User)
	case GID:
		return strconv.AppendUint(b, uint64(s.GID), 10)
	case Group:
		return appendVis(b, e.Group)
	case Mode:
		if s.Mode == 0 {
			return append(b, '0') // gomtree compares texts, and to it 00 is another mode
		}
		return strconv.AppendUint(append(b, '0'), uint64(s.Mode), 8)
	case Nlink:
		return strconv.AppendUint(b, uint64(s.Nlink), 10)
	case Size:
		return strconv.AppendInt(b, e.Size, 10)
	case Target:
		return appendTarget(b, s.Target)
	case Flags:
		return append(b, flagNames[s.Flags]...)
	case Access:
		return base64.StdEncoding.AppendEncode(b, []byte(s.Access))
	case Notes:
		return appendVis(b, e.Notes)
	case Default:
		return base64.StdEncoding.AppendEncode(b, []byte(s.Default))
	}
	return b
}

// flagNames are flags' values, by plan.Flags.
var flagNames = [...]string{"none", "schg", "sappnd", "schg,sappnd"}
