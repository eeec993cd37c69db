package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// schemaLine is how editors find the schema of a file.
var schemaLine = regexp.MustCompile(`\A# yaml-language-server: \$schema=(\S+)\n`)

// TestSchemaLines: each example names a schema, which is the program's.
func TestSchemaLines(t *testing.T) {
	names, err := filepath.Glob("*/rightful.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	want := string(newShell(t, "quickstart").run(t, exitOK, "schema"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		line := schemaLine.FindSubmatch(data)
		if line == nil {
			t.Errorf("%s: the first line names no schema", name)
			continue
		}
		have, err := os.ReadFile(filepath.Join(filepath.Dir(name), string(line[1])))
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, strings.Split(want, "\n"), strings.Split(string(have), "\n"))
	}
}
