package plan

import (
	"strconv"
	"strings"
)

// colours of the symbols, as Terraform has them; ! is ours.
func colorOf(symbol byte) string {
	switch symbol {
	case '+':
		return "\x1b[32m"
	case '~':
		return "\x1b[33m"
	case '-':
		return "\x1b[31m"
	}
	return "\x1b[35m"
}

func symbolOf(a Action) byte {
	switch a {
	case Add:
		return '+'
	case Remove:
		return '-'
	}
	return '~'
}

func (t *text) symbol(a Action) string { return t.paint(symbolOf(a)) }

func (t *text) paint(symbol byte) string {
	if !t.o.Color {
		return string(rune(symbol))
	}
	return colorOf(symbol) + string(rune(symbol)) + "\x1b[0m"
}

// comma writes a number as people read it: 12,004.
func comma(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := len(s) % 3
	if start == 0 {
		start = 3
	}
	var b strings.Builder
	b.WriteString(s[:start])
	for i := start; i < len(s); i += 3 {
		b.WriteByte(',')
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// count is a number with its noun: 1 account, 2 directories.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return comma(n) + " " + stem + "ies"
	}
	return comma(n) + " " + noun + "s"
}

// list joins words as a sentence does.
func list(words []string) string {
	switch len(words) {
	case 0, 1:
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// quoteAll is names in a line, at most most of them.
func quoteAll(names []string, most int) string {
	rest := len(names) - most
	if rest > 0 {
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	s := strings.Join(quoted, ", ")
	if rest > 0 {
		s += ", ... " + comma(int64(rest)) + " more"
	}
	return s
}

// text is the classes in a sentence. A link can change without them: where it
// leads is nobody's right.
func (c Classes) text() string {
	if c == 0 {
		return "no class"
	}
	return strings.Join(c.Names(), ", ")
}

// gap is the space between two columns.
const gap = 3

// columns lays rows out so that each column begins at one place. A cell longer
// than its column may be sticks out and moves its own row only: one hostile
// name must not push the others off the screen.
func columns(rows [][]string, most []int) []string {
	width := make([]int, len(most))
	for _, row := range rows {
		for i, cell := range row {
			if i < len(most) && len(cell) <= most[i] {
				width[i] = max(width[i], len(cell))
			}
		}
	}
	lines := make([]string, len(rows))
	for r, row := range rows {
		lines[r] = layOut(row, width)
	}
	return lines
}

func layOut(row []string, width []int) string {
	var b strings.Builder
	for i, cell := range row {
		b.WriteString(cell)
		pad := 0
		if i < len(width) {
			pad = max(0, width[i]-len(cell))
			if width[i] > 0 || cell != "" {
				pad += gap
			}
		}
		b.WriteString(strings.Repeat(" ", pad))
	}
	return strings.TrimRight(b.String(), " ")
}
