package lint

import (
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/spec"
)

// language is the paths below a home that any of some patterns matches, as the
// planner matches them: over bytes, where a/** includes a, and no name is empty.
type language [][]component

// component is what one pattern wants of one name: what its elements match, one
// after the other, or, where it is deep, any names at all, which is **.
type component struct {
	deep     bool
	elements []element
}

// element matches one character, or, as a star, any number of them.
type element struct {
	kind     elementKind
	char     rune
	class    string // [a-z], as doublestar wants it
	variable variable
}

type elementKind uint8

const (
	char elementKind = iota
	anyChar
	classOfChars
	star
	unknown // a variable whose value is not known
)

// variable stands for text that is not known: the name of an account of which
// only the source is written down. It is not empty. In a pattern it is the byte
// 0xff and one more, which no policy can hold: policies are UTF-8.
type variable struct {
	id      byte
	slashes bool // its value may be several components, or none
}

const (
	variableByte = 0xff
	firstID      = 0x80
	maxVariables = 0x40

	accountID, groupID = 0, 1 // neither has a slash in it
)

// placeholder is the value that stands for a variable.
func placeholder(id byte) string { return string([]byte{variableByte, firstID + id}) }

// newLanguage reads patterns that the parser has accepted. It is not ok where
// one of them cannot be taken apart, or has a part that is odd.
func newLanguage(patterns ...string) (language, bool) {
	var l language
	for _, pattern := range patterns {
		alts, err := spec.Components(pattern)
		if err != nil {
			return nil, false
		}
		for _, parts := range alts {
			alt := make([]component, len(parts))
			for i, text := range parts {
				if odd(text) {
					return nil, false
				}
				alt[i] = newComponent(text)
			}
			l = append(l, compactDeep(alt))
		}
	}
	return l, true
}

// odd is true for what doublestar has its own mind about: a*** does not match a,
// though a* and a** do, and the empty name of {a,}/b matches now and then.
func odd(text string) bool {
	return text == "" || strings.Contains(text, "***") && strings.Trim(text, "*") != ""
}

// compactDeep makes one ** of several in a row, which mean the same.
func compactDeep(alt []component) []component {
	out := alt[:0]
	for i, c := range alt {
		if i == 0 || !c.deep || !alt[i-1].deep {
			out = append(out, c)
		}
	}
	return out
}

func newComponent(text string) component {
	if text == "**" {
		return component{deep: true}
	}
	var c component
	for len(text) > 0 {
		e, size := newElement(text)
		text = text[size:]
		if n := len(c.elements); e.kind == star && n > 0 && c.elements[n-1].kind == star {
			continue
		}
		c.elements = append(c.elements, e)
	}
	return c
}

func newElement(text string) (element, int) {
	switch {
	case text[0] == '*':
		return element{kind: star}, 1
	case text[0] == '?':
		return element{kind: anyChar}, 1
	case text[0] == '[':
		end := classEnd(text)
		return element{kind: classOfChars, class: exactBytes(text[:end])}, end
	case text[0] == '\\' && len(text) > 1:
		r, size := decode(text[1:])
		return element{char: r}, size + 1
	case text[0] == variableByte && len(text) > 1:
		id := text[1] - firstID
		return element{kind: unknown, variable: variable{id, id > groupID}}, 2
	}
	r, size := decode(text)
	return element{char: r}, size
}

// classEnd is the length of the class that text begins with.
func classEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ']':
			return i + 1
		}
	}
	return len(text)
}

// decode gives each byte that is not UTF-8 a character of its own, as the
// planner does: names are bytes.
func decode(text string) (rune, int) {
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		r = 0x10ff00 + rune(text[0])
	}
	return r, size
}

func exactBytes(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := decode(text)
		b.WriteRune(r)
		text = text[size:]
	}
	return b.String()
}

// symbol is one step of a path: a character, a slash, or a whole variable.
type symbol struct {
	char     rune // 0: a variable
	variable variable
}

// text is the symbol as it stands in a path.
func (s symbol) text() string {
	switch {
	case s.char == 0:
		return placeholder(s.variable.id)
	case s.char >= 0x10ff00 && s.char <= 0x10ffff:
		return string([]byte{byte(s.char)})
	}
	return string(s.char)
}

// readSymbol is the first symbol of a path.
func readSymbol(path string) (symbol, int) {
	if path[0] == variableByte && len(path) > 1 {
		e, size := newElement(path)
		return symbol{variable: e.variable}, size
	}
	r, size := decode(path)
	return symbol{char: r}, size
}

// takes reports whether one element can consume a symbol. What a variable's
// value has in it is not known, so that only a star, or the same variable, is
// sure to take it.
func (e *element) takes(s symbol) bool {
	switch {
	case e.kind == star:
		return s.char != 0 || !s.variable.slashes
	case s.char == 0:
		return e.kind == unknown && e.variable == s.variable
	case e.kind == classOfChars:
		ok, _ := doublestar.Match(e.class, string(s.char))
		return ok
	}
	return e.kind == anyChar || e.kind == char && e.char == s.char
}
