package plan

import (
	"strconv"
	"strings"
)

// Quote is a name as it may be printed: itself if it is made of
// A-Za-z0-9@%+=:./_- only, else as [strconv.QuoteToASCII] writes it. Names come
// from whoever owns the disk: a newline would forge a line of the plan, an
// escape code would recolour it, and a bidirectional mark would reorder it.
//
// Nor may a name command a build server that logs what we print. GitHub's runner
// obeys lines that begin with "::", and "##[" wherever it stands
// (ActionCommand.cs of actions/runner), Azure's obeys "##vso[" as well: what
// begins with "::" is quoted, and of two "#" the second is written \x23.
func Quote(name string) string {
	for i := range len(name) {
		if !plain(name[i]) {
			return literal(name)
		}
	}
	if name == "" || strings.HasPrefix(name, "::") {
		return literal(name)
	}
	return name
}

// literal is a text as a Go string in ASCII, whatever it is.
func literal(s string) string {
	return strings.ReplaceAll(strconv.QuoteToASCII(s), "##", `#\x23`)
}

func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '@', '%', '+', '=', ':', '.', '/', '_', '-':
		return true
	}
	return false
}

// Printable is a sentence as it may be printed: itself if it is printable
// ASCII and no command (see [Quote]), else quoted as a whole. Who builds a message quotes the names in it
// with [Quote]; this holds for those that came from elsewhere.
func Printable(message string) string {
	for i := range len(message) {
		if message[i] < ' ' || message[i] > '~' {
			return literal(message)
		}
	}
	if strings.Contains(message, "##") || strings.HasPrefix(strings.TrimSpace(message), "::") {
		return literal(message)
	}
	return message
}
