package plan

import (
	"strconv"
	"testing"
)

// What is quoted is printable and says exactly which name it was.
func FuzzQuote(f *testing.F) {
	for _, name := range []string{"", "a/b.php", "a b", "a\nb", "\x1b[31m", "\xff", "\u202e", `"a"`, "caf\u00e9", "a\x7f"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted := Quote(name)
		for i := range len(quoted) {
			if quoted[i] < ' ' || quoted[i] > '~' {
				t.Fatalf("byte %#x in %q", quoted[i], quoted)
			}
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
	} {
		if got := Quote(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
