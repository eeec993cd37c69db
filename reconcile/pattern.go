package reconcile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// maxAlternatives bounds what the braces of one pattern may multiply to.
const maxAlternatives = 4096

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
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("%q: not a valid pattern", pattern)
	}
	var out [][]segment
	for _, alt := range expandBraces(pattern) {
		segs, err := splitSegments(alt)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", pattern, err)
		}
		if out = append(out, segs); len(out) > maxAlternatives {
			return nil, fmt.Errorf("%q: more than %d alternatives", pattern, maxAlternatives)
		}
	}
	return out, nil
}

// expandBraces turns {a,b} into one pattern each, the outermost first. Braces
// may hold slashes, so they cannot be matched one component at a time.
func expandBraces(pattern string) []string {
	open := indexUnescaped(pattern, 0, "{")
	if open < 0 {
		return []string{pattern}
	}
	var out []string
	for _, alt := range braceAlternatives(pattern, open) {
		out = append(out, expandBraces(alt)...)
		if len(out) > maxAlternatives {
			break
		}
	}
	return out
}

// braceAlternatives replaces the brace group at open by each of its parts.
func braceAlternatives(pattern string, open int) []string {
	var parts []string
	depth, from := 0, open+1
	for at := open; ; at++ {
		at = indexUnescaped(pattern, at, "{,}")
		switch {
		case pattern[at] == '{':
			depth++
		case pattern[at] == ',' && depth == 1:
			parts = append(parts, pattern[from:at])
			from = at + 1
		case pattern[at] == '}':
			if depth--; depth == 0 {
				parts = append(parts, pattern[from:at])
				for i, part := range parts {
					parts[i] = pattern[:open] + part + pattern[at+1:]
				}
				return parts
			}
		}
	}
}

// indexUnescaped is where the first of chars stands at or after from, outside
// of escapes and character classes; -1 if nowhere.
func indexUnescaped(s string, from int, chars string) int {
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '[':
			i = classEnd(s, i)
		case strings.IndexByte(chars, s[i]) >= 0:
			return i
		}
	}
	return -1
}

// classEnd is where the character class at i ends.
func classEnd(s string, i int) int {
	for i++; i < len(s) && s[i] != ']'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i
}

func splitSegments(pattern string) ([]segment, error) {
	var segs []segment
	for from := 0; ; {
		end := indexUnescaped(pattern, from, "/")
		if end < 0 {
			end = len(pattern)
		}
		text := pattern[from:end]
		if strings.IndexByte(text, '/') >= 0 {
			return nil, fmt.Errorf("a character class cannot hold a slash")
		}
		segs = append(segs, newSegment(text))
		if end == len(pattern) {
			return segs, nil
		}
		from = end + 1
	}
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
