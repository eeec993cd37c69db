package cases

import (
	"slices"
	"strings"

	"rightful/spec"
)

// line is one line of what a plan says, in parts.
type line []part

type part struct {
	text     string
	optional bool // an expectation may leave it out
	hidden   bool // and -update does
}

// text is the line as -update writes it.
func (l line) text() string {
	var shown []string
	for _, p := range l {
		if !p.hidden {
			shown = append(shown, p.text)
		}
	}
	return strings.Join(shown, "  ")
}

// matches reports whether an expectation says this, and all of it but what may be
// left out. Blanks between words do not count.
func (l line) matches(words []string) bool {
	if len(l) == 0 {
		return len(words) == 0
	}
	own := split(l[0].text)
	if len(own) <= len(words) && slices.Equal(own, words[:len(own)]) && l[1:].matches(words[len(own):]) {
		return true
	}
	return l[0].optional && l[1:].matches(words)
}

// split takes a text apart as expectations are. What is no line of words is one.
func split(text string) []string {
	words, err := spec.CaseWords(text)
	if err != nil {
		return []string{text}
	}
	return words
}

// merge is what a section has to be to expect got: the lines of want that do, and
// its comments, where they stand, and the others of got in their order. same is
// whether that is want.
func merge(want []spec.CaseLine, got []line) (lines []string, same bool) {
	expects, expected := pair(want, got)
	follow := func(i int) { // what stands after a line, and is not expected
		for ; i < len(got) && !expected[i]; i++ {
			lines = append(lines, got[i].text())
		}
	}
	begun := false
	for i, w := range want {
		if len(w.Words) == 0 {
			lines = append(lines, w.Text)
		}
		if expects[i] < 0 {
			continue
		}
		if !begun {
			follow(0)
		}
		begun = true
		lines = append(lines, w.Text)
		follow(expects[i] + 1)
	}
	if !begun {
		follow(0)
	}
	return lines, !slices.Contains(expected, false) && len(lines) == len(want)
}

// pair says which of got each line of want expects, -1 for none, and which of got
// are expected. Each expects one.
func pair(want []spec.CaseLine, got []line) (expects []int, expected []bool) {
	expects, expected = make([]int, len(want)), make([]bool, len(got))
	for i := range want {
		expects[i] = -1
	}
	for i, l := range got {
		for at, w := range want {
			if expects[at] < 0 && len(w.Words) > 0 && l.matches(w.Words) {
				expects[at], expected[i] = i, true
				break
			}
		}
	}
	return expects, expected
}
