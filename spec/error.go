package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error is something wrong with a policy, and where.
type Error struct {
	Pos     Pos
	Message string
}

func (e *Error) Error() string { return located(e.Pos, e.Message) }

// BindError is a problem of one account: its variables do not fit what the
// policy does with them. Other accounts are not affected.
type BindError struct {
	Pos     Pos
	Message string
}

func (e *BindError) Error() string { return located(e.Pos, e.Message) }

// located omits the line of what does not come from a file: -var has none.
func located(pos Pos, message string) string {
	if pos.Line == 0 {
		return fmt.Sprintf("%s: %s", pos.File, message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", pos.File, pos.Line, pos.Column, message)
}

// Errors is everything that is wrong with a policy, in order of place.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes each of the errors visible to errors.As.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, err := range e {
		errs[i] = err
	}
	return errs
}

// sorted drops repetitions too: a line that several profiles inherit is
// reported once.
func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(
			strings.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(e, func(a, b *Error) bool { return *a == *b })
}

const (
	plainBytes   = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:./_-"
	patternBytes = "${}*?[]!^,"
	shownBytes   = 64 // of what is quoted from a policy; the place says the rest
)

// show makes text from a policy safe and short enough for a message.
func show(text string) string {
	if len(text) > shownBytes {
		text = text[:shownBytes] + "..."
	}
	if text != "" && strings.Trim(text, plainBytes+patternBytes) == "" {
		return text
	}
	return strconv.QuoteToASCII(text)
}

// meant is the end of a message about an unknown word: the nearest valid one,
// where one is close.
func meant(word string, valid []string) string {
	if len(word) > shownBytes {
		return ""
	}
	best, least := "", max(1, len(word)/3)+1
	for _, v := range slices.Sorted(slices.Values(valid)) {
		if d := distance(word, v); d < least {
			best, least = v, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance counts the letters to add, drop, change or swap between a and b.
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
