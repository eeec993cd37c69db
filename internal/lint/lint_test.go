package lint

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rightful/spec"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// today is the day of all tests that do not name one.
var today = spec.Day{Year: 2026, Month: 11, Day: 22}

// lint is what Run says of the files of an archive. A file named ceiling.yaml is
// a host's, one named day the day, and one named findings what is wanted.
func lint(t testing.TB, archive *txtar.Archive) (found []Finding, want string) {
	t.Helper()
	o := Options{Day: today}
	var files []spec.PolicyFile
	for _, f := range archive.Files {
		file := spec.PolicyFile{Name: f.Name, Data: f.Data}
		var err error
		switch f.Name {
		case "findings":
			want = string(f.Data)
		case "day":
			o.Day, err = spec.ParseDay(strings.TrimSpace(string(f.Data)))
		case "ceiling.yaml":
			var c spec.Ceiling
			c, err = spec.ParseCeiling(file)
			o.Ceiling, o.Host = c.Limits, true
		default:
			files = append(files, file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := spec.Parse(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Run(p, o), want
}

func textOf(t testing.TB, found []Finding) string {
	t.Helper()
	var b strings.Builder
	if err := (&Report{Findings: found}).Write(&b, "text"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFindings reads policies from testdata, each with what is to be found in
// it. The comments in a policy say why a line is found, or is not.
func TestFindings(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found, want := lint(t, archive)
			have := textOf(t, found)
			if *update {
				rewrite(t, name, archive, have)
			} else if diff := cmp.Diff(want, have); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func rewrite(t *testing.T, name string, archive *txtar.Archive, found string) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name == "findings" {
			archive.Files[i].Data = []byte(found)
		}
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
