package examples

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the output in README.md")

const readme = "../README.md"

// constant are the parts of the program's output that differ from run to run,
// and what README.md has in their place.
var constant = []struct {
	vary *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`sha256:[0-9a-f]{12}\b`), "sha256:3b9ac1f24d07"},
	{regexp.MustCompile(`made \S+ \S+ UTC on .*\.`), "made 2026-11-22 09:00:00 UTC on web1."},
	{regexp.MustCompile(`until \d{4}-\d\d-\d\d \d\d:\d\d UTC`), "until 2026-11-23 09:00 UTC"},
	// Above the home stands what whoever runs this has made.
	{regexp.MustCompile(`(?m)^(  /(?:home)? +)\S+:\S+ `), "${1}root:root "},
	{regexp.MustCompile(`\(run \d{8}T\d{6}Z-[0-9a-f]+\)`), "(run 20261122T090000Z-5c3e)"},
}

// console is a fenced block of commands, each after "$ ", and their output.
var console = regexp.MustCompile("(?ms)^```console\n(\\$ .*?)^```$")

// TestREADME runs the commands of README.md, in order, on the host of
// quickstart. They and their output are the same for root and for any user:
// everything there belongs to alice, whoever that is.
func TestREADME(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "quickstart")
	text := string(data)
	want := console.ReplaceAllStringFunc(text, func(block string) string {
		return "```console\n" + s.replay(t, console.FindStringSubmatch(block)[1]) + "```"
	})
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	same(t, "README.md; go test ./examples -update rewrites it", strings.Split(want, "\n"), strings.Split(text, "\n"))
	if n := strings.Count(want, "\n"); n > 200 {
		t.Errorf("README.md has %d lines, more than 200", n)
	}
}

// replay runs the commands of a block and returns the block as it should be.
func (s *shell) replay(t *testing.T, block string) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue // what the last command printed
		}
		// A command may well exit with a code that the page goes on to explain.
		out, _ := s.command("sh", "-c", command).CombinedOutput()
		shown := string(out)
		for _, c := range constant {
			shown = c.vary.ReplaceAllString(shown, c.text)
		}
		text.WriteString(line + shown)
		if shown != "" {
			text.WriteString("\n")
		}
	}
	return strings.TrimRight(text.String(), "\n") + "\n"
}

// packageRow is a row of the table of packages; one may name several.
var packageRow = regexp.MustCompile("(?m)^\\| (`.*`) \\|")

// TestREADMEPackages: the table of packages is the architecture document, so
// every package stands in it.
func TestREADMEPackages(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	named := ""
	for _, row := range packageRow.FindAllStringSubmatch(string(data), -1) {
		named += row[1]
	}
	_ = filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || p == ".." {
			return err
		}
		if name := d.Name(); name[0] == '.' || name == "testdata" {
			return filepath.SkipDir
		}
		dir, _ := filepath.Rel("..", p)
		files, err := filepath.Glob(filepath.Join(p, "*.go"))
		if err == nil && len(files) > 0 && !strings.Contains(named, "`"+dir+"`") {
			t.Errorf("%s is not in the table of packages", dir)
		}
		return err
	})
}
