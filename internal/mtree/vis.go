package mtree

import (
	"bytes"
	"fmt"
)

// The escapes of vis(3), by bytes: names are not text. That is why this is not
// github.com/vbatts/go-mtree/pkg/govis: it decodes runes, and makes U+FFFD of a
// byte that is not UTF-8, which is another file; nor can it append.

// appendVis appends text with \ooo for every byte that is not printable ASCII,
// and for what else means something: the blank and the backslash to vis(3), "#"
// to fparseln(3), which mtree reads lines with, *?[ to mtree's patterns.
func appendVis(dst []byte, text string) []byte { return appendEncoded(dst, text, `\134`) }

// appendTarget is appendVis as gomtree encodes targets, which it compares
// encoded. Two backslashes at the end of a line would make it take the next one
// in: something has to follow.
func appendTarget(dst []byte, text string) []byte { return appendEncoded(dst, text, `\\`) }

func appendEncoded(dst []byte, text, backslash string) []byte {
	done := 0
	for i := range len(text) {
		c := text[i]
		if !isSpecial(c) {
			continue
		}
		dst = append(dst, text[done:i]...)
		if done = i + 1; c == '\\' {
			dst = append(dst, backslash...)
		} else {
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		}
	}
	return append(dst, text[done:]...)
}

func isSpecial(c byte) bool {
	switch c {
	case '\\', '#', '*', '?', '[':
		return true
	}
	return c <= ' ' || c > '~'
}

// appendUnvis appends what a word stands for: \ooo, \xhh and the escapes of C,
// \s for a blank, \E for ESC, \^C and \^? for control characters, \M-c and \M^c
// for the same with the eighth bit, \$ for nothing. A "#" that is not escaped is
// a comment to NetBSD and a part of the name to others.
func appendUnvis(dst, word []byte) ([]byte, error) {
	for {
		i := 0
		for i < len(word) && word[i] != '\\' && word[i] != '#' {
			i++
		}
		dst = append(dst, word[:i]...)
		if word = word[i:]; len(word) == 0 {
			return dst, nil
		}
		if word[0] == '#' {
			return dst, fmt.Errorf("a # that is not escaped")
		}
		n := escapeLen(word)
		c, ok := unescape(word[1:n])
		if !ok {
			return dst, fmt.Errorf("%s is no escape of vis(3)", excerpt(word[:n]))
		}
		if string(word[:n]) != `\$` {
			dst = append(dst, c)
		}
		word = word[n:]
	}
}

// escapeLen is how many bytes the escape has that text begins with: as many as
// there are, if it is cut off.
func escapeLen(text []byte) int {
	n := 2
	switch {
	case len(text) < 2:
	case text[1] == '^' || text[1] == 'M':
		if n = 3; text[1] == 'M' {
			n = 4
		}
	case text[1] == 'x':
		for n < len(text) && n < 4 && hexDigit(text[n]) >= 0 {
			n++
		}
	case isOctal(text[1]):
		for n < len(text) && n < 4 && isOctal(text[n]) {
			n++
		}
	}
	return min(n, len(text))
}

// unescape is the byte that an escape stands for, without its backslash.
func unescape(escape []byte) (byte, bool) {
	switch {
	case len(escape) == 0:
		return 0, false
	case isOctal(escape[0]):
		n := 0
		for _, c := range escape {
			n = n<<3 + int(c-'0')
		}
		return byte(n), n < 0x100
	case escape[0] == 'x':
		n := 0
		for _, c := range escape[1:] {
			n = n<<4 + hexDigit(c)
		}
		return byte(n), len(escape) > 1
	case escape[0] == '^' && len(escape) == 2:
		return control(escape[1]), true
	case escape[0] == 'M' && len(escape) == 3 && escape[1] == '-':
		return escape[2] | 0x80, true
	case escape[0] == 'M' && len(escape) == 3 && escape[1] == '^':
		return control(escape[2]) | 0x80, true
	}
	return letter(escape)
}

// letter is for the escapes of one character.
func letter(escape []byte) (byte, bool) {
	const letters, bytes = `\#"$abfnrtvsE`, "\\#\"$\a\b\f\n\r\t\v \x1b"
	for i := range len(letters) {
		if len(escape) == 1 && escape[0] == letters[i] {
			return bytes[i], true
		}
	}
	return 0, false
}

func control(c byte) byte {
	if c == '?' {
		return 0x7f
	}
	return c & 0x1f
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// hexDigit is the value of a digit, -1 for what is none.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// continues reports whether a line takes the next one in: its last byte is a
// backslash that does not belong to an escape before it, as in \\ or in the \^\
// that NetBSD writes for the byte 0x1c.
func continues(line []byte) bool {
	if len(line) == 0 || line[len(line)-1] != '\\' {
		return false
	}
	for {
		i := bytes.IndexByte(line, '\\')
		if i < 0 {
			return false
		}
		if line = line[i:]; len(line) == 1 {
			return true
		}
		line = line[escapeLen(line):]
	}
}
