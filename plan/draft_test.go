package plan_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rightful/plan"
)

// walked is what sorting by components, one after the other, gives: the order
// in which a walk that sorts its listings meets directories.
func walked(a, b string) int {
	return slices.Compare(strings.Split(strings.TrimPrefix(a, "."), "/"), strings.Split(strings.TrimPrefix(b, "."), "/"))
}

func TestOrderIsThatOfASortedWalk(t *testing.T) {
	seeds := uint64(200)
	if testing.Short() {
		seeds = 25
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 1))
		tr := tree(r, "alice", 1001)
		p := open(t, write(t, header(), tr))
		var dirs []string
		for rec, err := range p.Records() {
			if err != nil {
				t.Fatal(err)
			}
			if rec.Block != nil {
				dirs = append(dirs, rec.Block.Dir)
			}
		}
		want := make([]string, 0, len(dirs))
		for _, b := range tr.blocks {
			want = append(want, b.Dir)
		}
		slices.SortFunc(want, func(a, b string) int {
			if (a == ".") != (b == ".") {
				return map[bool]int{true: -1, false: 1}[a == "."]
			}
			return walked("/"+a, "/"+b)
		})
		if !slices.Equal(dirs, want) {
			t.Fatalf("seed %d: %q; want %q", seed, dirs, want)
		}
	}
}

// Whoever adds what when, and however the changes of a directory are numbered:
// the same steps are the same plan.
func TestDigestDoesNotDependOnOrder(t *testing.T) {
	first := tree(rand.New(rand.NewPCG(5, 5)), "alice", 1001)
	p := open(t, write(t, header(), first))
	second := tree(rand.New(rand.NewPCG(5, 5)), "alice", 1001)
	slices.Reverse(second.blocks)
	for _, b := range second.blocks {
		slices.Reverse(b.Changes)
		for i := range b.Entries {
			b.Entries[i].Change = len(b.Changes) - 1 - b.Entries[i].Change
		}
	}
	h := header()
	h.Tool, h.Skipped, h.Created = "v9", nil, h.Created.AddDate(1, 0, 0)
	q := open(t, write(t, h, second))
	if p.Digest != q.Digest || p.File == q.File {
		t.Errorf("digests %s and %s", p.Digest, q.Digest)
	}
	h.Limits = nil
	if q := open(t, write(t, h, second)); p.Digest == q.Digest {
		t.Error("other limits, same digest")
	}
}

func TestDraftSpills(t *testing.T) {
	dir := t.TempDir()
	d := plan.NewDraft(dir)
	var all sync.WaitGroup
	const files = 12 // of a MiB each: three times what is kept in memory
	content := strings.Repeat("x", plan.MaxContent)
	for i := range files {
		all.Go(func() {
			b := block("alice", ".", addition(plan.State{Type: plan.File, UID: 1001, GID: 1001, Mode: 0o644}, content), string(rune('a'+i)))
			if err := d.Add(b); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the spool has a name: %v, %v", left, err)
	}
	var out bytes.Buffer
	w, err := plan.NewWriter(&out, header())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Account(account("alice", 1001), d); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	wrote, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, out.Bytes())
	if got := steps(t, p, nil); len(got) != files || wrote.Trailer.Summary.Tally.Adds != files || p.Digest != wrote.Digest {
		t.Errorf("%d steps, %+v", len(got), wrote.Trailer.Summary.Tally)
	}
}

// One block of many contents is more than a line may hold.
func TestLargeBlocksAreSplit(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	b := &plan.Block{Account: "alice", Dir: ".", Parent: plan.Identity{Ino: 1}}
	for i := range 30 {
		b.Changes = append(b.Changes, addition(plan.State{Type: plan.File, UID: 1001, GID: 1001, Mode: 0o644}, strings.Repeat(string(rune('a'+i)), plan.MaxContent)))
		b.Entries = append(b.Entries, plan.Entry{Name: "f" + string(rune('A'+i)), Change: i})
	}
	many := block("alice", "d", chmod(1001, 0o600, 0o644))
	for i := range 3000 {
		many.Entries = append(many.Entries, plan.Entry{Name: string([]byte{'n', byte('0' + i/1000), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})})
	}
	p := open(t, write(t, header(), part{account("alice", 1001), []*plan.Block{many, b}, nil}))
	if got := steps(t, p, nil); len(got) != 3030 {
		t.Errorf("%d steps", len(got))
	}
}

func TestSpoolWithoutItsDisk(t *testing.T) {
	d := plan.NewDraft("/nonexistent/spool")
	content := strings.Repeat("x", plan.MaxContent)
	var err error
	for i := 0; i < 8 && err == nil; i++ {
		err = d.Add(block("alice", ".", addition(plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o644}, content), string(rune('a'+i))))
	}
	if err == nil || !strings.HasPrefix(err.Error(), "plan spool: ") {
		t.Errorf("%v", err)
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	w, err := plan.NewWriter(full, header())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "plan: ") {
		t.Errorf("%v", err)
	}
}

func TestBlocksThatCannotBe(t *testing.T) {
	good := func() *plan.Block { return block("alice", "d", chmod(1001, 0o600, 0o644), "a", "b") }
	add := func() *plan.Block { return block("alice", "d", addition(directory(1001), ""), "a") }
	for name, spoil := range map[string]func() *plan.Block{
		"slash":              func() *plan.Block { b := good(); b.Entries[0].Name = "a/b"; return b },
		"nul":                func() *plan.Block { b := good(); b.Entries[0].Name = "a\x00"; return b },
		"empty":              func() *plan.Block { b := good(); b.Entries[0].Name = ""; return b },
		"dot":                func() *plan.Block { b := good(); b.Entries[0].Name = "."; return b },
		"dotdot":             func() *plan.Block { b := good(); b.Entries[0].Name = ".."; return b },
		"order":              func() *plan.Block { b := good(); b.Entries[0].Name = "c"; return b },
		"twice":              func() *plan.Block { b := good(); b.Entries[0].Name = "b"; return b },
		"change":             func() *plan.Block { b := good(); b.Entries[0].Change = 1; return b },
		"absolute":           func() *plan.Block { b := good(); b.Dir = "/etc"; return b },
		"climbs":             func() *plan.Block { b := good(); b.Dir = "a/../.."; return b },
		"home with siblings": func() *plan.Block { b := good(); b.Dir = ""; return b },
		"no entries":         func() *plan.Block { b := good(); b.Entries = nil; return b },
		"mode":               func() *plan.Block { b := good(); b.Changes[0].After.Mode = 0o10000; return b },
		"type": func() *plan.Block {
			b := good()
			b.Changes[0].Before.Type, b.Changes[0].After.Type = plan.FIFO, plan.FIFO
			return b
		},
		"retype":           func() *plan.Block { b := good(); b.Changes[0].After.Type = plan.Directory; return b },
		"nothing":          func() *plan.Block { b := good(); b.Changes[0].After = b.Changes[0].Before; return b },
		"classes":          func() *plan.Block { b := good(); b.Changes[0].Classes = plan.Tighten; return b },
		"take":             func() *plan.Block { b := good(); b.Changes[0].Classes |= plan.Take; return b },
		"attribute":        func() *plan.Block { b := good(); b.Changes[0].Rules = plan.Rules{"colour": "x:1"}; return b },
		"inside":           func() *plan.Block { b := good(); b.Entries[0].Inside = 1; return b },
		"parentless add":   func() *plan.Block { b := add(); b.Parent = plan.Identity{}; return b },
		"both parents":     func() *plan.Block { b := add(); b.Needs = plan.ID{1}; return b },
		"identity of none": func() *plan.Block { b := add(); b.Entries[0].ID.Ino = 1; return b },
		"content":          func() *plan.Block { b := add(); b.Changes[0].After.Type = plan.File; return b },
		"wrong sum": func() *plan.Block {
			b := block("alice", "d", addition(plan.State{Type: plan.File, Mode: 0o644}, "x"), "a")
			b.Changes[0].Content.Data = []byte("y")
			return b
		},
	} {
		if err := plan.NewDraft("").Add(spoil()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
