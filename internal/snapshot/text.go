package snapshot

import (
	"errors"
	"strings"
)

// text is bytes as a comment holds them: printable ASCII but for the backslash
// stands for itself, any other byte is \ooo.
type text string

func (t text) MarshalText() ([]byte, error) {
	var b []byte
	for i := range len(t) {
		if c := t[i]; c >= ' ' && c <= '~' && c != '\\' {
			b = append(b, c)
		} else {
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		}
	}
	return b, nil
}

var errText = errors.New("text: an escape that is none, or of what needs none")

// UnmarshalText takes what MarshalText writes and nothing else.
func (t *text) UnmarshalText(b []byte) error {
	var s strings.Builder
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '\\' {
			if i+3 >= len(b) || b[i+1] > '3' || !isOctal(b[i+1]) || !isOctal(b[i+2]) || !isOctal(b[i+3]) {
				return errText
			}
			c = (b[i+1]-'0')<<6 | (b[i+2]-'0')<<3 | (b[i+3] - '0')
			i += 3
		}
		s.WriteByte(c)
	}
	*t = text(s.String())
	if again, _ := t.MarshalText(); string(again) != string(b) {
		return errText
	}
	return nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }
