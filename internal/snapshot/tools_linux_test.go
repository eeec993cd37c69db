package snapshot_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rightful/internal/snapshot"
)

// NetBSD's mtree finds the homes as they were recorded, and sees what has changed
// since. Other homes' outside, which is only in part recorded, is extra.
func TestMtreeAcceptsIt(t *testing.T) {
	if _, err := exec.LookPath("mtree"); err != nil {
		t.Skip("mtree is not installed (apt: mtree-netbsd)")
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, whom no folder is closed to")
	}
	m := newMachine(t, 5)
	m.grow()
	// A name with *?[ in it is a pattern for mtree.
	must(t, exec.Command("find", m.abs("home"), "-name", "*[*]*", "-prune", "-exec", "rm", "-rf", "{}", "+").Run())
	file := filepath.Join(t.TempDir(), "s.mtree")
	must(t, os.WriteFile(file, m.take(m.parse(m.policy()), snapshot.Plain, ""), 0o600))
	check := func() ([]byte, error) {
		return exec.Command("mtree", "-e", "-f", file, "-p", m.root).CombinedOutput()
	}
	if out, err := check(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	must(t, os.Lchown(m.abs("/home/k0"), 7, 7))
	if out, err := check(); err == nil {
		t.Errorf("it does not see a change\n%s", out)
	}
}
