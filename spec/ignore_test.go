package spec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

func TestIgnores(t *testing.T) {
	tests := []struct {
		name, yaml string
		want       []Ignore
	}{
		{"at the end of a line", "a: 1 # rightful:ignore RF001 why not", []Ignore{
			{Pos{"p", 1, 6}, 1, []string{"RF001"}, "why not"},
		}},
		{"on the line above", "a: 1\n  # rightful:ignore RF001 why\nb: 2", []Ignore{
			{Pos{"p", 2, 3}, 3, []string{"RF001"}, "why"},
		}},
		{"above other comments", "# rightful:ignore RF001 why\n# rightful:ignore RF002 too\n#\na: 1", []Ignore{
			{Pos{"p", 1, 1}, 4, []string{"RF001"}, "why"},
			{Pos{"p", 2, 1}, 4, []string{"RF002"}, "too"},
		}},
		{"an empty line ends it", "# rightful:ignore RF001 why\n\na: 1", []Ignore{
			{Pos{"p", 1, 1}, 2, []string{"RF001"}, "why"},
		}},
		{"several rules", "a: 1 #rightful:ignore RF001,RF002, rf3 RF4 RFC 822 says so", []Ignore{
			{Pos{"p", 1, 6}, 1, []string{"RF001", "RF002", "rf3", "RF4"}, "RFC 822 says so"},
		}},
		{"nothing else", "a: 1 # rightful:ignore", []Ignore{{Pos: Pos{"p", 1, 6}, Line: 1}}},
		{"no rule", "a: 1 # rightful:ignore because", []Ignore{{Pos{"p", 1, 6}, 1, nil, "because"}}},
		{"columns are characters", "ä: ü # rightful:ignore RF001 why", []Ignore{
			{Pos{"p", 1, 6}, 1, []string{"RF001"}, "why"},
		}},
		{"other ends of lines", "a: 1\r\nb: 2\rc: 3 # rightful:ignore RF001 why\r\n", []Ignore{
			{Pos{"p", 3, 6}, 3, []string{"RF001"}, "why"},
		}},
		{"other words", "a: 1 # rightful:ignored RF001 x\nb: 2 # rightful: ignore RF001\nc: 3# rightful:ignore RF001 x", nil},
		{"text", "a: |\n  # rightful:ignore RF001 x\nb: 'x # rightful:ignore RF001 x'\nc: \"x\n # rightful:ignore RF001 x\"", nil},
		{"text and a comment", "a: |\n  # rightful:ignore RF001 x\n# rightful:ignore RF002 y\nb: 'x # rightful:ignore RF001 x' # rightful:ignore RF003 z", []Ignore{
			{Pos{"p", 3, 1}, 4, []string{"RF002"}, "y"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var document yaml.Node
			if err := yaml.Unmarshal([]byte(test.yaml), &document); err != nil {
				t.Fatal(err)
			}
			have := ignores(PolicyFile{"p", []byte(test.yaml)}, document.Content[0])
			if diff := cmp.Diff(test.want, have); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzIgnores: what was taken for a comment is one to the YAML parser, for the
// file says the same without it; and it was looked for in the right line.
func FuzzIgnores(f *testing.F) {
	f.Add("a: 1 # rightful:ignore RF001 why\nb: |\n  # rightful:ignore RF001 why\n")
	f.Add("a: 'x\n  # rightful:ignore RF001'\n# rightful:ignore RF002 x\nb: [1, # rightful:ignore RF003 y\n 2]\n")
	f.Add("a: \"x\\\n  # rightful:ignore RF001\" # rightful:ignore\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := PolicyFile{"p", []byte(text)}
		root, err := parseYAML(file)
		if err != nil {
			t.Skip()
		}
		lines := lineEnd.Split(text, -1)
		for _, found := range ignores(file, root) {
			runes := []rune(lines[found.Pos.Line-1])
			if at := string(runes[found.Pos.Column-1:]); !strings.HasPrefix(at, "#") || !strings.Contains(at, ignoreWord) {
				t.Errorf("%v:%d: found at %q", found.Pos, found.Pos.Column, at)
			}
			if found.Line < found.Pos.Line {
				t.Errorf("%v: speaks of line %d", found.Pos, found.Line)
			}
			lines[found.Pos.Line-1] = string(runes[:found.Pos.Column-1])
		}
		rest, err := parseYAML(PolicyFile{"p", []byte(strings.Join(lines, "\n"))})
		if err != nil || !sameText(root, rest) {
			t.Errorf("without its comments %q says something else: %v", text, err)
		}
	})
}
