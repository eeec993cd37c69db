package spec

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxAlternatives bounds what the braces of one pattern may multiply to.
const maxAlternatives = 4096

// Components takes a pattern apart: one item for each choice that its braces
// leave, and in it the texts between slashes, which have no braces any more.
// Braces may hold slashes, so they cannot be matched one component at a time.
func Components(pattern string) ([][]string, error) {
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("%q: not a valid pattern", pattern)
	}
	var out [][]string
	for _, alt := range expandBraces(pattern) {
		parts, err := splitComponents(alt)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", pattern, err)
		}
		if out = append(out, parts); len(out) > maxAlternatives {
			return nil, fmt.Errorf("%q: more than %d alternatives", pattern, maxAlternatives)
		}
	}
	return out, nil
}

// expandBraces turns {a,b} into one pattern each, the outermost first.
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

func splitComponents(pattern string) ([]string, error) {
	var parts []string
	for from := 0; ; {
		end := indexUnescaped(pattern, from, "/")
		if end < 0 {
			end = len(pattern)
		}
		text := pattern[from:end]
		if strings.IndexByte(text, '/') >= 0 {
			return nil, fmt.Errorf("a character class cannot hold a slash")
		}
		parts = append(parts, text)
		if end == len(pattern) {
			return parts, nil
		}
		from = end + 1
	}
}
