package spec

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// scalar reads n, or its first line if it has lines of its own.
func (r *reader) scalar(t *token, n *yaml.Node) {
	if !r.isAt(n) || r.sees("!") {
		r.lose(n, unformattable)
		return
	}
	t.blank = r.belowBlank()
	rest := r.text[r.at:]
	size := scalarSize(rest, n)
	t.lines = scalarLines(r.quoted(rest[:size], n), n.Style)
	r.last = t
	r.move(r.at + size)
	r.solid = r.column
}

// scalarSize is how many bytes of text are the scalar n, with which it begins.
func scalarSize(text string, n *yaml.Node) int {
	switch {
	case isBlock(n):
		return len(text) - len(strings.TrimLeft(text[1:], "+-0123456789"))
	case n.Style&yaml.DoubleQuotedStyle != 0 && text[0] == '"':
		return 1 + endOf(text[1:], `"`, `\`)
	case n.Style&yaml.SingleQuotedStyle != 0:
		return 1 + endOf(text[1:], "'", "''")
	}
	// Nothing in a plain scalar is written as something else, but for blanks.
	size := 0
	for _, c := range n.Value {
		if strings.ContainsRune(" \t\n", c) {
			continue
		}
		size += len(text[size:]) - len(strings.TrimLeft(text[size:], " \t\n"))
		if !strings.HasPrefix(text[size:], string(c)) {
			return len(text)
		}
		size += utf8.RuneLen(c)
	}
	return size
}

// endOf is where text goes on after quote. After escape, a byte means nothing.
func endOf(text, quote, escape string) int {
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], escape):
			i++
		case strings.HasPrefix(text[i:], quote):
			return i + 1
		}
	}
	return len(text)
}

// quoted is a scalar with the quotes that it is to have: simple text has one kind
// of them. Without any, a mode would be a number, and what ends in a colon a key,
// were it not in brackets.
func (r *reader) quoted(text string, n *yaml.Node) string {
	plain := text[0] != '"' && text[0] != '\'' && !isBlock(n)
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0 && !strings.ContainsAny(text[1:len(text)-1], "'\"\\\n"):
		return `"` + text[1:len(text)-1] + `"`
	case !plain || n.Style == 0 && (r.depth == 0 || !strings.HasSuffix(text, ":")):
		return text
	case strings.ContainsAny(text, `"\`):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return `"` + text + `"`
}

// scalarLines is a scalar without the blanks that mean nothing.
func scalarLines(text string, style yaml.Style) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i > 0 {
			line = strings.TrimLeft(line, " \t")
		}
		if i < len(lines)-1 {
			line = trimRight(line, style)
		}
		lines[i] = line
	}
	return lines
}

// trimRight leaves a blank that a backslash makes a part of the text.
func trimRight(line string, style yaml.Style) string {
	short := strings.TrimRight(line, " \t")
	backslashes := len(short) - len(strings.TrimRight(short, `\`))
	if style&yaml.DoubleQuotedStyle != 0 && backslashes%2 == 1 && len(short) < len(line) {
		return line[:len(short)+1]
	}
	return short
}

// body reads the lines of a block scalar, which end where a line is less far in.
func (r *reader) body(p *piece, parent int) {
	r.restOfLine()
	p.body = &token{}
	p.spaces, _ = strconv.Atoi(strings.Trim(p.lines[0], "|>+-"))
	indent := parent + p.spaces
	if p.spaces == 0 {
		indent = r.bodyIndent(parent)
	}
	keep := strings.Contains(p.lines[0], "+")
	content := 0
	for i := r.line + 1; i < len(r.lines) && r.lines[i] < len(r.text); i++ {
		line := r.lineText(i)
		if in := indentOf(line); in < indent && in < len(line) {
			break
		}
		p.body.lines = append(p.body.lines, line[min(indent, len(line)):])
		if last := r.lines[i]+len(line) == len(r.text); len(line) > indent || keep && !last {
			content = len(p.body.lines)
		}
	}
	p.body.lines = p.body.lines[:content]
	if content == 0 {
		return
	}
	last := r.line + content
	r.move(r.lines[last] + len(r.lineText(last)))
	r.content, r.last = last+1, p.body
	if r.at == len(r.text) { // no newline, so none in the value
		p.lines[0] = strings.Trim(p.lines[0], "+-") + "-"
	}
}

// restOfLine goes to the end of the line, over a comment.
func (r *reader) restOfLine() {
	for r.at < len(r.text) && r.text[r.at] != '\n' {
		if r.text[r.at] == '#' {
			r.comment()
		} else {
			r.move(r.at + 1)
		}
	}
}

// bodyIndent is where the lines of a block scalar begin that does not say so: as
// the first of them, or as any blank one above it.
func (r *reader) bodyIndent(parent int) int {
	indent := parent + 1
	for i := r.line + 1; i < len(r.lines); i++ {
		line := r.lineText(i)
		in := indentOf(line)
		indent = max(indent, in)
		if in < len(line) {
			break
		}
	}
	return indent
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
