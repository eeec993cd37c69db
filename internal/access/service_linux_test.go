package access

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The people of the live tests, who exist only in the services' own mounts.
const (
	liveAlice, liveBob = 61001, 61002
	wwwData            = 33
)

// people writes passwd and group files with the live users added, and says how
// to put them in place.
func people(t *testing.T, dir, home string) (mounts string) {
	t.Helper()
	for name, lines := range map[string]string{
		"passwd": fmt.Sprintf("rfalice:*:%d:%[1]d::%s:/bin/sh\nrfbob:*:%d:%[3]d::/nonexistent:/bin/sh\n", liveAlice, home, liveBob),
		"group":  fmt.Sprintf("rfalice:*:%d:\nrfbob:*:%d:\nrfboth:*:61010:rfalice,rfbob\nrfempty:*:61011:\nrflisted:*:61012:rfalice\n", liveAlice, liveBob),
	} {
		old, err := os.ReadFile("/etc/" + name)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), append(old, lines...), 0o644))
		mounts += fmt.Sprintf("mount --bind %s/%s /etc/%[2]s && ", dir, name)
	}
	return mounts
}

// liveMembers is what group(5) above says.
func liveMembers(gid uint32) (primary, listed []uint32, known bool) {
	switch gid {
	case liveAlice, liveBob:
		return []uint32{gid}, nil, true
	case 61010:
		return nil, []uint32{liveAlice, liveBob}, true
	case 61011:
		return nil, nil, true
	case 61012:
		return nil, []uint32{liveAlice}, true
	}
	return nil, nil, false
}

// find is a program's path, or skips.
func find(t *testing.T, path string) string {
	t.Helper()
	found, err := exec.LookPath(path)
	if err != nil {
		t.Skipf("needs %s: install it", path)
	}
	return found
}

// private is a shell command with mounts of its own.
func private(command string) *exec.Cmd {
	return exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-c", command)
}

// serve starts a service, waits for the line that says it is ready, and stops it
// after the test, with all that it has started. Its further lines are in the
// channel.
func serve(t *testing.T, cmd *exec.Cmd, ready string) <-chan string {
	t.Helper()
	out, err := cmd.StderrPipe()
	must(t, err)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	lines := make(chan string, 10_000)
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		for range lines {
		}
		_ = cmd.Wait()
	})
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	said := ""
	for line := range lines {
		if strings.Contains(line, ready) {
			return lines
		}
		said += line + "\n"
	}
	t.Fatalf("%v ended:\n%s", cmd.Args, said)
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
