package plan

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A name is bytes, JSON is text. Valid UTF-8 stands for itself but for the
// backslash, which is doubled; a byte that is no part of valid UTF-8 is \xNN
// with two lower-case digits. The result is written as a JSON string, in
// which only the quote, the backslash and control characters are escaped. Each
// name has exactly one such form, and each form that is accepted is one.

const lowerHex = "0123456789abcdef"

// verbatim reports whether a byte stands for itself as it is.
func verbatim(b byte) bool {
	return b >= 0x20 && b < utf8.RuneSelf && b != '"' && b != '\\'
}

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if verbatim(s[i]) {
			i++
			continue
		}
		n := 1
		if s[i] >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		dst = appendEscape(append(dst, s[start:i]...), s[i])
		i += n
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// maxEscape is how many bytes one can become.
const maxEscape = len(`\u00NN`)

func appendEscape(dst []byte, b byte) []byte {
	switch {
	case b == '"':
		return append(dst, `\"`...)
	case b == '\\':
		return append(dst, `\\\\`...)
	case b < 0x20:
		return append(dst, '\\', 'u', '0', '0', lowerHex[b>>4], lowerHex[b&15])
	default:
		return append(dst, '\\', '\\', 'x', lowerHex[b>>4], lowerHex[b&15])
	}
}

// readText reads the JSON string at the start of in and says how long it was
// there. It is part of in wherever it can be.
func readText(in string) (s string, n int, ok bool) {
	if in == "" || in[0] != '"' {
		return "", 0, false
	}
	ascii := true
	for i := 1; i < len(in); i++ {
		switch b := in[i]; {
		case verbatim(b):
		case b >= utf8.RuneSelf:
			ascii = false
		case b == '"':
			return in[1:i], i + 1, ascii || utf8.ValidString(in[1:i])
		default:
			return readEscaped(in)
		}
	}
	return "", 0, false
}

// readEscaped does without cleverness: what it makes of a string is right if
// writing it gives the same string again.
func readEscaped(in string) (s string, n int, ok bool) {
	var out []byte
	for i := 1; i < len(in); {
		switch rest := in[i:]; {
		case rest[0] == '"':
			n = i + 1
			return string(out), n, string(appendText(nil, string(out))) == in[:n]
		case strings.HasPrefix(rest, `\"`):
			out, i = append(out, '"'), i+2
		case strings.HasPrefix(rest, `\\\\`):
			out, i = append(out, '\\'), i+4
		case strings.HasPrefix(rest, `\\x`) && len(rest) >= 5:
			out, i = appendHex(out, rest[3:5]), i+5
		case strings.HasPrefix(rest, `\u00`) && len(rest) >= 6:
			out, i = appendHex(out, rest[4:6]), i+6
		case rest[0] == '\\':
			return "", 0, false
		default:
			out, i = append(out, rest[0]), i+1
		}
	}
	return "", 0, false
}

// appendHex appends the byte that two digits name; for anything else a zero,
// which the comparison in readEscaped then finds out.
func appendHex(dst []byte, digits string) []byte {
	n, err := strconv.ParseUint(digits, 16, 8)
	if err != nil {
		n = 0
	}
	return append(dst, byte(n))
}
