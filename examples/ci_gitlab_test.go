package examples

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"gopkg.in/yaml.v3"
)

const gitlabFile = "ci/gitlab.yml"

// pipeline is the part of a pipeline that is run here. Jobs are whatever else
// stands in it.
type pipeline struct {
	Variables map[string]string
	Default   struct {
		BeforeScript []string `yaml:"before_script"`
	}
	Jobs map[string]*gitlabJob `yaml:"-"`
}

type gitlabJob struct {
	Script    []string
	Rules     []struct{ If string }
	Artifacts struct {
		Reports  struct{ JUnit string }
		Paths    []string
		ExposeAs string `yaml:"expose_as"`
	}
}

func readPipeline(t *testing.T) *pipeline {
	t.Helper()
	p := &pipeline{Jobs: map[string]*gitlabJob{}}
	readYAML(t, gitlabFile, p)
	nodes := map[string]yaml.Node{}
	readYAML(t, gitlabFile, &nodes)
	for name, n := range nodes {
		if name == "workflow" || name == "variables" || name == "default" {
			continue
		}
		j := &gitlabJob{}
		if err := n.Decode(j); err != nil {
			t.Fatalf("%s: %s: %v", gitlabFile, name, err)
		}
		p.Jobs[name] = j
	}
	return p
}

func reviewOnGitLab(t *testing.T, r *review, p *proposal) {
	pipeline := readPipeline(t)
	codes, all, difference := map[string]int{}, "", ""
	for name, j := range pipeline.Jobs {
		dir := r.project(t)
		code, out := bash(t, dir, strings.Join(append(pipeline.Default.BeforeScript, j.Script...), "\n"), r.variables(t, pipeline, dir))
		codes[name] = code
		all += out
		if report := j.Artifacts.Reports.JUnit; report != "" {
			checkReport(t, filepath.Join(dir, report), code)
		}
		for _, path := range j.Artifacts.Paths {
			data, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				t.Error(err)
			}
			difference += string(data)
		}
	}
	p.check(t, codes, all, difference)
}

// project is the checkout of a merge request as runners leave it, in containers:
// with umask 0.
func (r *review) project(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "builds")
	r.gitIn(t, r.dir, "clone", "-q", r.origin, dir)
	r.gitIn(t, dir, "checkout", "-q", "--detach", "origin/change")
	r.gitIn(t, dir, "branch", "-q", "-D", "main")
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return os.Chmod(path, 0o777)
		}
		return os.Chmod(path, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func (r *review) variables(t *testing.T, p *pipeline, dir string) []string {
	t.Helper()
	environment := append(r.environment(), "CI_PROJECT_DIR="+dir, "TMPDIR="+t.TempDir(),
		"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", "CI_MERGE_REQUEST_DIFF_BASE_SHA="+r.git(t, "merge-base", "main", "change"),
		"SNAPSHOT_URL="+r.server.URL+"/host.snapshot", "SNAPSHOT_TOKEN="+snapshotToken)
	for name, value := range p.Variables {
		if set, ok := r.program(t)[name]; ok {
			value = set
		}
		environment = append(environment, name+"="+value)
	}
	return environment
}

// checkReport reads a report as GitLab does: it fails where the job does.
func checkReport(t *testing.T, name string, code int) {
	t.Helper()
	suites, err := junit.IngestFile(name)
	if err != nil {
		t.Error(err)
		return
	}
	bad, all := 0, 0
	for _, s := range suites {
		all += s.Totals.Tests
		bad += s.Totals.Failed + s.Totals.Error
	}
	if all == 0 || (bad > 0) != (code != 0) {
		t.Errorf("%s: %d of %d failed, and the job's exit code is %d", filepath.Base(name), bad, all, code)
	}
}

// TestPipelineRights: no secret for forks, and none that the log shows.
func TestPipelineRights(t *testing.T) {
	for name, j := range readPipeline(t).Jobs {
		text := strings.Join(j.Script, "\n")
		secret := strings.Contains(text, "SNAPSHOT_TOKEN")
		if secret != (len(j.Rules) == 1 && strings.Contains(j.Rules[0].If, "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID")) {
			t.Errorf("%s: secret: %v, rules: %v", name, secret, j.Rules)
		}
	}
}
