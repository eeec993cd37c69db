package plan

import (
	"strconv"
	"strings"
	"testing"
)

// What is quoted is printable and says exactly which name it was.
func FuzzQuote(f *testing.F) {
	for _, name := range []string{"", "a/b.php", "a b", "a\nb", "\x1b[31m", "\xff", "\u202e", `"a"`, "caf\u00e9", "a\x7f", "::error::a", "####[a]"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted := Quote(name)
		for i := range len(quoted) {
			if quoted[i] < ' ' || quoted[i] > '~' {
				t.Fatalf("byte %#x in %q", quoted[i], quoted)
			}
		}
		if strings.HasPrefix(quoted, "::") || strings.Contains(quoted, "##") {
			t.Fatalf("%s is a command", quoted)
		}
		if quoted == name {
			return
		}
		if back, err := strconv.Unquote(quoted); err != nil || back != name {
			t.Errorf("%q became %s: %q, %v", name, quoted, back, err)
		}
	})
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"public_html/wp-config.php": "public_html/wp-config.php",
		"A-Z@%+=:._":                "A-Z@%+=:._",
		"":                          `""`,
		"my site":                   `"my site"`,
		"a*":                        `"a*"`,
		"caf\u00e9":                 `"caf\u00e9"`,
		"$(reboot)":                 `"$(reboot)"`,
		"a::b":                      "a::b",
		"::add-mask::a":             `"::add-mask::a"`,
		"##[error]a":                `"#\x23[error]a"`,
		"###":                       `"#\x23#"`,
	} {
		if got := Quote(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for message, want := range map[string]string{
		"2 names: a":     "2 names: a",
		"2 names:\na":    `"2 names:\na"`,
		"x ##vso[a]b":    `"x #\x23vso[a]b"`,
		" ::warning::it": `" ::warning::it"`,
	} {
		if got := Printable(message); got != want {
			t.Errorf("%q: %s, want %s", message, got, want)
		}
	}
}
