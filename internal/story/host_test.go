//go:build linux

package story

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rightful/internal/access"
	"rightful/internal/fsys"
)

// wwwData is Debian's web server: its suexec was built to obey nobody else.
const wwwData = 33

// host is a machine below a temporary folder, with users of its own: those that
// its servers need, and those of the story.
type host struct {
	t    *testing.T
	base string // policies, plans, state: only root's
	root string // what -root is given
	dir  *fsys.Dir
	ids  map[string]access.Identity // by user
}

func needRoot(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: run go test as root")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newHost makes one below dir, "" for where temporary files are.
func newHost(t *testing.T, dir string) *host {
	t.Helper()
	needRoot(t)
	base, err := os.MkdirTemp(dir, "story-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(base) })
	h := &host{t: t, base: base, root: filepath.Join(base, "root"), ids: map[string]access.Identity{}}
	h.sh("chmod 755 ..; mkdir -p etc/rightful; touch etc/passwd etc/group")
	h.dir, err = fsys.OpenRoot(h.root)
	must(t, err)
	t.Cleanup(func() { h.dir.Close() })
	h.user("root", 0, "/root")
	h.user("www-data", wwwData, "/nonexistent")
	h.user("sshd", 61999, "/run/sshd")
	delete(h.ids, "root")
	delete(h.ids, "sshd")
	return h
}

// user adds somebody with a group of his own.
func (h *host) user(name string, id uint32, home string) {
	h.t.Helper()
	h.ids[name] = access.Identity{UID: id, GID: id}
	h.add("etc/passwd", "%s:*:%d:%d::%s:/bin/sh\n", name, id, id, home)
	h.add("etc/group", "%s:*:%d:\n", name, id)
}

// group adds one with members.
func (h *host) group(name string, gid uint32, members ...string) {
	h.t.Helper()
	h.add("etc/group", "%s:*:%d:%s\n", name, gid, strings.Join(members, ","))
	for _, m := range members {
		id := h.ids[m]
		id.Groups = append(id.Groups, gid)
		h.ids[m] = id
	}
}

func (h *host) add(path, format string, args ...any) {
	h.t.Helper()
	f, err := os.OpenFile(h.abs(path), os.O_APPEND|os.O_WRONLY, 0)
	must(h.t, err)
	_, err = fmt.Fprintf(f, format, args...)
	must(h.t, err)
	must(h.t, f.Close())
}

func (h *host) abs(path string) string { return filepath.Join(h.root, path) }

// sh runs a script in the host's root, as root, or fails the test.
func (h *host) sh(script string, args ...string) {
	h.t.Helper()
	must(h.t, os.MkdirAll(h.root, 0o755))
	cmd := exec.Command("sh", append([]string{"-ec", "umask 022\n" + script, "sh"}, args...)...)
	cmd.Dir = h.root
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("sh: %v\n%s\n%s", err, script, out)
	}
}

// write puts a file of root's beside the host: a policy.
func (h *host) write(name, text string) {
	h.t.Helper()
	must(h.t, os.WriteFile(filepath.Join(h.base, name), []byte(text), 0o644))
}

// end is how the program ends, and what it says on both its outputs.
func (h *host) end(args ...string) (code int, said string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), program, args...)
	cmd.Dir = h.base
	cmd.Env = append(os.Environ(), "RIGHTFUL_ROOT="+h.root, "RIGHTFUL_STATE_DIR="+filepath.Join(h.base, "state"), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if code = cmd.ProcessState.ExitCode(); code < 0 {
		h.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return code, string(out)
}

// run is the program where it must end with the code.
func (h *host) run(code int, args ...string) string {
	h.t.Helper()
	got, said := h.end(args...)
	if got != code {
		h.t.Fatalf("%q: exit code %d, want %d\n%s", args, got, code, said)
	}
	return said
}

// planned makes a plan of a policy, approves all of it that may be, and says how
// the host will be.
func (h *host) planned(policy string) (file string, after states) {
	h.t.Helper()
	file = policy + ".plan"
	h.run(0, "plan", "-policy", policy, "-out", file)
	h.run(0, "approve", "-all", file)
	return file, h.after(file)
}

// as is the shell of one of the host's users, in his home.
func (h *host) as(user, home, script string) {
	h.t.Helper()
	h.sh(`cd "$2"; id=$1; shift 2; exec setpriv --reuid="$id" --regid="$id" --clear-groups sh -ec "$1"`,
		fmt.Sprint(h.ids[user].UID), strings.TrimPrefix(home, "/"), script)
}
