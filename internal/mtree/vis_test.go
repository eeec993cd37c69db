package mtree

import (
	"strings"
	"testing"
)

// TestUnvis: vis(3) and unvis(3) of NetBSD, escape by escape.
func TestUnvis(t *testing.T) {
	for encoded, want := range map[string]string{
		"plain":              "plain",
		"caf\xc3\xa9\xff":    "caf\xc3\xa9\xff",
		`a\040b\012\377\0`:   "a b\n\xff\x00",
		`\1\12\1234`:         "\x01\n\x534",
		`\18\778`:            "\x018\x3f8",
		`\a\b\f\n\r\t\v\s\E`: "\a\b\f\n\r\t\v \x1b",
		`\\\#\"`:             `\#"`,
		`\\134`:              `\134`,
		`\^A\^?\^\\^@`:       "\x01\x7f\x1c\x00",
		`\M-a\M-\\M-#\M-/`:   "\xe1\xdc\xa3\xaf",
		`\M^A\M^?\M^\`:       "\x81\xff\x9c",
		`\x41\x4g\xFf`:       "A\x04g\xff",
		`a\$b`:               "ab",
	} {
		if got, err := appendUnvis(nil, []byte(encoded)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", encoded, got, err, want)
		}
	}
	for encoded, want := range map[string]string{
		`a\`:    `"\\" is no escape of vis(3)`,
		`\q`:    `"\\q" is no escape of vis(3)`,
		`\400`:  `"\\400" is no escape of vis(3)`,
		`\x`:    `"\\x" is no escape of vis(3)`,
		`\xg`:   `"\\x" is no escape of vis(3)`,
		`\^`:    `"\\^" is no escape of vis(3)`,
		`\M`:    `"\\M" is no escape of vis(3)`,
		`\M-`:   `"\\M-" is no escape of vis(3)`,
		`\M+ab`: `"\\M+a" is no escape of vis(3)`,
		`a#b`:   `a # that is not escaped`,
	} {
		if got, err := appendUnvis(nil, []byte(encoded)); err == nil || err.Error() != want {
			t.Errorf("%s: %q, %v, want %s", encoded, got, err, want)
		}
	}
}

func TestContinues(t *testing.T) {
	for line, want := range map[string]bool{
		"": false, "a": false, `a \`: true, `\`: true, `a\\`: false, `a\\\`: true, `a\^\`: false, `a\\^\`: true,
		`a\M-\`: false, `a\M^\`: false, `a\040\`: true, `a\M-\\`: true, `a\#\`: true,
	} {
		if got := continues([]byte(line)); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

// FuzzVis: every text comes back, through words of printable ASCII that no tool
// takes for two words, a comment or a pattern.
func FuzzVis(f *testing.F) {
	f.Add("plain")
	f.Add("a b\n\t#*?[\\\xff\x00\x7f")
	f.Fuzz(func(t *testing.T, text string) {
		encoded := appendVis(nil, text)
		if i := strings.IndexFunc(string(encoded), func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("#*?[", c) }); i >= 0 {
			t.Errorf("%q has %q", encoded, encoded[i])
		}
		if got, err := appendUnvis(nil, appendTarget(nil, text)); err != nil || string(got) != text {
			t.Errorf("target %q: %q, %v", text, got, err)
		}
		if got, err := appendUnvis(nil, encoded); err != nil || string(got) != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
		if continues(encoded) {
			t.Errorf("%q takes the next line in", encoded)
		}
	})
}
