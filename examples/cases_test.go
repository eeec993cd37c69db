package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// exitTest is that of tests that failed.
const exitTest = 3

// TestCasesPlanLikeTheHost writes each example's host down as a case: what test
// says of it has to be what plan says of the live host, which [TestExamples] holds
// against the same columns.
func TestCasesPlanLikeTheHost(t *testing.T) {
	for _, example := range []string{"quickstart", "shared-hosting"} {
		t.Run(example, func(t *testing.T) {
			archive, err := txtar.ParseFile(filepath.Join(example, "host.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			policy, err := os.ReadFile(filepath.Join(example, "rightful.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			text, want, home := hostCase(archive)
			s := &shell{dir: t.TempDir()}
			for name, data := range map[string]string{"rightful.yaml": string(policy), "rightful_test.yaml": text} {
				if err := os.WriteFile(filepath.Join(s.dir, name), []byte(data), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var doc struct {
				Results []struct {
					Error   string
					Differs []struct {
						Section string
						Planned []string
					}
				}
			}
			if err := json.Unmarshal(s.run(t, exitTest, "test", "-format", "json"), &doc); err != nil {
				t.Fatal(err)
			}
			have := []string{}
			for _, d := range doc.Results[0].Differs {
				for _, l := range d.Planned {
					if f := strings.Fields(l); d.Section == "steps" {
						have = append(have, f[0]+" "+absolute(home, strings.TrimSuffix(f[1], "/")))
					}
				}
			}
			slices.Sort(have)
			same(t, "steps of "+text+doc.Results[0].Error, want, have)
		})
	}
}

func absolute(home, p string) string {
	if path.IsAbs(p) {
		return p
	}
	return path.Join(home, p)
}

// hostCase is a host as a case without expectations, the steps that a plan has, and
// the home that relative paths of steps are in.
func hostCase(archive *txtar.Archive) (text string, steps []string, home string) {
	accounts, users, groups, tree := "", "", "", ""
	for _, f := range archive.Files {
		for line := range strings.Lines(string(f.Data)) {
			line = strings.TrimSuffix(strings.TrimPrefix(line, "[root] "), "\n")
			col := strings.Split(line, ":")
			switch {
			case line == "" || line[0] == '#':
			case f.Name == "etc/passwd" && strings.HasPrefix(col[5], "/home"):
				accounts += fmt.Sprintf("  - {name: %s, uid: %s, gid: %s, home: %s}\n", col[0], col[2], col[3], col[5])
				if home == "" {
					home = col[5]
				}
			case f.Name == "etc/passwd":
				users += fmt.Sprintf("  %s: {uid: %s, gid: %s, home: %s}\n", col[0], col[2], col[3], col[5])
			case f.Name == "etc/group":
				groups += fmt.Sprintf("  %s: %s\n", col[0], col[2])
			case f.Name == "tree":
				entry, step := hostEntry(line)
				tree += entry
				steps = append(steps, step...)
			}
		}
	}
	slices.Sort(steps)
	return "rightful_test: 1\nday: 2026-11-22\naccounts:\n" + accounts + "users:\n" + users + "groups:\n" + groups +
		"tree: |\n" + tree + "cases:\n  the host: {}\n", steps, home
}

// hostEntry is one line of a host's tree as a case has it, and the step that it
// gets.
func hostEntry(line string) (entry string, step []string) {
	before, after, changed := strings.Cut(line, "=>")
	f := strings.Fields(before)
	name, target, leads := strings.Cut(f[3], "->")
	at := "/" + name
	if strings.HasPrefix(strings.TrimSpace(after), "add") {
		return "", []string{"+ " + at}
	}
	if changed {
		step = []string{"~ " + at}
	}
	switch {
	case f[0] == "h":
		return fmt.Sprintf("  h %s -> /%s\n", at, target), step
	case leads:
		return fmt.Sprintf("  l %s %s -> %s\n", f[2], at, target), step
	}
	return fmt.Sprintf("  %s %s %s %s\n", f[0], f[1], f[2], at), step
}
