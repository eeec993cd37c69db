//go:build linux

package hostile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A home is on a server that stops to answer in the middle of a walk. Its account
// waits, and nothing else does: the collector of garbage goes on, which stops all
// for a moment, and interrupts are seen.
func TestServerThatStopsAnswering(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.sh(`for who in alice bob; do (cd home/$who/public_html && seq 3000 | xargs mkdir -m 700 && chown -R --reference=. .); done
		mv home/alice served && mkdir home/alice`)
	server := h.serve("served", "home/alice")

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	h.env = append(h.env, "GOGC=1", "GODEBUG=gctrace=1")
	cmd := h.command(ctx, nil, "plan", "-max-rate", "2000")
	log, err := os.Create(filepath.Join(h.base, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	h.until("alice is in hand", func() bool { return inHand(pid, h.abs("home/alice/public_html")) })
	server.Signal(syscall.SIGSTOP)
	defer server.Signal(syscall.SIGCONT)
	h.until("the server is asked", func() bool { return asks(pid) })
	collected := func() int { data, _ := os.ReadFile(log.Name()); return bytes.Count(data, []byte("\ngc ")) }
	before := collected()
	h.until("garbage is collected", func() bool { return collected() > before+2 })
	// The second one ends it, but for threads whose question the server has taken.
	h.until("interrupts are seen", func() bool {
		cmd.Process.Signal(syscall.SIGINT)
		return threads(pid) <= 2
	})
	server.Signal(syscall.SIGCONT)
	cmd.Wait()
}

// serve has a FUSE daemon show a directory at another.
func (h *host) serve(dir, at string) *os.Process {
	h.t.Helper()
	needTool(h.t, "bindfs", "mountpoint")
	if err := unix.Access("/dev/fuse", unix.R_OK|unix.W_OK); err != nil {
		h.t.Skipf("needs FUSE: modprobe fuse: %v", err)
	}
	server := exec.Command("bindfs", "-f", "--no-allow-other", h.abs(dir), h.abs(at))
	if err := server.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		exec.Command("umount", "-l", h.abs(at)).Run()
		server.Process.Kill()
		server.Wait()
	})
	h.until(at+" is mounted", func() bool { return h.try("mountpoint -q " + at) })
	return server.Process
}

// inHand reports whether a process has a directory open.
func inHand(pid int, dir string) bool {
	found, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	return slices.ContainsFunc(found, func(name string) bool {
		target, _ := os.Readlink(name)
		return target == dir
	})
}

// asks reports whether a thread of a process waits for a FUSE daemon.
func asks(pid int) bool {
	found, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stack", pid))
	return slices.ContainsFunc(found, func(name string) bool {
		stack, _ := os.ReadFile(name)
		return bytes.Contains(stack, []byte("fuse"))
	})
}

// until waits for something that happens outside this process.
func (h *host) until(what string, happens func() bool) {
	h.t.Helper()
	for end := time.Now().Add(patience); !happens(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("never: %s", what)
		}
	}
}

func threads(pid int) int {
	found, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	return len(found)
}
