package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const githubFile = "ci/github.yml"

// workflow is the part of a workflow that is run, or judged, here.
type workflow struct {
	On          any
	Permissions map[string]string
	Env         map[string]string
	Jobs        map[string]*githubJob
}

type githubJob struct {
	If          string
	Permissions map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Outputs     map[string]string
	Steps       []githubStep
}

type githubStep struct {
	Name, ID, If, Uses, Run string
	With, Env               map[string]string
}

// expression is what GitHub evaluates before anything runs.
var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// pinned is an action by its commit, with the version for people.
var pinned = regexp.MustCompile(`uses: [a-z-]+(/[a-z-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)

// TestWorkflowRights: what a pull request could reach for.
func TestWorkflowRights(t *testing.T) {
	var w workflow
	text := readYAML(t, githubFile, &w)
	if w.On != "pull_request" {
		t.Errorf("on: %v; of a fork's branch, only pull_request runs without our secrets", w.On)
	}
	if all, good := strings.Count(text, "uses:"), len(pinned.FindAllString(text, -1)); all != good {
		t.Errorf("%d of %d actions are not named by commit and version", all-good, all)
	}
	want := map[string]map[string]string{
		"":        {},
		"check":   {"contents": "read"},
		"scan":    {"contents": "read", "actions": "read", "security-events": "write"},
		"compare": {"contents": "read"},
		"comment": {"pull-requests": "write"},
	}
	have := map[string]map[string]string{"": w.Permissions}
	for name, j := range w.Jobs {
		have[name] = j.Permissions
		j.rights(t, name)
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("permissions (-want +have):\n%s", d)
	}
}

func (j *githubJob) rights(t *testing.T, name string) {
	t.Helper()
	if j.Timeout == 0 {
		t.Errorf("%s: may run for six hours", name)
	}
	for _, s := range j.Steps {
		if expression.MatchString(s.Run) {
			t.Errorf("%s: %s: an expression in a script is a script by whoever gives its value", name, s.Name)
		}
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
			t.Errorf("%s: the checkout leaves the job's token in .git/config", name)
		}
		for _, value := range s.Env {
			if strings.Contains(value, "secrets.") && !strings.Contains(j.If, "head.repo.full_name == github.repository") {
				t.Errorf("%s: %s: has a secret, and is for forks too", name, s.Name)
			}
		}
	}
}

// githubRunner is one machine of GitHub's.
type githubRunner struct {
	*review
	workspace, temp string
	context         map[string]string // the values of expressions
	environment     []string
	path            string
	codes           map[string]int // by step
	log             strings.Builder
}

func newGitHubRunner(t *testing.T, r *review, w *workflow) *githubRunner {
	t.Helper()
	dir := t.TempDir()
	u := &githubRunner{
		review: r, workspace: filepath.Join(dir, "work"), temp: filepath.Join(dir, "temp"),
		path: filepath.Join(dir, "temp") + ":" + os.Getenv("PATH"), codes: map[string]int{},
		context: map[string]string{
			"github.base_ref": "main", "github.repository": "acme/policies", "github.event.pull_request.number": "7",
			"github.token": "t0ken", "vars.SNAPSHOT_URL": r.server.URL + "/host.snapshot", "secrets.SNAPSHOT_TOKEN": snapshotToken,
			"runner.temp": filepath.Join(dir, "temp"),
		},
	}
	for _, d := range []string{u.workspace, u.temp} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	u.environment = append(r.environment(), "GITHUB_WORKSPACE="+u.workspace, "RUNNER_TEMP="+u.temp)
	for _, file := range []string{"GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		u.environment = append(u.environment, file+"="+filepath.Join(u.temp, file))
		u.write(t, filepath.Join(u.temp, file), nil)
	}
	for name, value := range w.Env {
		if set, ok := r.program(t)[name]; ok {
			value = set
		}
		u.environment = append(u.environment, name+"="+value)
	}
	return u
}

// run runs a job to its end.
func (u *githubRunner) run(t *testing.T, j *githubJob) {
	t.Helper()
	failed := false
	for _, s := range j.Steps {
		switch {
		case failed && !strings.Contains(s.If, "!cancelled()"):
		case strings.HasPrefix(s.Uses, "actions/checkout@"):
			u.checkout(t, s.With["fetch-depth"])
		case s.Uses == "":
			code := u.script(t, &s)
			u.codes[strings.ToLower(s.Name)] = code
			failed = failed || code != 0
		}
	}
	for name, value := range j.Outputs {
		u.context["needs.compare.outputs."+name] = u.evaluate(t, value)
	}
}

// checkout fetches what actions/checkout does for a pull request.
func (u *githubRunner) checkout(t *testing.T, depth string) {
	t.Helper()
	if depth == "" {
		depth = "1"
	}
	const merge = "refs/remotes/pull/7/merge"
	u.gitIn(t, u.workspace, "init", "-q")
	u.gitIn(t, u.workspace, "fetch", "-q", "--no-tags", "--depth="+depth, "file://"+u.origin, "+refs/pull/7/merge:"+merge)
	u.gitIn(t, u.workspace, "checkout", "-q", "--force", merge)
}

func (u *githubRunner) script(t *testing.T, s *githubStep) int {
	t.Helper()
	environment := append(slices.Clone(u.environment), "PATH="+u.path)
	for name, value := range s.Env {
		environment = append(environment, name+"="+u.evaluate(t, value))
	}
	code, out := bash(t, u.workspace, s.Run, environment)
	fmt.Fprintf(&u.log, "%s\n", strings.TrimSpace(out))
	if added := strings.TrimSpace(u.read(t, "GITHUB_PATH")); added != "" {
		u.path = added + ":" + u.path
	}
	if s.ID != "" {
		u.outputs(t, s.ID)
	}
	return code
}

func (u *githubRunner) evaluate(t *testing.T, text string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		value, ok := u.context[name]
		if !ok {
			t.Fatalf("%s: not known here", e)
		}
		return value
	})
}

// outputs reads what a step has set, in the form for several lines.
func (u *githubRunner) outputs(t *testing.T, step string) {
	t.Helper()
	u.context["steps."+step+".outputs.comment"] = ""
	text := u.read(t, "GITHUB_OUTPUT")
	if text == "" {
		return
	}
	head, rest, _ := strings.Cut(text, "\n")
	name, end, ok := strings.Cut(head, "<<")
	value, after, found := strings.Cut(rest, "\n"+end+"\n")
	if !ok || !found || after != "" || len(end) < 32 {
		t.Fatalf("GITHUB_OUTPUT: %q", text)
	}
	u.context["steps."+step+".outputs."+name] = value
}

func (u *githubRunner) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(u.temp, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// gh is GitHub's program: it keeps what it is asked.
const gh = `#!/bin/sh
echo "$GH_REPO $GH_TOKEN $*" > "$RUNNER_TEMP/asked"
cat > "$RUNNER_TEMP/posted"
`

func reviewOnGitHub(t *testing.T, r *review, p *proposal) {
	var w workflow
	readYAML(t, githubFile, &w)
	check, compare := newGitHubRunner(t, r, &w), newGitHubRunner(t, r, &w)
	check.run(t, w.Jobs["check"])
	compare.run(t, w.Jobs["compare"])
	check.codes["compare"] = compare.codes["compare"]
	comment := compare.context["needs.compare.outputs.comment"]
	p.check(t, check.codes, check.log.String(), comment)
	if comment == "" {
		return
	}
	write := newGitHubRunner(t, r, &w)
	write.context["needs.compare.outputs.comment"] = comment
	writeProgram(t, filepath.Join(write.temp, "gh"), []byte(gh))
	write.run(t, w.Jobs["comment"])
	if posted := write.read(t, "posted"); posted != comment+"\n" || !strings.Contains(compare.read(t, "GITHUB_STEP_SUMMARY"), comment) {
		t.Errorf("posted:\n%s\nthe comment:\n%s", posted, comment)
	}
	if asked, want := write.read(t, "asked"), "acme/policies t0ken pr comment 7 --edit-last --create-if-none --body-file -\n"; asked != want {
		t.Errorf("gh was asked %q, not %q", asked, want)
	}
}

// TestScan: what does not hold is a finding there, and no failure of the upload.
func TestScan(t *testing.T) {
	t.Parallel()
	r := newReview(t, false)
	r.propose(t, &proposals[1])
	var w workflow
	readYAML(t, githubFile, &w)
	u := newGitHubRunner(t, r, &w)
	u.run(t, w.Jobs["scan"])
	if sarif := u.read(t, "rightful.sarif"); u.codes["findings"] != 0 || !strings.Contains(sarif, "directry_mode") {
		t.Errorf("exit code %d:\n%s", u.codes["findings"], sarif)
	}
	upload := w.Jobs["scan"].Steps[3]
	if name := u.evaluate(t, upload.With["sarif_file"]); name != filepath.Join(u.temp, "rightful.sarif") {
		t.Errorf("%s is uploaded", name)
	}
}
