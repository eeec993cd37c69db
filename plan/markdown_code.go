package plan

import (
	"fmt"
	"strings"
)

// clip shortens a text that there is no room for: names can be 4,096 bytes long,
// and ten times that when they are quoted.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s ... (%s more characters)", s[:most], comma(int64(len(s)-most)))
}

// span is a code span that reads as s, which is printable ASCII: nothing in it is
// special but a run of backticks as long as the one that it began with, and one
// space at both ends is taken away (CommonMark 0.31.2, 6.1).
func span(s string) string {
	fence := strings.Repeat("`", backticks(s)+1)
	ticks := strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`")
	spaces := strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") && strings.Trim(s, " ") != ""
	if ticks || spaces {
		s = " " + s + " "
	}
	return fence + s + fence
}

// cell is a code span for a table, whose cells end at a "|", code or not. It is
// written as the \x7c that it is in a quoted name: how readers take a "\|" back
// depends on what is before it.
func cell(s string) string { return span(strings.ReplaceAll(s, "|", `\x7c`)) }

// fenced is a code block of lines, which are printable ASCII. It ends at a line
// of as many backticks as it began with (CommonMark 0.31.2, 4.5).
func fenced(lines []string) string {
	code := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, backticks(code)+1))
	return fence + "\n" + code + "\n" + fence + "\n"
}

// backticks is the longest run of them.
func backticks(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if run++; s[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
