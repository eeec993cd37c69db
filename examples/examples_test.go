// Package examples runs every folder here on the host that its host.txtar
// describes, through the command line, and asks find(1) what became of it. What
// reviews them, in ci, it runs as build servers do.
package examples

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"rightful/internal/cli"
)

// TestMain puts a command rightful on the path: this binary, as main.go is.
func TestMain(m *testing.M) {
	syscall.Umask(0o022) // root trusts no policy in a folder that others can write
	testscript.Main(m, map[string]func(){
		"rightful": func() { os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// The exit codes of the README.
const (
	exitOK      = 0
	exitChanges = 2
)

func TestExamples(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "ci" { // which reviews the others: ci_test.go
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(e.Name(), "README.md")); err != nil {
				t.Error(err)
			}
			runExample(t, e.Name())
			runCases(t, e.Name())
		})
	}
}

func runExample(t *testing.T, example string) {
	s := newShell(t, example)
	before := s.find(t)
	s.run(t, exitOK, "validate", "rightful.yaml")
	s.run(t, exitChanges, "plan", "-root", "host", "-out", "x.plan", "-detailed-exitcode")
	s.shows(t, s.host.steps())
	same(t, "the tree after plan", list(before), list(s.find(t)))
	s.run(t, exitOK, "approve", "-all", "x.plan")
	s.run(t, exitOK, "apply", "-state-dir", "state", "x.plan")
	after := s.find(t)
	checkTree(t, s.host, after)
	checkUntouched(t, s.host, before, after)

	s.run(t, exitOK, "apply", "-state-dir", "state", "x.plan")
	same(t, "the tree after a second apply", list(after), list(s.find(t)))
	s.run(t, exitOK, "plan", "-root", "host", "-out", "x.plan", "-detailed-exitcode")
	s.shows(t, nil)
}

// runCases runs the tests that an example brings: they reach all of its policy.
func runCases(t *testing.T, example string) {
	s := &shell{dir: t.TempDir()}
	for _, name := range []string{"rightful.yaml", "rightful_test.yaml"} {
		data, err := os.ReadFile(filepath.Join(example, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, exitOK, "fmt", "-check", ".")
	s.run(t, exitOK, "test", "-cover-min", "100")
}

// checkTree compares the tree with what host.txtar says of it after apply.
func checkTree(t *testing.T, h *host, found map[string]seen) {
	have, want := map[string]state{}, map[string]state{}
	for p, s := range found {
		have[p] = s.state
	}
	for _, e := range h.tree {
		want[e.path] = e.want
	}
	t.Run("modes", func(t *testing.T) { same(t, "the tree", list(modes(want)), list(modes(have))) })
	t.Run("owners", func(t *testing.T) {
		if !root() {
			t.Skipf("needs root: all owners are the caller here, and %d lines of host.txtar are left out", h.left)
		}
		same(t, "the tree", list(want), list(have))
	})
}

func modes(tree map[string]state) map[string]state {
	only := map[string]state{}
	for p, s := range tree {
		s.uid, s.gid = 0, 0
		only[p] = s
	}
	return only
}

// list is a tree as sorted lines of text.
func list[T fmt.Stringer](tree map[string]T) []string {
	var lines []string
	for p, s := range tree {
		lines = append(lines, p+": "+s.String())
	}
	slices.Sort(lines)
	return lines
}

func same(t *testing.T, what string, want, have []string) {
	t.Helper()
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("%s (-want +have):\n%s", what, d)
	}
}

// checkUntouched compares inode, size and times, the last change of metadata
// among them, of all that host.txtar gives no change for.
func checkUntouched(t *testing.T, h *host, before, after map[string]seen) {
	t.Helper()
	gained := map[string]bool{} // directories in which a name came or went
	for p := range after {
		if _, ok := before[p]; !ok {
			gained[path.Dir(p)] = true
		}
	}
	for _, e := range h.tree {
		if e.have.target != e.want.target {
			gained[path.Dir(e.path)] = true
		}
	}
	for _, e := range h.tree {
		if e.added || e.have != e.want || gained[e.path] || h.owner(e.path) == "" {
			continue // what is nobody's home holds apply's workshop
		}
		if before[e.path] != after[e.path] {
			t.Errorf("%s was touched:\n  before %v\n  after  %v", e.path, before[e.path], after[e.path])
		}
	}
}

// steps is what the plan must show: the lines of the tree with something to do.
func (h *host) steps() []string {
	var steps []string
	for _, e := range h.tree {
		switch {
		case e.added:
			steps = append(steps, fmt.Sprintf("add %s: %v", e.path, e.want))
		case e.have != e.want:
			steps = append(steps, fmt.Sprintf("change %s: %v => %v", e.path, e.have, e.want))
		}
	}
	slices.Sort(steps)
	return steps
}

// shell runs commands in a folder with an example's policy and its host.
type shell struct {
	dir  string
	host *host
}

func newShell(t *testing.T, example string) *shell {
	t.Helper()
	if _, err := exec.LookPath("find"); err != nil {
		t.Skip("needs find(1)")
	}
	dir := t.TempDir()
	s := &shell{dir, newHost(t, example, filepath.Join(dir, "host"))}
	if err := os.WriteFile(filepath.Join(dir, "rightful.yaml"), []byte(policy(t, example)), 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shell) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	own := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "RIGHTFUL_") })
	cmd.Env = append(own, "XDG_RUNTIME_DIR="+s.dir, "TZ=UTC", "LC_ALL=C",
		"GORACE=atexit_sleep_ms=0") // the race detector waits a second at each exit otherwise
	return cmd
}

// run runs rightful and returns its standard output.
func (s *shell) run(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	cmd := s.command("rightful", args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("rightful %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, &out, &errOut)
	}
	return out.Bytes()
}

// document is the part of show -json that is compared.
type document struct {
	Complete bool
	Steps    []struct {
		Account, Path, Action string
		Before, After         *jsonState
	}
	Problems []struct{ Account, Path, Kind string }
	Held     []struct{ Account, Message string }
}

type jsonState struct {
	Type, Mode, Target string
	UID, GID           int
}

func (j *jsonState) state() state {
	s := state{kind: j.Type[:1], mode: 0o777, uid: j.UID, gid: j.GID, target: j.Target}
	if j.Type == "symlink" {
		s.kind = "l"
		return s
	}
	s.mode, _ = strconv.ParseUint(j.Mode, 8, 12)
	return s
}

// shows checks the saved plan: exactly these steps, and the host's problems.
func (s *shell) shows(t *testing.T, want []string) {
	t.Helper()
	var doc document
	if err := json.Unmarshal(s.run(t, exitOK, "show", "-json", "x.plan"), &doc); err != nil {
		t.Fatal(err)
	}
	if !doc.Complete || len(doc.Held) > 0 {
		t.Errorf("complete: %v, held: %+v", doc.Complete, doc.Held)
	}
	var steps, problems []string
	for _, step := range doc.Steps {
		text := fmt.Sprintf("%s %s: ", step.Action, s.host.at(step.Account, step.Path))
		if step.Before != nil {
			text += fmt.Sprintf("%v => ", step.Before.state())
		}
		steps = append(steps, text+step.After.state().String())
	}
	for _, p := range doc.Problems {
		problems = append(problems, p.Account+" "+p.Path+" "+p.Kind)
	}
	slices.Sort(steps)
	same(t, "steps of the plan", want, steps)
	same(t, "problems of the plan", s.host.problems, problems)
}

// seen is what find says of an entry.
type seen struct {
	state
	rest string // inode, number of names, size, times of content and metadata
}

func (s seen) String() string { return s.state.String() + " " + s.rest }

// find lists the host, but for apply's workshops and what the caller may not
// enter.
func (s *shell) find(t *testing.T) map[string]seen {
	t.Helper()
	cmd := s.command("find", "host", "-mindepth", "1",
		"(", "-name", ".rightful", "-o", "-path", "host/etc", ")", "-prune", "-o",
		"-printf", `%y\t%m\t%U\t%G\t%l\t%i %n %s %T@ %C@\t%P\n`)
	out, err := cmd.Output()
	if err != nil && root() {
		t.Fatal(err)
	}
	found := map[string]seen{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 7 {
			t.Fatalf("find: %q", line)
		}
		mode, err1 := strconv.ParseUint(f[1], 8, 12)
		uid, err2 := strconv.Atoi(f[2])
		gid, err3 := strconv.Atoi(f[3])
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		found[f[6]] = seen{state{f[0], mode, uid, gid, f[4]}, f[5]}
	}
	return found
}
