package reconcile

import (
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/spec"
)

// segment is one component of a pattern.
type segment struct {
	kind    segmentKind
	text    string // literal: unescaped; glob: as doublestar wants it
	literal string // suffix: what names must end in
}

type segmentKind uint8

const (
	segLiteral segmentKind = iota
	segAny                 // *
	segSuffix              // *.php
	segGlob                // whatever doublestar makes of it
	segDeep                // **
)

// compilePattern splits a doublestar pattern into alternatives of components.
func compilePattern(pattern string) ([][]segment, error) {
	alts, err := spec.Components(pattern)
	if err != nil {
		return nil, err
	}
	out := make([][]segment, len(alts))
	for i, parts := range alts {
		for _, text := range parts {
			out[i] = append(out[i], newSegment(text))
		}
	}
	return out, nil
}

func newSegment(text string) segment {
	switch {
	case text == "**":
		return segment{kind: segDeep}
	case text != "" && strings.Trim(text, "*") == "":
		return segment{kind: segAny}
	case !strings.ContainsAny(text, `*?[\`):
		return segment{kind: segLiteral, text: text}
	case strings.HasPrefix(text, "*.") && !strings.ContainsAny(text[1:], `*?[\`):
		return segment{kind: segSuffix, text: text, literal: text[1:]}
	}
	if plain, ok := unescapeLiteral(text); ok {
		return segment{kind: segLiteral, text: plain}
	}
	return segment{kind: segGlob, text: exactBytes(text)}
}

// unescapeLiteral is the one name that text matches, if only one does.
func unescapeLiteral(text string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*', '?', '[':
			return "", false
		case '\\':
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), true
}

// fits reports whether a name matches a glob or suffix segment.
func (s *segment) fits(name string) bool {
	if s.kind == segSuffix {
		return strings.HasSuffix(name, s.literal)
	}
	ok, _ := doublestar.Match(s.text, exactBytes(name))
	return ok
}

// exactBytes gives each byte that is not UTF-8 a character of its own:
// doublestar compares runes, and to it all such bytes are the same one.
func exactBytes(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for len(name) > 0 {
		r, size := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError && size == 1 {
			r = 0x10ff00 + rune(name[0]) // the end of a private use plane
		}
		b.WriteRune(r)
		name = name[size:]
	}
	return b.String()
}
