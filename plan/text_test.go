package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// TestText renders each testdata/text_*.txtar: the plan that it describes, as
// text, and in the other forms where it has a section for them.
func TestText(t *testing.T) {
	files, err := filepath.Glob("testdata/text_*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "text_"), ".txtar")
		t.Run(name, func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := readSample(t, string(archive.Files[0].Data))
	sections := map[string]string{
		"text": render(t, p, TextOptions{File: "plan.out"}),
		"full": render(t, p, TextOptions{File: "plan.out", Full: true}),
		"json": jsonOf(t, p),

		"markdown":  markdownOf(t, p),
		"terraform": terraformOf(t, p),
	}
	for _, s := range []string{"text", "full", "markdown", "terraform"} {
		printable(t, sections[s])
	}
	checkDocument(t, p, sections["json"])
	if *update {
		write(t, file, archive, sections)
		return
	}
	for _, f := range archive.Files[1:] {
		if diff := cmp.Diff(string(f.Data), sections[f.Name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

// write fills in the sections that the file has, text at least.
func write(t *testing.T, file string, archive *txtar.Archive, sections map[string]string) {
	t.Helper()
	if len(archive.Files) == 1 {
		archive.Files = append(archive.Files, txtar.File{Name: "text"})
	}
	for i := range archive.Files[1:] {
		f := &archive.Files[i+1]
		f.Data = []byte(sections[f.Name])
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
		t.Fatal(err)
	}
}

func printable(t *testing.T, text string) {
	t.Helper()
	for i := range len(text) {
		if c := text[i]; c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("byte %#x in %q", c, text[max(0, i-40):i+1])
		}
	}
}

func jsonOf(t testing.TB, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// checkDocument reads the document as its users do.
func checkDocument(t *testing.T, p *Plan, text string) {
	t.Helper()
	printable(t, text)
	var d struct {
		Steps    []struct{ Path, Action string }
		Problems []struct{ Count int64 }
		Held     []any
		Summary  struct{ Add, Change, Remove, Held int64 }
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	actions := map[string]int64{}
	for _, s := range d.Steps {
		actions[s.Action]++
	}
	tally := p.Trailer.Summary.Tally
	for action, want := range map[string]int64{"add": tally.Adds, "change": tally.Updates, "remove": tally.Removes} {
		if actions[action] != want {
			t.Errorf("%d steps %s, the plan has %d", actions[action], action, want)
		}
	}
	problems := int64(0)
	for _, q := range d.Problems {
		problems += max(1, q.Count)
	}
	if want := total(p.Trailer.Summary.Problems); problems != want {
		t.Errorf("%d problems, the plan has %d", problems, want)
	}
}

// hostilePlan has accounts with many groups each, all that can make text long.
func hostilePlan(t testing.TB, accounts, groups int) *Plan {
	var b strings.Builder
	for i := range accounts {
		name := fmt.Sprintf("u%05d", i)
		fmt.Fprintf(&b, "account %s 10000 10000\n", name)
		for g := range groups {
			fmt.Fprintf(&b, "change d/f%04d file %s:%s:%04o %s:%s:0600 mode=hosting.yaml:%d\n", g, name, name, g+1000, name, name, g%100)
			fmt.Fprintf(&b, "problem p%04d foreign_owner \"belongs to %d\"\n", g, g)
		}
		fmt.Fprintf(&b, "change zz file root:%s:0644 %s:%s:0644 owner=hosting.yaml:7 take one-way\n", name, name, name)
		fmt.Fprintf(&b, "add www symlink %s:%s>public_html entry=hosting.yaml:24\n", name, name)
		fmt.Fprintf(&b, "access web \"can read\" \"%d/**\" hosting.yaml:%d 3 2 1 0\n", i, i)
		if i%2 == 1 {
			fmt.Fprintf(&b, "account %sh 10 10\nheld unreadable %q\n", name, "mail: permission denied")
		}
	}
	return readSample(t, b.String())
}

// Every part of the short form is as long as it gets: takes and removals
// from 180 lines of policy, 17 kinds of problems, reasons to hold, expectations
// that break, and all limits there are.
func TestTextIsShort(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for name, p := range map[string]*Plan{
		"many groups": hostilePlan(t, 60, 300),
		"all parts":   longPlan(t),
	} {
		text := render(t, p, TextOptions{})
		printable(t, text)
		if n := strings.Count(text, "\n"); n > 200 {
			t.Errorf("%s: %d lines:\n%s", name, n, text)
		}
	}
}

func longPlan(t testing.TB) *Plan {
	var b strings.Builder
	b.WriteString("narrowed u* **\nskipped a b c d e f g h i j\nlimit account.remove count=99 source=x:1\nlimit account.access_broken count=99 source=x:1\n")
	for _, name := range limitNames[2:10] {
		fmt.Fprintf(&b, "limit %s count=1 source=x:1\n", name)
	}
	for i := range 60 {
		name := fmt.Sprintf("u%05d", i)
		fmt.Fprintf(&b, "account %s 10000 10000\n", name)
		for line := range 60 {
			fmt.Fprintf(&b, "change a%02d file root:root:0644 %s:%s:0666 owner=x:%d mode=y:%d take one-way\n", line, name, name, line, line)
			fmt.Fprintf(&b, "remove r%02d directory %s:%s:0755 entry=z:%d\n", line, name, name, line)
			fmt.Fprintf(&b, "problem p%d kind%d \"message %d\"\n", line, line%17, line)
			fmt.Fprintf(&b, "access web \"can read\" \"%d/**\" x:%d 3 2 1 1\n", line, line)
		}
		fmt.Fprintf(&b, "account %sh 10 10\nheld budget.%d %q\n", name, i, "too much")
	}
	return readSample(t, b.String())
}

// One account with a group for every mode is one account's worth of lines. What
// is not shown is counted, and the riskiest is shown even if it comes last.
func TestTextManyGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	text := render(t, hostilePlan(t, 1, 3000), TextOptions{})
	if n := strings.Count(text, "\n"); n > 100 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{"... 2,942 more steps", "~ zz    ", "TAKE"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestTextFilters(t *testing.T) {
	p := readSample(t, `
account alice 10 10
change a%d file alice:alice:0600 alice:alice:0644 mode=p:1 x5
change b file alice:alice:0600 alice:alice:0640 mode=p:2
problem x hard_link "hard link"
account bob 10 10
change a file bob:bob:0600 bob:bob:0644 mode=p:1
account carol 10 10
remove c directory carol:carol:0755 entry=p:3
`)
	group := p.GroupPrefixes().Short(p.Trailer.Groups[0].ID)
	for _, test := range []struct {
		o        TextOptions
		has, not []string
	}{
		{TextOptions{Account: []string{"b*"}}, []string{"# bob", "Shown: 1 step. The whole plan has 7."}, []string{"# alice", "# carol", "hard link", "Limits"}},
		{TextOptions{Account: []string{"alice"}}, []string{"# alice", "*  5 files", "hard link"}, []string{"# bob"}},
		{TextOptions{Account: []string{"carol"}}, []string{"# carol", "HELD", "- c/"}, []string{"# bob"}},
		{TextOptions{Group: group}, []string{"group " + group, "Shown: "}, []string{"# carol", "Limits"}},
		{TextOptions{Full: true}, []string{"~ a00000 ", "~ a00004 ", "- c/", "hard link"}, []string{"more"}},
	} {
		text := render(t, p, test.o)
		for _, want := range test.has {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: no %q in\n%s", test.o, want, text)
			}
		}
		for _, not := range test.not {
			if strings.Contains(text, not) {
				t.Errorf("%+v: %q in\n%s", test.o, not, text)
			}
		}
	}
	for _, o := range []TextOptions{{Group: "g-zzzzzz"}, {Group: "g-000000"}, {Account: []string{"[a"}}, {Account: []string{"zoe"}}} {
		if err := WriteText(&bytes.Buffer{}, p, o); err == nil {
			t.Errorf("%+v: accepted", o)
		}
	}
}

func TestTextRepeats(t *testing.T) {
	p := hostilePlan(t, rounds(22), 90)
	for _, o := range []TextOptions{{}, {Full: true}, {Account: []string{"u0000*"}}, {Color: true}} {
		if a, b := render(t, p, o), render(t, p, o); a != b {
			t.Errorf("%+v: %s", o, cmp.Diff(a, b))
		}
	}
	for _, render := range []func(testing.TB, *Plan) string{jsonOf, markdownOf, terraformOf} {
		if a, b := render(t, p), render(t, p); a != b {
			t.Error(cmp.Diff(a, b))
		}
	}
}

// Colour changes nothing but the colour.
func TestTextColor(t *testing.T) {
	p := hostilePlan(t, 2, 3)
	text := render(t, p, TextOptions{Color: true})
	bare := strings.NewReplacer("\x1b[32m", "", "\x1b[33m", "", "\x1b[35m", "", "\x1b[0m", "").Replace(text)
	if diff := cmp.Diff(render(t, p, TextOptions{}), bare); diff != "" || bare == text {
		t.Error(diff)
	}
}

// closedPipe takes some bytes, then fails as a pipe does that nobody reads.
type closedPipe struct{ room int }

var errClosed = errors.New("broken pipe")

func (p *closedPipe) Write(b []byte) (int, error) {
	if p.room -= len(b); p.room < 0 {
		return 0, errClosed
	}
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	p := hostilePlan(t, 5, 40)
	for _, room := range []int{0, 1, 4096, 8192} {
		if err := WriteText(&closedPipe{room}, p, TextOptions{Full: true}); !errors.Is(err, errClosed) {
			t.Errorf("text after %d bytes: %v", room, err)
		}
		if err := WriteJSON(&closedPipe{room}, p); !errors.Is(err, errClosed) {
			t.Errorf("JSON after %d bytes: %v", room, err)
		}
		if err := WriteMarkdown(&closedPipe{room}, p, ""); !errors.Is(err, errClosed) {
			t.Errorf("Markdown after %d bytes: %v", room, err)
		}
		if err := WriteTerraform(&closedPipe{room}, p); !errors.Is(err, errClosed) {
			t.Errorf("Terraform's form after %d bytes: %v", room, err)
		}
	}
}
