package plan_test

import (
	"bytes"
	"slices"
	"testing"

	"rightful/plan"
)

// back is a plan that brings a file and a folder back out of quarantine.
func back(t testing.TB, run string, edit func(*plan.Block)) ([]byte, error) {
	t.Helper()
	file := plan.Change{
		Action: plan.Add, Classes: plan.ClassAdd, Rules: plan.Rules{plan.AttrEntry: "hosting.yaml:9"},
		After: plan.State{Type: plan.File, UID: 1001, GID: 1001, Mode: 0o600, Nlink: 1}, Restore: "20261122T030000Z-07f3",
	}
	folder := file
	folder.After = directory(1001)
	b := &plan.Block{
		Account: "alice", Dir: ".", Parent: plan.Identity{Ino: 7, Gen: 8}, Changes: []plan.Change{file, folder},
		Entries: []plan.Entry{
			{Name: "a", Change: 0, ID: plan.Identity{Ino: 9, Gen: 1}},
			{Name: "b", Change: 1, ID: plan.Identity{Ino: 10, Gen: 1}, Inside: 12, Quarantined: 3},
		},
	}
	if edit != nil {
		edit(b)
	}
	h := header()
	h.Undoes = run
	d := plan.NewDraft(t.TempDir())
	defer d.Close()
	if err := d.Add(b); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := plan.NewWriter(&out, h)
	if err == nil {
		err = w.Account(account("alice", 1001), d)
	}
	if err == nil {
		_, err = w.Close()
	}
	return out.Bytes(), err
}

// TestRestore: what comes back says from where, in the file and in its sums, and
// counts with all that is in it.
func TestRestore(t *testing.T) {
	file, err := back(t, "20261122T030000Z-07f3", nil)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, file)
	if p.Header.Undoes != "20261122T030000Z-07f3" {
		t.Errorf("undoes %q", p.Header.Undoes)
	}
	if tally := p.Trailer.Summary.Tally; tally.Add != 14 || tally.Adds != 2 {
		t.Errorf("counted %+v", tally)
	}
	var numbers []int64
	for s, err := range p.Steps() {
		if err != nil || s.Change.Restore != "20261122T030000Z-07f3" {
			t.Errorf("%+v, %v", s.Change, err)
		}
		numbers = append(numbers, s.Entry.Quarantined)
	}
	if !slices.Equal(numbers, []int64{0, 3}) {
		t.Errorf("numbers %d", numbers)
	}
	other, err := back(t, "20261122T030000Z-07f4", nil)
	if err != nil || open(t, other).Digest == p.Digest {
		t.Errorf("the way back of another run has the same digest, %v", err)
	}
	elsewhere, err := back(t, "20261122T030000Z-07f3", func(b *plan.Block) { b.Entries[1].Quarantined = 4 })
	if err != nil || open(t, elsewhere).Digest == p.Digest {
		t.Errorf("another entry of the quarantine has the same digest, %v", err)
	}
}

func TestRestoreThatCannotBe(t *testing.T) {
	for name, edit := range map[string]func(*plan.Block){
		"no identity":   func(b *plan.Block) { b.Entries[0].ID = plan.Identity{} },
		"inside a file": func(b *plan.Block) { b.Entries[0].Inside = 1 },
		"a path":        func(b *plan.Block) { b.Changes[0].Restore = "../x" },
		"dots":          func(b *plan.Block) { b.Changes[0].Restore = ".." },
		"with content":  func(b *plan.Block) { b.Changes[0].Content = &plan.Content{} },
		"before zero":   func(b *plan.Block) { b.Entries[1].Quarantined = -1 },
		"a change": func(b *plan.Block) {
			b.Changes[0] = chmod(1001, 0o600, 0o644)
			b.Changes[0].Restore = "20261122T030000Z-07f3"
		},
		"a number without a run": func(b *plan.Block) {
			b.Changes[1].Restore = ""
			b.Entries[1].ID, b.Entries[1].Inside = plan.Identity{}, 0
		},
	} {
		if _, err := back(t, "20261122T030000Z-07f3", edit); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}
