package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rightful/spec"
)

// Every rule has a page, and every rule is found somewhere in testdata: what is
// never found is not tested.
func TestRules(t *testing.T) {
	seen := map[string]bool{invalid: true} // spec's own tests have these
	names, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found, _ := lint(t, archive)
		for _, f := range found {
			seen[f.Rule] = true
		}
	}
	last := ""
	for _, r := range Rules() {
		if !seen[r.ID] {
			t.Errorf("%s is not in testdata", r.ID)
		}
		if r.ID <= last {
			t.Errorf("%s after %s", r.ID, last)
		}
		last = r.ID
		if r.Title == "" || r.Severity < Note || strings.Count(r.Help, "\n\n") < 2 {
			t.Errorf("%s: what it finds, why that hurts and the way out are a paragraph each:\n%s", r.ID, r.Help)
		}
		for line := range strings.Lines(r.Text()) {
			if len(line) > 121 {
				t.Errorf("%s: a line of %d bytes: %s", r.ID, len(line), line)
			}
		}
		if again, ok := Lookup(strings.ToLower(r.ID)); !ok || again.ID != r.ID {
			t.Errorf("%s is not found by its number", r.ID)
		}
	}
}

// The policies that people begin with have nothing to be found in them.
func TestOwnPolicies(t *testing.T) {
	names, _ := filepath.Glob("../../examples/*/rightful.yaml")
	if len(names) == 0 {
		t.Fatal("no examples")
	}
	for _, name := range append(names, "../demo/policy.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := spec.Parse([]spec.PolicyFile{{Name: name, Data: data}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if found := textOf(t, Run(p, Options{Day: today})); found != "" {
			t.Error(found)
		}
	}
}

// What is suggested in the place of an exact mode is a mode, leaves what the
// exact one would have made, and gives nobody more.
func TestBounds(t *testing.T) {
	step := uint16(1)
	if testing.Short() {
		step = 11
	}
	for bits := uint16(0); bits < 0o1000; bits += step {
		m, err := spec.ParseMode(bounds(bits))
		if err != nil {
			t.Fatalf("%04o: %v", bits, err)
		}
		for _, directory := range []bool{false, true} {
			if after := m.Apply(bits, directory); after != bits {
				t.Errorf("%04o: %s makes %04o of it", bits, m, after)
			}
			if e := effectOfOne(m, directory); e.gives&^bits != 0 || e.zeros&writeForMore != writeForMore&^bits {
				t.Errorf("%04o: %s gives %04o, and always takes %04o", bits, m, e.gives, e.zeros)
			}
		}
	}
}

func TestOpenACL(t *testing.T) {
	entry := func(tag spec.ACLTag, name string, perm uint8, byDefault bool) spec.ACLEntry {
		return spec.ACLEntry{Pos: spec.Pos{File: "p", Line: 1, Column: int(tag)}, Tag: tag, Name: spec.Name{Text: name}, Perm: perm, Default: byDefault}
	}
	tests := []struct {
		name    string
		entries []spec.ACLEntry
		want    string
	}{
		{"a user", []spec.ACLEntry{entry(spec.ACLUser, "web", 7, false)}, "p:1:1: [RF002] user:web:rwx lets others than the owner write\n"},
		{"a group, by default", []spec.ACLEntry{entry(spec.ACLGroup, "web", 2, true)}, "p:1:2: [RF002] default:group:web:-w- lets others than the owner write\n"},
		{"reading", []spec.ACLEntry{entry(spec.ACLUser, "web", 5, false)}, ""},
		{"under a mask", []spec.ACLEntry{entry(spec.ACLUser, "web", 7, false), entry(spec.ACLMask, "", 5, false)}, ""},
		{"under the other mask", []spec.ACLEntry{entry(spec.ACLUser, "web", 7, false), entry(spec.ACLMask, "", 5, true)}, "p:1:1: [RF002] user:web:rwx lets others than the owner write\n"},
		{"the account", []spec.ACLEntry{entry(spec.ACLUser, "account", 7, false), entry(spec.ACLUser, "${account}", 7, false)}, ""},
	}
	for _, test := range tests {
		line := spec.Line{Kind: spec.KindRule, Match: []string{"a"}, ACL: &spec.ACL{Entries: test.entries}}
		p := &spec.Policy{Profiles: map[string]*spec.Profile{"x": {Name: "x", Rules: []spec.Line{line}}}}
		if diff := cmp.Diff(test.want, textOf(t, Run(p, Options{Day: today}))); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}
