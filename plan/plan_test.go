package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"rightful/plan"
)

var updateFormat = flag.Bool("update-format", false, "rewrite testdata/small.jsonl")

func TestHostileNamesComeBack(t *testing.T) {
	p := open(t, small(t))
	var got []string
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if s.Block.Dir == "public_html" {
			got = append(got, s.Entry.Name)
		}
	}
	for i, want := range hostileNames() {
		if got[i] != want {
			t.Errorf("%q came back as %q", want, got[i])
		}
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	file := small(t)
	for i := range file {
		for bit := range 8 {
			if testing.Short() && bit != i%8 {
				continue
			}
			bad := bytes.Clone(file)
			bad[i] ^= 1 << bit
			if _, err := plan.Open(bytes.NewReader(bad)); err == nil {
				t.Errorf("byte %d of %d, bit %d: accepted", i, len(file), bit)
			}
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	file := small(t)
	for n := range file {
		if _, err := plan.Open(bytes.NewReader(file[:n])); err == nil {
			t.Errorf("the first %d of %d bytes: accepted", n, len(file))
		}
	}
	var bad *plan.FormatError
	if _, err := plan.Open(bytes.NewReader(append(file, 0))); !errors.As(err, &bad) {
		t.Errorf("a byte more: %v", err)
	}
}

// The text of the small plan is the format: it changes with the version only.
func TestFormat(t *testing.T) {
	z, err := zstd.NewReader(bytes.NewReader(small(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	text := all[:bytes.LastIndex(all, []byte(`{"sum":`))]
	const file = "testdata/small.jsonl"
	if *updateFormat {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("the format is not what it was (-update-format if the version is new):\n%s", text)
	}
	for line := range bytes.Lines(all) {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestIDs(t *testing.T) {
	alice, bob := account("alice", 1001), account("bob", 1002)
	a, b := chmod(1001, 0o600, 0o644), chmod(1002, 0o600, 0o644)
	step := func(a *plan.Account, ch *plan.Change) plan.Step {
		bl := block(a.Name, "d", *ch, "x")
		return plan.Step{Account: a, Block: bl, Entry: &bl.Entries[0], Change: &bl.Changes[0]}
	}
	one := step(&alice, &a)
	if other := step(&bob, &b); one.GroupID() != other.GroupID() || one.ID() == other.ID() {
		t.Error("the same change of two accounts is one group of two steps")
	}
	if other := step(&bob, &a); one.GroupID() == other.GroupID() {
		t.Error("alice's files in bob's home are another group")
	}
	replanned := step(&alice, &a)
	replanned.Entry.ID = plan.Identity{Ino: 5, Gen: 6}
	if one.ID() != replanned.ID() {
		t.Error("the identity is in the step's id")
	}
	c := a
	c.Rules = plan.Rules{plan.AttrMode: "hosting.yaml:32"}
	if other := step(&alice, &c); one.GroupID() == other.GroupID() || one.ID() != other.ID() {
		t.Error("the line of policy makes the group, not the step")
	}
}

func TestPrefixes(t *testing.T) {
	ids := []plan.ID{{0x12, 0x34, 0x56, 0x78}, {0x12, 0x34, 0x56, 0x79}, {0x12, 0x34, 0x57}, {0xff}}
	p := plan.NewPrefixes(plan.GroupPrefix, slices.Clone(ids))
	for i, want := range []string{"g-12345678", "g-12345679", "g-123457", "g-ff0000"} {
		if got := p.Short(ids[i]); got != want {
			t.Errorf("%s; want %s", got, want)
		}
		if got, err := p.Find(want); err != nil || got != ids[i] {
			t.Errorf("%s: %v, %v", want, got, err)
		}
	}
	var bad *plan.PrefixError
	if _, err := p.Find("g-123456"); !errors.As(err, &bad) || bad.Candidates != 2 {
		t.Errorf("%v", err)
	}
	if _, err := p.Find("g-ffffff"); !errors.As(err, &bad) || bad.Candidates != 0 {
		t.Errorf("%v", err)
	}
}

// A record that is not the writer's to decide.
func TestWriterRefuses(t *testing.T) {
	w, err := plan.NewWriter(io.Discard, header())
	if err != nil {
		t.Fatal(err)
	}
	a := account("alice", 1001)
	a.Held = []plan.Held{{Reason: "unreadable"}}
	d := plan.NewDraft("")
	if err := d.Add(block("alice", ".", chmod(1001, 0o600, 0o644), "x")); err != nil {
		t.Fatal(err)
	}
	if err := w.Account(a, d); err == nil {
		t.Error("held, with steps")
	}
	if _, err := w.Close(); err == nil {
		t.Error("closed after an error")
	}
	if err := d.Add(block("bob", ".", chmod(1001, 0o600, 0o644), "x")); err == nil {
		t.Error("two accounts in a draft")
	}
}
