package spec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// CaseWords splits a line at blanks. What stands in double quotes, as Go and plans
// write them, is part of one word; a word that begins with # ends the line. Words
// keep their quotes.
func CaseWords(line string) ([]string, error) {
	var words []string
	for rest := strings.TrimLeft(line, " \t"); rest != "" && rest[0] != '#'; rest = strings.TrimLeft(rest, " \t") {
		end := 0
		for end < len(rest) && rest[end] != ' ' && rest[end] != '\t' {
			if rest[end] != '"' {
				end++
				continue
			}
			quoted, err := strconv.QuotedPrefix(rest[end:])
			if err != nil {
				return nil, fmt.Errorf("%s: a quote has no partner, or what it holds is no Go string", show(rest[end:]))
			}
			end += len(quoted)
		}
		words = append(words, rest[:end])
		rest = rest[end:]
	}
	return words, nil
}

// unquote is a word without its quotes; a whole word has them, or none.
func unquote(word string) (string, error) {
	if !strings.Contains(word, `"`) {
		return word, nil
	}
	text, err := strconv.Unquote(word)
	if err != nil {
		return "", errors.New(show(word) + ": quote the whole of it, or nothing")
	}
	return text, nil
}
