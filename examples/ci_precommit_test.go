package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hook is one hook of .pre-commit-hooks.yaml, as far as it is used.
type hook struct {
	ID, Entry, Language, Files string
	PassFilenames              *bool `yaml:"pass_filenames"`
}

// TestHooks runs the hooks by their own description, and by pre-commit itself
// where that is installed: with the file that README.md makes of theirs.
func TestHooks(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		name, old, new string
		fails          []string
	}{
		{"as it is", "", "", nil},
		{"a typo", "directory_mode", "directry_mode", []string{"rightful-test", "rightful-validate"}},
		{"badly formatted", `mode: "0711"`, `mode:    "0711"`, []string{"rightful-fmt"}},
		{"another mode", `["0600", "0400"]`, `["0400", "0600"]`, []string{"rightful-test"}},
	} {
		t.Run(p.name, func(t *testing.T) {
			r := newReview(t, false)
			r.edit(t, p.old, p.new)
			r.git(t, "add", ".")
			r.write(t, filepath.Join(r.origin, "notes.yaml"), []byte("this is no policy: [\n"))
			environment := append(r.environment(), "PRE_COMMIT_HOME="+filepath.Join(r.dir, "cache"))
			same(t, "hooks that fail", p.fails, r.hooks(t, environment))
			if _, err := exec.LookPath("pre-commit"); err != nil {
				t.Skip("needs pre-commit for the rest: install the package pre-commit")
			}
			r.git(t, "checkout", "-q", ".") // rightful-fmt has mended it
			same(t, "hooks that fail under pre-commit", p.fails, r.preCommit(t, environment))
		})
	}
}

// hooks runs each over the files that are in git, by the rules of pre-commit: it
// fails by its exit code, or by changing a file.
func (r *review) hooks(t *testing.T, environment []string) (failed []string) {
	t.Helper()
	var all []hook
	readYAML(t, "ci/.pre-commit-hooks.yaml", &all)
	for _, h := range all {
		if h.Language != "system" {
			t.Errorf("%s: %s", h.ID, h.Language)
		}
		files := slices.DeleteFunc(strings.Split(r.git(t, "ls-files"), "\n"), func(name string) bool {
			return !regexp.MustCompile(h.Files).MatchString(name)
		})
		if d := cmp.Diff([]string{"policy/rightful.yaml", "policy/rightful_test.yaml"}, files); d != "" {
			t.Errorf("%s: files (-want +have):\n%s", h.ID, d)
		}
		script := h.Entry
		if h.PassFilenames == nil || *h.PassFilenames {
			script += " " + strings.Join(files, " ")
		}
		if code, _ := bash(t, r.origin, script, environment); code != 0 || r.git(t, "diff", "--name-only") != "" {
			failed = append(failed, h.ID)
		}
		r.git(t, "checkout", "-q", ".")
	}
	slices.Sort(failed)
	return failed
}

// preCommit runs pre-commit over what is in git.
func (r *review) preCommit(t *testing.T, environment []string) (failed []string) {
	t.Helper()
	hooks, err := os.ReadFile("ci/.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r.write(t, filepath.Join(r.origin, ".pre-commit-hooks.yaml"), hooks)
	code, out := bash(t, r.origin, "pre-commit validate-manifest .pre-commit-hooks.yaml\n"+localHooks(t)+
		"\ngit add .pre-commit-config.yaml\npre-commit run --all-files", environment)
	for _, id := range regexp.MustCompile(`(?m)^- hook id: (.*)$`).FindAllStringSubmatch(out, -1) {
		failed = append(failed, id[1])
	}
	slices.Sort(failed)
	if (code != 0) != (len(failed) > 0) || strings.Count(out, "Passed")+len(failed) != 3 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	return failed
}

// localHooks is the command of README.md that makes the hooks local ones.
func localHooks(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("ci/README.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^ +(.*> \.pre-commit-config\.yaml)$`).FindSubmatch(data)
	if command == nil {
		t.Fatal("ci/README.md makes no .pre-commit-config.yaml")
	}
	return string(command[1])
}
