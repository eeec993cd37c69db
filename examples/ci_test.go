package examples

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gopkg.in/yaml.v3"
)

// review is a repository with the policy of quickstart, as ci/README.md has it,
// and what its build server can get: the program, and a snapshot of the host.
type review struct {
	dir    string // everything is in here
	origin string // the repository that people push to
	server *httptest.Server
	ca     string // whom curl believes
}

const snapshotToken = "s3cret"

// static builds the program once, as README.md of ci says.
var static = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rightful")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "rightful")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "rightful")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return os.ReadFile(file)
})

func newReview(t *testing.T, repaired bool) *review {
	t.Helper()
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for _, name := range []string{"bash", "curl", "git", "openssl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s: install the package %[1]s", name)
		}
	}
	program, err := static()
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "quickstart")
	r := &review{dir: s.dir, origin: filepath.Join(s.dir, "origin")}
	if repaired {
		s.run(t, exitOK, "plan", "-root", "host", "-out", "x.plan")
		s.run(t, exitOK, "approve", "-all", "x.plan")
		s.run(t, exitOK, "apply", "-state-dir", "state", "x.plan")
	}
	s.run(t, exitOK, "snapshot", "-root", "host", "-anonymize", "-out", "host.snapshot")
	snapshot, err := os.ReadFile(filepath.Join(s.dir, "host.snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	r.serve(t, program, snapshot)
	r.found(t, policy(t, "quickstart"), s.run(t, exitOK, "schema"))
	return r
}

// serve is the company's server: the snapshot is for those with the token.
func (r *review) serve(t *testing.T, program, snapshot []byte) {
	t.Helper()
	files := http.NewServeMux()
	files.HandleFunc("/rightful", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(program) })
	files.HandleFunc("/host.snapshot", func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "Bearer "+snapshotToken {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(snapshot)
	})
	r.server = httptest.NewTLSServer(files)
	t.Cleanup(r.server.Close)
	r.ca = filepath.Join(r.dir, "ca.pem")
	r.write(t, r.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw}))
}

// found makes the repository, with its first commit.
func (r *review) found(t *testing.T, text string, schema []byte) {
	t.Helper()
	tests, err := os.ReadFile("quickstart/rightful_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = strings.Replace(text, "../../spec/schema.json", "schema.json", 1)
	r.write(t, filepath.Join(r.origin, "policy/rightful.yaml"), []byte(text))
	r.write(t, filepath.Join(r.origin, "policy/rightful_test.yaml"), tests)
	r.write(t, filepath.Join(r.origin, "policy/schema.json"), schema)
	r.git(t, "init", "-q", "-b", "main")
	r.git(t, "add", ".")
	r.git(t, "commit", "-q", "-m", "the policy")
}

func (r *review) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeProgram writes what is to be run. A child that is forked meanwhile holds the
// open file until it executes something, and what is open for writing cannot be
// executed: ETXTBSY (execve(2), https://go.dev/issue/22315).
func writeProgram(t *testing.T, name string, data []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(name, data, 0o755); err != nil {
		t.Fatal(err)
	}
}

// git runs in the repository, with nobody's configuration.
func (r *review) git(t *testing.T, args ...string) string {
	t.Helper()
	return r.gitIn(t, r.origin, args...)
}

func (r *review) gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = r.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// environment is a build server's, before it adds its own.
func (r *review) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(r.dir, "nobody"), "CURL_CA_BUNDLE=" + r.ca, "GIT_CONFIG_NOSYSTEM=1", "GIT_TEMPLATE_DIR=",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.net", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.net",
	}
}

// propose commits a change of the policy to a branch, and the merge that GitHub
// makes of it. Then somebody else's change is merged, which is not this one's.
func (r *review) propose(t *testing.T, p *proposal) {
	t.Helper()
	r.git(t, "checkout", "-q", "-b", "change")
	r.edit(t, p.old, p.new)
	if p.update {
		r.update(t)
	}
	r.git(t, "commit", "-q", "-a", "-m", p.name)
	r.git(t, "checkout", "-q", "--detach", "main")
	r.git(t, "merge", "-q", "--no-ff", "-m", "as if merged", "change")
	r.git(t, "update-ref", "refs/pull/7/merge", "HEAD")
	r.git(t, "checkout", "-q", "main")
	r.edit(t, `{type: directory, mode: "0700", create: false}`, `{type: directory, mode: "0500", create: false}`)
	r.git(t, "commit", "-q", "-a", "-m", "somebody else's")
}

func (r *review) edit(t *testing.T, old, new string) {
	t.Helper()
	name := filepath.Join(r.origin, "policy/rightful.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("quickstart has no %q", old)
	}
	r.write(t, name, bytes.Replace(data, []byte(old), []byte(new), 1))
}

// update has the tests expect what the policy does now.
func (r *review) update(t *testing.T) {
	t.Helper()
	cmd := exec.Command("rightful", "test", "-update", "policy")
	cmd.Dir = r.origin
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// program is the two variables that somebody who installs an example sets.
func (r *review) program(t *testing.T) map[string]string {
	t.Helper()
	program, err := static()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(program)
	return map[string]string{"RIGHTFUL_URL": r.server.URL + "/rightful", "RIGHTFUL_SHA256": hex.EncodeToString(sum[:])}
}

// bash runs a script in dir as a build server does, and returns what it printed.
func bash(t *testing.T, dir, script string, environment []string) (code int, out string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script.sh")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file)
	cmd.Dir, cmd.Env = dir, environment
	text, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

func readYAML(t *testing.T, name string, into any) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(data)
}

// proposal is a change of quickstart's policy, and what its review says.
type proposal struct {
	name, old, new string
	update         bool           // the tests go with it
	gitlab         bool           // is asked as well
	repaired       bool           // the host is as the policy before wants it
	fails          map[string]int // exit codes of steps, where they are not 0
	log            string         // what the steps say, a regular expression
	difference     string         // what the comparison says
}

var proposals = []proposal{
	{
		name: "harmless", old: `["0600", "0400"]`, new: `["0400", "0600"]`, update: true, gitlab: true,
		difference: `alice:public_html/wp-config.php   was mode 0666 -> 0600 \(alice:alice\)   is mode 0666 -> 0400 \(alice:alice\)` +
			`\n\s*\n\s*Difference: 0 steps appear, 0 vanish, 1 changes\.`,
	},
	{
		name: "a typo", old: "directory_mode", new: "directry_mode", gitlab: true,
		fails: map[string]int{"validate": 1, "test": 1, "compare": 1},
		log: `(?m)^(::error file=policy/rightful\.yaml,line=23,col=9,title=RF100 .*::|policy/rightful\.yaml:23:9: \[RF100\] )` +
			`directry_mode: unknown key; did you mean directory_mode\?$`,
	},
	{
		name: "badly formatted", old: `mode: "0711"`, new: `mode:    "0711"`,
		fails: map[string]int{"format": 3}, log: `(?m)^policy/rightful\.yaml$`, difference: `No difference: both policies do the same here\.`,
	},
	{
		name: "the tests are forgotten", old: `["0600", "0400"]`, new: `["0400", "0600"]`,
		fails: map[string]int{"test": 3}, log: `(?m)^FAIL  policy/rightful_test\.yaml:40: passwords and keys are the account's alone$`,
		difference: `was mode 0666 -> 0600`,
	},
	{
		name: "web is kept out of folders", old: "u+rwx,go+rx,go-w", new: "u+rwx,go-rwx", update: true,
		fails: map[string]int{"compare": 4}, difference: `web can search public_html/\*\* +kept +1 account, 1 directory denied, WORSE for 1 directory in 1 account`,
	},
	{
		name: "web would lose what it has", old: "u+rwx,go+rx,go-w", new: "u+rwx,go-rwx", update: true, repaired: true,
		fails: map[string]int{"compare": 4}, difference: `! alice   was not held   is held by account\.access_broken`,
	},
	{
		name: "more than the limit", old: "accounts:\n", new: "limits: {run: {accounts: {count: 0}}}\n\naccounts:\n",
		fails: map[string]int{"compare": 4}, difference: `run  accounts +1 of 5 +1 of 0   EXCEEDED`,
	},
}

// TestReview has the proposals reviewed as build servers do it.
func TestReview(t *testing.T) {
	for _, p := range proposals {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			r := newReview(t, p.repaired)
			r.propose(t, &p)
			t.Run("github", func(t *testing.T) { reviewOnGitHub(t, r, &p) })
			if p.gitlab {
				t.Run("gitlab", func(t *testing.T) { reviewOnGitLab(t, r, &p) })
			}
		})
	}
}

// check compares what a review came to with what it should.
func (p *proposal) check(t *testing.T, codes map[string]int, log, difference string) {
	t.Helper()
	have := map[string]int{}
	for name, code := range codes {
		if code != 0 {
			have[name] = code
		}
	}
	if d := cmp.Diff(p.fails, have, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("exit codes (-want +have):\n%s%s", d, log)
	}
	for want, text := range map[string]string{p.log: log, p.difference: difference} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("want %s in:\n%s", want, text)
		}
	}
	if (p.difference == "") != (difference == "") || strings.Contains(difference, ".ssh/ ") {
		t.Errorf("the difference is not that of the proposal:\n%s", difference)
	}
}
