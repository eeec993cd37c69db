package lint

import (
	"slices"
	"unicode/utf8"
)

// maxElements bounds the different elements that all patterns of one search may
// have.
const maxElements = 4096

// alphabet is the symbols to try: of the characters that no element tells
// apart, one, a letter where there is one. It is not ok where the patterns have
// more in them than anybody writes.
func alphabet(languages []language) (symbols []symbol, ok bool) {
	elements := distinct(languages)
	if len(elements) > maxElements {
		return nil, false
	}
	told := map[string]bool{}
	for _, r := range candidates(elements) {
		if key := signature(elements, r); !told[key] {
			told[key] = true
			symbols = append(symbols, symbol{char: r})
		}
	}
	// A dot is apart: two of them are no name.
	symbols = append(symbols, symbol{char: '.'}, symbol{char: '/'})
	for _, e := range elements {
		if e.kind == unknown {
			symbols = append(symbols, symbol{variable: e.variable})
		}
	}
	return symbols, true
}

func distinct(languages []language) []element {
	var all []element
	seen := map[element]bool{}
	for _, l := range languages {
		for _, alt := range l {
			for _, c := range alt {
				for _, e := range c.elements {
					if !seen[e] {
						seen[e] = true
						all = append(all, e)
					}
				}
			}
		}
	}
	return all
}

// candidates are the characters that stand in patterns, and their neighbours:
// what lies between two of these is alike to all elements.
func candidates(elements []element) []rune {
	var all []rune
	for r := 'a'; r <= 'z'; r++ {
		all = append(all, r)
	}
	around := func(r rune) { all = append(all, r, r-1, r+1) }
	for _, e := range elements {
		if e.kind == char {
			around(e.char)
		}
		for _, r := range e.class {
			around(r)
		}
	}
	all = append(all, 0xe000) // the neighbour of what is no character
	return slices.DeleteFunc(all, func(r rune) bool {
		return r <= 0 || r == '/' || r == '.' || !utf8.ValidRune(r)
	})
}

// signature is which of the elements take a character.
func signature(elements []element, r rune) string {
	key := make([]byte, len(elements))
	for i := range elements {
		if elements[i].takes(symbol{char: r}) {
			key[i] = 1
		}
	}
	return string(key)
}
