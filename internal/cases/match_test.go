package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/spec"
)

// aStep is "~ a/  mode 0700 -> 0711 (alice:web)  TAKE" as a plan has it.
func aStep() line {
	return line{
		{text: `~ "a b"/`},
		{text: "group alice -> web"},
		{text: "mode 0700 -> 0711"},
		{text: "(owner alice)", optional: true, hidden: true},
		{text: "TAKE", optional: true},
	}
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		`~ "a b"/  group alice -> web  mode 0700 -> 0711`:                              true,
		`~ "a b"/ group alice -> web mode 0700 -> 0711 # why`:                          true,
		`~ "a b"/   group alice -> web   mode 0700 -> 0711 (owner alice)   TAKE`:       true,
		`~ "a b"/   group alice -> web   mode 0700 -> 0711   TAKE`:                     true,
		`~ "a b"/   group alice -> web   mode 0700 -> 0711   TAKE   CANNOT BE UNDONE`:  false,
		`~ "a b"/   group alice -> web   mode 0700 -> 0711 (owner bob)`:                false,
		`~ "a b"/   mode 0700 -> 0711   group alice -> web`:                            false,
		`~ "a b"/   mode 0700 -> 0711`:                                                 false,
		`~ "a b"/   group alice -> web`:                                                false,
		`~ "a b"/`:                                                                     false,
		`~ "a  b"/  group alice -> web  mode 0700 -> 0711`:                             false,
		`~ a b/  group alice -> web  mode 0700 -> 0711`:                                false,
		`+ "a b"/  group alice -> web  mode 0700 -> 0711`:                              false,
		`~ "a b"/  group alice -> web  mode 0700 -> 0711 (owner alice) TAKE something`: false,
	} {
		words, err := spec.CaseWords(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := aStep().matches(words); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if got, want := aStep().text(), `~ "a b"/  group alice -> web  mode 0700 -> 0711  TAKE`; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct{ want, got, merged string }{
		{"", "", ""},
		{"", "a|b", "a|b"},
		{"a|b", "", ""},
		{"a|b", "a|b", "a|b"},
		{"b|a", "a|b", "b|a"}, // the order is the writer's
		{"a|c", "a|b|c|d", "a|b|c|d"},
		{"c|a", "a|b|c|d", "c|d|a|b"},
		{"# x|b|# y", "a|b", "# x|a|b|# y"},
		{"# x||gone|# y", "", "# x||# y"},
		{"# x|gone", "a", "# x|a"},
		{"a|a", "a", "a"},   // one step is not two
		{"a", "a|a", "a|a"}, // and two are not one
		{"a|a", "a|a", "a|a"},
		{"a # why", "a|b", "a # why|b"},
	} {
		var want []spec.CaseLine
		for _, text := range list(c.want) {
			words, err := spec.CaseWords(text)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, spec.CaseLine{Text: text, Words: words})
		}
		var got []line
		for _, text := range list(c.got) {
			got = append(got, line{{text: text}})
		}
		merged, same := merge(want, got)
		if diff := cmp.Diff(list(c.merged), merged); diff != "" {
			t.Errorf("%s with %s: %s", c.want, c.got, diff)
		}
		if sorted := len(want) == len(got) && !strings.Contains(c.want, "gone") && len(merged) == len(want); same != sorted && !strings.Contains(c.want, "#") {
			t.Errorf("%s with %s: same is %v", c.want, c.got, same)
		}
	}
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "|")
}
