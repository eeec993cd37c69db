package snapshot_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"rightful/internal/snapshot"
)

// record makes a tree with everything in it that a snapshot may have, and the
// snapshot of it. Homes' outside, which is only in part recorded, is extra.
func record(t *testing.T, seed uint64, without string) (m *machine, manifest []byte) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, whom no folder is closed to")
	}
	m = newMachine(t, seed)
	m.grow()
	if without != "" {
		must(t, exec.Command("find", m.abs("home"), "-name", without, "-prune", "-exec", "rm", "-rf", "{}", "+").Run())
	}
	return m, m.take(m.parse(m.policy()), snapshot.Plain, "")
}

// NetBSD's mtree finds the homes as they were recorded, and sees what has changed
// since.
func TestMtreeAcceptsIt(t *testing.T) {
	if _, err := exec.LookPath("mtree"); err != nil {
		t.Skip("mtree is not installed (apt: mtree-netbsd)")
	}
	m, manifest := record(t, 5, "*[*]*") // a name with *?[ in it is a pattern for mtree
	file := filepath.Join(t.TempDir(), "s.mtree")
	must(t, os.WriteFile(file, manifest, 0o600))
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

// gomtree reads the same, names with newlines and patterns in them too. ACLs stand
// in comments, for the sake of mtree; put where gomtree looks for them, they are
// those of the tree as well.
func TestGomtreeAcceptsIt(t *testing.T) {
	gomtree, err := exec.LookPath("gomtree")
	if err != nil {
		t.Skip("gomtree is not installed (go install github.com/vbatts/go-mtree/cmd/gomtree@v0.7.0)")
	}
	acls := 0
	for seed := range seeds(10) {
		m, manifest := record(t, seed, "")
		file := filepath.Join(t.TempDir(), "s.mtree")
		check := func(manifest []byte) string {
			must(t, os.WriteFile(file, manifest, 0o600))
			out, err := exec.Command(gomtree, "validate", "-f", file, "-p", m.root).CombinedOutput()
			if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			return notOurs.ReplaceAllString(string(out), "")
		}
		for what, manifest := range map[string][]byte{"as it is": manifest, "with ACLs": joined(manifest)} {
			if said := check(manifest); said != "" {
				t.Fatalf("seed %d, %s: %s", seed, what, said)
			}
		}
		acls += bytes.Count(joined(manifest), []byte(" xattr."))
		if another := bytes.Replace(joined(manifest), []byte("=AgAAAAEABQ"), []byte("=AgAAAAEABw"), 1); !strings.Contains(check(another), "posix_acl") {
			t.Errorf("seed %d: another ACL is not noticed", seed)
		}
		must(t, syscall.Chmod(m.abs("/home/k0"), 0o7))
		if said := check(manifest); !strings.Contains(said, `"home/k0": keyword "mode"`) {
			t.Errorf("seed %d: another mode is not noticed: %s", seed, said)
		}
	}
	if acls == 0 {
		t.Error("nobody has an ACL")
	}
}

// notOurs is what gomtree says beside differences: of files outside the homes,
// which are recorded only where the policy asks for them, of capabilities, of which
// a snapshot says only that there are some, and how it ends.
var notOurs = regexp.MustCompile(`(?m)^("(etc|var|usr|disk)[/"].*unexpected path|.*"xattr\.security\.capability": expected ; got .*|time=.* msg="manifest validation failed")\n`)

// joined is a manifest in which keywords that stand in comments stand with their
// entries, but for those that are ours alone, and the ACLs of FIFOs, at which
// gomtree does not look.
func joined(manifest []byte) []byte {
	var out, words bytes.Buffer
	for line := range bytes.Lines(manifest) {
		if above, ok := bytes.CutPrefix(line, []byte("#:")); ok {
			if !bytes.HasPrefix(above, []byte(" rightful=")) {
				words.Write(bytes.TrimSuffix(above, []byte("\n")))
			}
			continue
		}
		out.Write(bytes.TrimSuffix(line, []byte("\n")))
		if line[0] != '#' {
			if !bytes.Contains(line, []byte(" type=fifo ")) {
				out.Write(words.Bytes())
			}
			words.Reset()
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}
