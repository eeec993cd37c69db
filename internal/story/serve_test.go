//go:build linux

package story

import (
	"bufio"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// find is a program's path, or skips.
func find(t *testing.T, path, install string) string {
	t.Helper()
	found, err := exec.LookPath(path)
	if err != nil {
		t.Skipf("needs %s: install %s", path, install)
	}
	return found
}

// inside is a program where the machine's /var and users are the host's: the
// paths that it sees are those that the tool sees below -root.
func (h *host) inside(args ...string) *exec.Cmd {
	script := `set -e
mount --bind "$1/etc/passwd" /etc/passwd
mount --bind "$1/etc/group" /etc/group
mount --bind "$1/var" /var
mount -t tmpfs tmpfs /run
mkdir /run/sshd
shift
exec "$@"`
	return exec.CommandContext(h.t.Context(), "unshare",
		append([]string{"--mount", "--propagation", "private", "sh", "-c", script, "sh", h.root}, args...)...)
}

// serve starts a service inside, waits for the line that says it is ready, and
// stops it after the test with all that it has started.
func (h *host) serve(ready string, args ...string) {
	h.t.Helper()
	cmd := h.inside(args...)
	out, err := cmd.StderrPipe()
	must(h.t, err)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must(h.t, cmd.Start())
	said := make(chan string)
	h.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		for range said {
		}
		_ = cmd.Wait()
	})
	go func() {
		defer close(said)
		heard, up := "", false
		for s := bufio.NewScanner(out); s.Scan(); {
			heard += s.Text() + "\n"
			if !up && strings.Contains(s.Text(), ready) {
				up = true
				said <- ""
			}
		}
		if !up {
			said <- heard
		}
	}()
	if why := <-said; why != "" {
		h.t.Fatalf("%q ended:\n%s", args, why)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
