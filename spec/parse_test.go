package spec

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the errors that are found into testdata")

// TestErrors reads policies from testdata. A file named errors is what they
// must give, one named vars is for -var, ceiling.yaml is a host's.
func TestErrors(t *testing.T) {
	for name, archive := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, vars, want := contents(archive)
			err := parseAny(files, vars)
			have := ""
			if err != nil {
				have = err.Error() + "\n"
			}
			if *update {
				rewrite(t, name, archive, have)
				return
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func parseAny(files []PolicyFile, vars map[string]string) error {
	if files[0].Name == "ceiling.yaml" {
		_, err := ParseCeiling(files[0])
		return err
	}
	_, err := Parse(files, vars)
	return err
}

func archives(t testing.TB) map[string]*txtar.Archive {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	all := map[string]*txtar.Archive{}
	for _, name := range names {
		if all[name], err = txtar.ParseFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func contents(archive *txtar.Archive) (files []PolicyFile, vars map[string]string, want string) {
	for _, f := range archive.Files {
		switch f.Name {
		case "errors":
			want = string(f.Data)
		case "vars":
			vars = map[string]string{}
			for line := range strings.Lines(string(f.Data)) {
				key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
				vars[key] = value
			}
		default:
			files = append(files, PolicyFile{f.Name, f.Data})
		}
	}
	return files, vars, want
}

func rewrite(t *testing.T, name string, archive *txtar.Archive, have string) {
	t.Helper()
	for i, f := range archive.Files {
		if f.Name == "errors" {
			archive.Files[i].Data = []byte(have)
		}
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestUnreadableFiles(t *testing.T) {
	for _, test := range []struct {
		name, data, want string
	}{
		{"empty", "", "p.yaml:1:1: the file is empty; begin it with rightful: 1"},
		{"comment", "# nothing\n", "p.yaml:1:1: the file is empty; begin it with rightful: 1"},
		{"no UTF-8", "rightful: 1\nvars: {a: \"\xff\"}\n", "p.yaml:2:12: the file is not UTF-8 here"},
		{"too large", strings.Repeat("#\n", maxFile), "p.yaml:1:1: the file has 2097152 bytes; a policy file may have 1048576: split it"},
		{"deep", "rightful: 1\nvars: " + strings.Repeat("[", 20_000), "p.yaml:2:1: exceeded max depth of 10000"},
	} {
		_, err := Parse([]PolicyFile{{"p.yaml", []byte(test.data)}}, nil)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v; want %s", test.name, err, test.want)
		}
	}
	if _, err := Parse(nil, nil); err == nil {
		t.Error("a policy without files was accepted")
	}
}

func TestErrorsAreErrors(t *testing.T) {
	_, err := Parse([]PolicyFile{{"p.yaml", []byte("rightful: 1\nfoo: 1\nbar: 2\n")}}, nil)
	var one *Error
	if !errors.As(err, &one) || one.Pos != (Pos{"p.yaml", 2, 1}) {
		t.Errorf("errors.As found %v", one)
	}
	var all Errors
	if !errors.As(err, &all) || len(all) != 2 {
		t.Errorf("errors.As found %v", all)
	}
}

func TestExpiredExceptions(t *testing.T) {
	p := mustParse(t, `
rightful: 1
exceptions:
  - {account: bob, until: 2027-01-31, reason: ticket, rules: []}
  - {account: eve, until: 2027-02-01, reason: ticket, rules: []}
`)
	for day, want := range map[string]string{
		"2027-01-31": "",
		"2027-02-01": "p.yaml:3:5: the exception of bob ended on 2027-01-31; take it out, or give it another day",
	} {
		if have := Errors(p.ExpiredExceptions(mustDay(t, day))).Error(); have != want {
			t.Errorf("on %s: %s; want %s", day, have, want)
		}
	}
}

func TestDay(t *testing.T) {
	early, late := mustDay(t, "2026-12-31"), mustDay(t, "2027-01-01")
	if !early.Before(late) || late.Before(early) || early.Before(early) || !late.After(early) || early.String() != "2026-12-31" {
		t.Errorf("%s and %s are out of order", early, late)
	}
}

func mustDay(t testing.TB, text string) Day {
	t.Helper()
	day, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func mustParse(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := Parse([]PolicyFile{{"p.yaml", bytes.TrimPrefix([]byte(text), []byte("\n"))}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAccepted reads every word of the language that this version has.
func TestAccepted(t *testing.T) {
	p := mustParse(t, acceptedPolicy)
	if diff := cmp.Diff(acceptedSummary, summary(p)); diff != "" {
		t.Error(diff)
	}
}
