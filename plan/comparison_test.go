package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func compared(t testing.TB, old, new *Plan) *Comparison {
	t.Helper()
	c, err := Compare(old, new)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func renderComparison(t testing.TB, c *Comparison, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteComparison(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func comparisonJSON(t testing.TB, c *Comparison) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteComparisonJSON(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestComparison renders each testdata/comparison_*.txtar: two plans, and what
// is said of the difference.
func TestComparison(t *testing.T) {
	files, err := filepath.Glob("testdata/comparison_*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "comparison_"), ".txtar")
		t.Run(name, func(t *testing.T) { goldenComparison(t, file) })
	}
}

func goldenComparison(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := compared(t, readSample(t, string(archive.Files[0].Data)), readSample(t, string(archive.Files[1].Data)))
	sections := map[string]string{
		"text": renderComparison(t, c, TextOptions{}),
		"full": renderComparison(t, c, TextOptions{Full: true}),
		"json": comparisonJSON(t, c),
	}
	printable(t, sections["text"]+sections["full"]+sections["json"])
	checkComparison(t, c, sections["json"])
	for i := range archive.Files[2:] {
		f := &archive.Files[i+2]
		if *update {
			f.Data = []byte(sections[f.Name])
		} else if diff := cmp.Diff(string(f.Data), sections[f.Name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// checkComparison reads the document as its users do.
func checkComparison(t *testing.T, c *Comparison, text string) {
	t.Helper()
	var d struct {
		Same                   bool
		Appear, Vanish, Change []any
		Held, Accounts         []any
		Meanwhile              []any `json:"changed_meanwhile"`
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	have := []int64{int64(len(d.Appear)), int64(len(d.Vanish)), int64(len(d.Change)), int64(len(d.Meanwhile)), int64(len(d.Held)), int64(len(d.Accounts))}
	want := []int64{c.Appear, c.Vanish, c.Change, c.Meanwhile, c.HeldOtherwise, c.AccountsAppear + c.AccountsVanish}
	if diff := cmp.Diff(want, have); diff != "" || d.Same != c.Same() {
		t.Errorf("same: %v; appear, vanish, change, meanwhile, held, accounts (-counted +in the document):\n%s", d.Same, diff)
	}
}

// rounds is how many random cases there are of the n that a test has at ease.
func rounds(n int) int {
	if testing.Short() {
		return n / 8
	}
	return n
}

// randomPlan has accounts, depths and names that make neighbours in every order
// that could be mistaken; what a step does depends on its place and on chance.
func randomPlan(t *testing.T, r *rand.Rand) *Plan {
	var b strings.Builder
	b.WriteString("limit account.remove count=1000 source=x:1\n")
	for _, name := range []string{"a", "a-b", "a.b", "b", "\"\\xff\""} {
		if r.IntN(4) == 0 {
			continue
		}
		fmt.Fprintf(&b, "account %s 1000 1000 incomplete\n", name)
		for _, path := range []string{".", "a", "a-b", "a/c", "a/c/d", "a-b/x", "a.x/y", "\"\\xff/\\n\"", "z"} {
			switch r.IntN(6) {
			case 0:
				fmt.Fprintf(&b, "change %s directory ACCOUNT:ACCOUNT:0700 ACCOUNT:ACCOUNT:0750 mode=p:%d\n", path, r.IntN(9))
			case 1:
				fmt.Fprintf(&b, "change %s directory ACCOUNT:ACCOUNT:0700 ACCOUNT:ACCOUNT:0751 mode=p:1\n", path)
			case 2:
				fmt.Fprintf(&b, "change %s directory ACCOUNT:ACCOUNT:0755 ACCOUNT:ACCOUNT:0751 mode=p:1\n", path)
			case 3:
				if path != "." {
					fmt.Fprintf(&b, "remove %s directory ACCOUNT:ACCOUNT:0700 entry=p:2\n", path)
				}
			case 4:
				// replace: true
				if path == "z" {
					fmt.Fprintf(&b, "remove z symlink ACCOUNT:ACCOUNT>x entry=p:2\nadd z directory ACCOUNT:ACCOUNT:0700 entry=p:2\n")
				}
			}
		}
	}
	return readSample(t, b.String())
}

// What appears and what both make is the new plan, what vanishes and what both
// make is the old one, in their order: whatever the plans are. And what both have
// at one place is never told as gone from one and come to the other.
func TestPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds(80) {
		old, new := randomPlan(t, r), randomPlan(t, r)
		var left, right []string
		gone, come := map[string]bool{}, map[string]bool{}
		for p, err := range paired(old, new) {
			if err != nil {
				t.Fatal(err)
			}
			if p.old.Account != nil {
				left = append(left, placeText(p.old))
			}
			if p.new.Account != nil {
				right = append(right, placeText(p.new))
			}
			switch {
			case p.old.Account == nil:
				come[placeName(p.new)] = true
			case p.new.Account == nil:
				gone[placeName(p.old)] = true
			case placeName(p.old) != placeName(p.new):
				t.Fatalf("%s with %s", placeName(p.old), placeName(p.new))
			}
		}
		for place := range gone {
			if come[place] {
				t.Errorf("%s: in both plans, and not paired", place)
			}
		}
		if diff := cmp.Diff(placesOf(t, old), left); diff != "" {
			t.Fatalf("not the old plan (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(placesOf(t, new), right); diff != "" {
			t.Fatalf("not the new plan (-want +got):\n%s", diff)
		}
	}
}

func placeName(s Step) string {
	if s.Block == nil {
		return s.Account.Name
	}
	return s.Account.Name + ":" + s.Path()
}

func placeText(s Step) string {
	if s.Block == nil {
		return s.Account.Name
	}
	return fmt.Sprintf("%s %x", placeName(s), s.ID())
}

// placesOf is a plan by what it has always been read with.
func placesOf(t *testing.T, p *Plan) []string {
	var all []string
	for r, err := range p.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Account != nil {
			all = append(all, r.Account.Name)
			for s, err := range p.Steps() {
				if err != nil {
					t.Fatal(err)
				}
				if s.Account.Name == r.Account.Name {
					all = append(all, placeText(s))
				}
			}
		}
	}
	return all
}

// Nobody's change is a change of the one into itself, and what appears one way
// vanishes the other way.
func TestComparisonTurned(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range rounds(40) {
		old, new := randomPlan(t, r), randomPlan(t, r)
		there, back := compared(t, old, new), compared(t, new, old)
		if there.Appear != back.Vanish || there.Vanish != back.Appear || there.Change != back.Change ||
			there.Meanwhile != back.Meanwhile || there.AccountsAppear != back.AccountsVanish {
			t.Errorf("there %+v, back %+v", there, back)
		}
		checkComparison(t, there, comparisonJSON(t, there))
		if c := compared(t, old, old); !c.Same() || c.Meanwhile != 0 {
			t.Errorf("a plan differs from itself: %+v", c)
		}
	}
}

// Every part of the short form is as long as it gets.
func TestComparisonIsShort(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	one, other := longPlan(t), hostilePlan(t, 60, 300)
	for _, c := range []*Comparison{compared(t, one, other), compared(t, other, one)} {
		text := renderComparison(t, c, TextOptions{})
		printable(t, text)
		if n := strings.Count(text, "\n"); n > 250 {
			t.Errorf("%d lines:\n%s", n, text)
		}
	}
}

func TestComparisonErrors(t *testing.T) {
	c := compared(t, hostilePlan(t, 3, 40), hostilePlan(t, 5, 60))
	for _, room := range []int{0, 1, 4096, 8192} {
		if err := WriteComparison(&closedPipe{room}, c, TextOptions{Full: true}); !errors.Is(err, errClosed) {
			t.Errorf("text after %d bytes: %v", room, err)
		}
		if err := WriteComparisonJSON(&closedPipe{room}, c); !errors.Is(err, errClosed) {
			t.Errorf("JSON after %d bytes: %v", room, err)
		}
	}
}
