package spec

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
	"gopkg.in/yaml.v3"
)

// TestFormat formats the files of testdata/format: "in" must become "out", or,
// where there is no "in", "out" is as it should be. "error" is what Format says
// instead.
func TestFormat(t *testing.T) {
	names, err := filepath.Glob("testdata/format/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i+1 < len(archive.Files); i += 2 {
				in, want := archive.Files[i], archive.Files[i+1]
				have, err := Format(PolicyFile{in.Name, in.Data})
				if err != nil {
					have = []byte(err.Error() + "\n")
				} else {
					checkFormatted(t, in.Data, have)
				}
				if *update {
					archive.Files[i+1].Data = have
				} else if diff := cmp.Diff(string(want.Data), string(have)); diff != "" {
					t.Errorf("%s (-want +have):\n%s", in.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestFormatBytes(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"rightful: 1\r\nvars:\r\n    a: b \r\n    c: |\r\n        d\r\n", "rightful: 1\n\nvars:\n  a: b\n  c: |\n    d\n"},
		{"rightful: 1\rexclude: []", "rightful: 1\nexclude: []\n"},
		{"a: [" + strings.Repeat("x,", maxFile/4) + "]", "p.yaml:1:1: formatted, the file would have 1572867 bytes; a policy file may have 1048576: split it"},
		{"\ufeffrightful: 1", "rightful: 1\n"},
		{"rightful: 1 # \u2028exclude: []", "p.yaml:1:15: U+2028 here ends the line, which nobody sees; take it out, or write it as \\u2028 in double quotes"},
	} {
		if testing.Short() && len(test.in) > 1000 {
			continue
		}
		out, err := Format(PolicyFile{"p.yaml", []byte(test.in)})
		if err != nil {
			out = []byte(err.Error())
		}
		if string(out) != test.want {
			t.Errorf("%.80q: %.200q, want %q", test.in, out, test.want)
		}
	}
}

// TestFormatMangled formats what comes of policies in an editor's hands: text is
// taken out, put in and copied at random.
func TestFormatMangled(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/format/mangled.txt")
	if err != nil {
		t.Fatal(err)
	}
	scraps := strings.Split(strings.TrimSuffix(string(archive.Files[0].Data), "\n"), "\n")
	random := rand.New(rand.NewPCG(1, 2))
	formatted, rounds := 0, 5_000
	if testing.Short() {
		rounds = 500
	}
	for range rounds {
		text := string(archive.Files[1+random.IntN(len(archive.Files)-1)].Data)
		for range 1 + random.IntN(4) {
			at := random.IntN(len(text) + 1)
			from := random.IntN(len(text) + 1)
			to := min(len(text), from+random.IntN(30))
			switch random.IntN(3) {
			case 0:
				text = text[:at] + text[min(len(text), at+random.IntN(4)):]
			case 1:
				scrap, _ := strconv.Unquote(scraps[random.IntN(len(scraps))])
				text = text[:at] + scrap + text[at:]
			default:
				text = text[:at] + text[from:to] + text[at:]
			}
		}
		out, err := Format(PolicyFile{"p.yaml", []byte(text)})
		if err != nil {
			continue
		}
		formatted++
		if checkFormatted(t, []byte(text), out); t.Failed() {
			t.Fatalf("of %q", text)
		}
	}
	if formatted < rounds/10 {
		t.Errorf("only %d were formatted", formatted)
	}
}

// TestFormattedPolicies: the policies that this module shows are formatted.
func TestFormattedPolicies(t *testing.T) {
	names, err := filepath.Glob("../examples/*/rightful*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range append(names, "../internal/demo/policy.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Format(PolicyFile{name, data})
		if diff := cmp.Diff(string(data), string(out)); err != nil || diff != "" {
			t.Errorf("%s: %v (-is +formatted):\n%s", name, err, diff)
		}
	}
}

// FuzzFormat: what is YAML can be formatted, unless that is refused by name, and
// then nothing is lost.
func FuzzFormat(f *testing.F) {
	f.Add([]byte(acceptedPolicy))
	names, _ := filepath.Glob("testdata/*.txtar")
	more, _ := filepath.Glob("testdata/format/*.txtar")
	for _, name := range append(names, more...) {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := Format(PolicyFile{"p.yaml", data})
		if err != nil {
			if strings.Contains(err.Error(), "cannot be formatted without") {
				t.Errorf("%v:\n%s", err, data)
			}
			return
		}
		checkFormatted(t, data, out)
	})
}

// checkFormatted checks what Format promises of out, which it made of in.
func checkFormatted(t *testing.T, in, out []byte) {
	t.Helper()
	again, err := Format(PolicyFile{"p.yaml", out})
	if diff := cmp.Diff(string(out), string(again)); err != nil || diff != "" {
		t.Errorf("formatted twice: %v (-once +twice):\n%s", err, diff)
	}
	before, errBefore := Parse([]PolicyFile{{"p.yaml", in}}, nil)
	after, errAfter := Parse([]PolicyFile{{"p.yaml", out}}, nil)
	diff := cmp.Diff(before, after, cmpopts.IgnoreTypes(Pos{}), cmp.AllowUnexported(Mode{}, change{}))
	if diff != "" || (errBefore == nil) != (errAfter == nil) {
		t.Errorf("another policy (-before %v +after %v):\n%s", errBefore, errAfter, diff)
	}
	if diff := cmp.Diff(commentsOf(t, in), commentsOf(t, out)); diff != "" {
		t.Errorf("other comments (-before +after):\n%s", diff)
	}
}

// commentsOf is every comment of data, sorted, as far as it is sure which they are:
// no value has a #.
func commentsOf(t *testing.T, data []byte) []string {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	if hasHash(&root) {
		return nil
	}
	var comments []string
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\r", "\n")) {
		if _, text, found := strings.Cut(line, "#"); found {
			comments = append(comments, strings.TrimRight(text, " \t\n"))
		}
	}
	slices.Sort(comments)
	return comments
}

func hasHash(n *yaml.Node) bool {
	return strings.Contains(n.Value, "#") || slices.ContainsFunc(n.Content, hasHash)
}
