package plan

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// glob is a doublestar pattern over bytes.
type glob struct {
	text    string // as it was given
	pattern string
}

func newGlob(text string) (glob, error) {
	if text == "" || !doublestar.ValidatePattern(text) {
		return glob{}, fmt.Errorf("%s: not a pattern", Quote(text))
	}
	return glob{text, byteRunes(text)}, nil
}

func newGlobs(texts []string) ([]glob, error) {
	var globs []glob
	for _, text := range texts {
		g, err := newGlob(text)
		if err != nil {
			return nil, err
		}
		globs = append(globs, g)
	}
	return globs, nil
}

func (g glob) match(name string) bool {
	ok, err := doublestar.Match(g.pattern, byteRunes(name))
	return ok && err == nil
}

// byteRunes makes a rune of every byte, so that doublestar, which goes by
// runes, goes by bytes: names need not be UTF-8.
func byteRunes(s string) string {
	i := 0
	for i < len(s) && s[i] < 0x80 {
		i++
	}
	if i == len(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// Literal is the pattern that matches this name and no other.
func Literal(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(`\*?[]{}`, name[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(name[i])
	}
	return b.String()
}
