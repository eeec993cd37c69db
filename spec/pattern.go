package spec

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

const maxPath = 4095 // bytes that the kernel takes

// pattern reads one item of match.
func (p *parser) pattern(n *yaml.Node, check func(string) error) (string, bool) {
	text, ok := p.word("match", n)
	if !ok {
		return "", false
	}
	if !p.template("match", n, text) {
		return "", false
	}
	// ${name} has no slash, and its braces are a pair: to these checks it is
	// as good as any value.
	if err := cmp.Or(check(text), checkPlaces(text)); err != nil {
		p.errorf(n, "match: %v", err)
		return "", false
	}
	return text, true
}

// checkPlaces refuses variables where their value would not stand for itself:
// in brackets it would be a set of letters, and a backslash before it would take
// away the one that makes it literal.
func checkPlaces(pattern string) error {
	brackets := false
	for i := 0; i < len(pattern); i++ {
		variable := strings.HasPrefix(pattern[i:], "${")
		switch {
		case variable && brackets:
			return fmt.Errorf("%s has a variable in brackets; name the letters", show(pattern))
		case pattern[i] == '\\' && strings.HasPrefix(pattern[i+1:], "${"):
			return fmt.Errorf("%s has a backslash before a variable; its value is literal without that", show(pattern))
		case pattern[i] == '\\':
			i++
		case brackets:
			brackets = pattern[i] != ']'
		default:
			brackets = pattern[i] == '['
		}
	}
	return nil
}

// checkPattern refuses patterns that can match nothing below a home.
func checkPattern(pattern string) error {
	if pattern == "." {
		return errors.New("rules never match the home itself; its line in the layout is . (a dot)")
	}
	return checkGlob(pattern)
}

// checkGlob is checkPattern where the home may be meant.
func checkGlob(pattern string) error {
	if err := checkRelative(pattern); err != nil {
		return err
	}
	if !doublestar.ValidatePattern(pattern) {
		return fmt.Errorf("%s is not a pattern: a bracket, a brace or a backslash has no partner", show(pattern))
	}
	return nil
}

// checkRelative demands the one spelling that a path below the home has.
func checkRelative(text string) error {
	switch {
	case text == "":
		return errors.New("a path is empty; the home is . (a dot)")
	case text[0] == '/':
		return fmt.Errorf("%s is absolute; paths are relative to the home", show(text))
	case strings.Contains(text, "\x00"):
		return fmt.Errorf("%s has a NUL byte", show(text))
	case len(text) > maxPath:
		return fmt.Errorf("a path is longer than %d bytes", maxPath)
	case text == ".":
		return nil
	case strings.HasSuffix(text, "/"):
		return fmt.Errorf("%s ends in a slash; leave it out", show(text))
	}
	for part := range strings.SplitSeq(text, "/") {
		switch part {
		case "..":
			return fmt.Errorf("%s has a .. in it; nothing outside the home can be named", show(text))
		case "", ".":
			return fmt.Errorf("%s has an empty part or a . in it; write %s", show(text), show(dropDots(text)))
		}
	}
	return nil
}

// dropDots leaves out the parts of a path, or of a pattern, that name nothing.
// path.Clean would not do: in a pattern it could take a brace apart.
func dropDots(text string) string {
	var parts []string
	for part := range strings.SplitSeq(text, "/") {
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		return "."
	}
	return strings.Join(parts, "/")
}

// pathValue is a variable's value as a part of a path.
func pathValue(value string) (string, error) {
	switch {
	case value[0] == '/':
		return "", fmt.Errorf("%s is absolute; in paths its value must be relative to the home", show(value))
	case strings.Contains(value, "\x00"):
		return "", fmt.Errorf("%s has a NUL byte", show(value))
	}
	for part := range strings.SplitSeq(value, "/") {
		if part == ".." {
			return "", fmt.Errorf("%s has a .. in it; nothing outside the home can be named", show(value))
		}
	}
	return path.Clean(value), nil
}

// patternValue is a variable's value as a part of a pattern, where it stands for
// nothing but itself.
func patternValue(value string) (string, error) {
	value, err := pathValue(value)
	return escape(value), err
}

// escape puts a backslash before every byte that means something in a pattern,
// in braces (the comma) or in brackets. All of these are ASCII, so that names
// which are not UTF-8 come through unchanged.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if strings.IndexByte(`*?[]{}\,!^-`, text[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
