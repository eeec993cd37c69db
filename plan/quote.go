package plan

import "strconv"

// Quote is a name as it may be printed: itself if it is made of
// A-Za-z0-9@%+=:./_- only, else as [strconv.QuoteToASCII] writes it. Names come
// from whoever owns the disk: a newline would forge a line of the plan, an
// escape code would recolour it, and a bidirectional mark would reorder it.
func Quote(name string) string {
	for i := range len(name) {
		if !plain(name[i]) {
			return strconv.QuoteToASCII(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
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
// ASCII, else quoted as a whole. Who builds a message quotes the names in it
// with [Quote]; this holds for those that came from elsewhere.
func Printable(message string) string {
	for i := range len(message) {
		if message[i] < ' ' || message[i] > '~' {
			return strconv.QuoteToASCII(message)
		}
	}
	return message
}
