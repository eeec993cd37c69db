package examples

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
)

// nobody is a user who is in no passwd file, of which there is none either.
const nobody = 65534

// TestEmptySystem runs what a review needs where there is nothing but the program
// and the policy: no /proc, /etc, /tmp or home, no environment, no rights.
func TestEmptySystem(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	t.Parallel()
	program, err := static()
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "quickstart")
	s.run(t, exitOK, "snapshot", "-root", "host", "-out", "host.snapshot")
	e := newEmpty(t, program)
	for from, to := range map[string]string{
		"quickstart/rightful_test.yaml": "rightful_test.yaml", filepath.Join(s.dir, "rightful.yaml"): "rightful.yaml",
		filepath.Join(s.dir, "host.snapshot"): "host.snapshot",
	} {
		e.copy(t, from, to)
	}
	for _, c := range []struct {
		code int
		out  string
		args []string
	}{
		{0, `^policy: valid`, []string{"validate", "policy"}},
		{0, ``, []string{"validate", "-format", "github", "policy"}},
		{0, `"version": "2.1.0"`, []string{"validate", "-format", "sarif", "policy"}},
		{0, `^$`, []string{"fmt", "-check", "policy"}},
		{0, `"\$schema"`, []string{"schema"}},
		{0, `coverage: 100.0% of policy/rightful.yaml`, []string{"test", "-cover-min", "100", "policy"}},
		{0, `<testsuites name="rightful test" tests="7" failures="0">`, []string{"test", "-format", "junit", "policy"}},
		{2, `Plan: 1 to add, 7 to change, 0 to destroy\.`, []string{"plan", "-policy", "policy", "-snapshot", "policy/host.snapshot", "-detailed-exitcode"}},
		{0, `Plan: 1 to add, 7 to change`, []string{"plan", "-policy", "policy", "-snapshot", "policy/host.snapshot", "-out", "policy/x.plan"}},
		{0, `^### rightful: changes to 1 of 1 account`, []string{"show", "-format", "markdown", "policy/x.plan"}},
		{0, `^No difference`, []string{"plan", "-policy", "policy", "-snapshot", "policy/host.snapshot", "-compare", "policy/rightful.yaml"}},
		{1, `^rightful: git:REV needs git\(1\): `, []string{"plan", "-policy", "policy", "-snapshot", "policy/host.snapshot", "-compare", "git:main"}},
		{1, `^rightful: planning needs /proc: `, []string{"plan", "-policy", "policy"}},
		{0, `^rightful `, []string{"version"}},
	} {
		code, out := e.run(t, c.args...)
		if code != c.code || !regexp.MustCompile(`(?m)`+c.out).MatchString(out) {
			t.Errorf("rightful %v: exit code %d, want %d and %s:\n%s", c.args, code, c.code, c.out, out)
		}
	}
}

// empty is a root in which there is a program and a folder.
type empty struct{ root string }

func newEmpty(t *testing.T, program []byte) *empty {
	t.Helper()
	e := &empty{t.TempDir()}
	if err := os.Mkdir(filepath.Join(e.root, "policy"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, filepath.Join(e.root, "rightful"), program)
	if root() {
		if err := os.Chown(filepath.Join(e.root, "policy"), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func (e *empty) copy(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(e.root, "policy", to), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs the program as nobody: an ordinary user becomes him in a namespace of
// his own, where that is allowed.
func (e *empty) run(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.Command("/rightful", args...)
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: e.root}
	if root() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	} else {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}}
	}
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	err := cmd.Run()
	switch exit := new(exec.ExitError); {
	case errors.As(err, &exit), err == nil:
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EINVAL):
		t.Skipf("needs root, or user namespaces (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces): %v", err)
	default:
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}
