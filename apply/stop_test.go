//go:build linux

package apply

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rightful/internal/fsys"
)

// stoppable runs a plan in another process, which says on its standard output
// when it is in the middle of a call, and when it was asked to stop.
func (h *host) stoppable(o Options, mode string) (*exec.Cmd, *bufio.Scanner) {
	h.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestStop$")
	cmd.Env = append(os.Environ(), "STOP_BASE="+h.base, "STOP_PLAN="+o.File.Name(), "STOP_MODE="+mode)
	out, err := cmd.StdoutPipe()
	h.must(err)
	h.must(cmd.Start())
	said := bufio.NewScanner(out)
	h.expect(said, "at it")
	return cmd, said
}

func (h *host) expect(said *bufio.Scanner, want string) {
	h.t.Helper()
	for said.Scan() {
		if said.Text() == want {
			return
		}
	}
	h.t.Fatalf("it never said %q", want)
}

// beStopped is that process. It takes signals as the command line does.
func beStopped(t *testing.T, base string) {
	h := &host{t: t, base: base, root: base + "/root", uid: uint32(os.Geteuid())}
	if h.uid == 0 {
		h.uid = 2001
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	asked := make(chan struct{})
	context.AfterFunc(ctx, func() {
		stop()
		fmt.Println("stopping")
		close(asked)
	})
	file, err := os.Open(os.Getenv("STOP_PLAN"))
	h.must(err)
	o := h.approved(file)
	o.Workers = 1
	var calls atomic.Int64
	o.try = func(name string, call func() error) error {
		if name == "chmod" && calls.Add(1) == 100 {
			fmt.Println("at it")
			<-asked
			if os.Getenv("STOP_MODE") == "hang" {
				select {}
			}
		}
		return retry(name, call)
	}
	report, err := Run(ctx, o)
	h.must(err)
	if report.Stopped != "interrupted" {
		t.Errorf("stopped: %q", report.Stopped)
	}
}

func manyModes(h *host) Options {
	var drafts []draft
	for i := range 1000 {
		path := fmt.Sprintf("f%04d", i)
		h.file("home/alice/"+path, 0o600, int(h.uid))
		drafts = append(drafts, h.chmod(path, 0o644))
	}
	return h.plan(drafts...)
}

// TestStop stops a run from another process: once, and it finishes the step in
// hand and its journal; twice, and it is gone.
func TestStop(t *testing.T) {
	if base := os.Getenv("STOP_BASE"); base != "" {
		beStopped(t, base)
		return
	}
	h := newHost(t)
	o := manyModes(h)
	cmd, _ := h.stoppable(o, "once")
	holder, err := Stop(o.LockDir, h.root)
	h.must(err)
	if holder.PID != cmd.Process.Pid || holder.Run == "" {
		t.Errorf("stopped %+v, not process %d", holder, cmd.Process.Pid)
	}
	h.must(cmd.Wait())
	h.wantRun(o, false, "done 100, not_reached 900")
	if got := h.shell("find home/alice -type f -perm 644 | wc -l"); got != "100" {
		t.Errorf("%s files have the new mode", got)
	}
	h.apply(o, "done 900, already_right 100")
}

func TestStopTwice(t *testing.T) {
	h := newHost(t)
	o := manyModes(h)
	cmd, said := h.stoppable(o, "hang")
	for range 2 {
		_, err := Stop(o.LockDir, h.root)
		h.must(err)
		if said != nil {
			h.expect(said, "stopping")
			said = nil
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Fatalf("it ended with %v", err)
	}
	h.wantRun(o, true, "")
	h.apply(o, "done 901, already_right 99")
}

func (h *host) wantRun(o Options, interrupted bool, counts string) {
	h.t.Helper()
	runs, err := History(o.StateDir)
	h.must(err)
	if len(runs) != 1 || runs[0].Interrupted != interrupted || h.counts(runs[0].Results) != counts {
		h.t.Errorf("history: %+v", runs)
	}
}

// TestStopMeansTheHolder and nobody else, whatever a lock file says.
func TestStopMeansTheHolder(t *testing.T) {
	h := newHost(t)
	o := manyModes(h)
	refused := func(what string) {
		t.Helper()
		var none *NotRunningError
		if holder, err := Stop(o.LockDir, h.root); !errors.As(err, &none) {
			t.Errorf("%s: stopped %+v, %v", what, holder, err)
		}
	}
	refused("no lock")
	h.apply(o, "done 1000")
	refused("the run has ended")

	// Another process, which has the lock file of another root.
	stranger := exec.Command("cat")
	in, err := stranger.StdinPipe()
	h.must(err)
	h.must(stranger.Start())
	root, err := fsys.OpenRoot(h.root)
	h.must(err)
	defer root.Close()
	held, err := openLock(o.LockDir, root, os.O_CREATE)
	h.must(err)
	defer held.Close()
	h.must(flock(held, syscall.LOCK_EX))
	refused("held, and nothing in it")
	data, err := json.Marshal(LockHolder{By: "nobody", PID: stranger.Process.Pid, Since: time.Now(), Plan: "sha256:0"})
	h.must(err)
	h.must(os.WriteFile(held.Name(), data, 0o600))
	refused("a stranger's process")
	h.must(os.WriteFile(held.Name(), []byte(strings.Replace(string(data), fmt.Sprint(stranger.Process.Pid), "-1", 1)), 0o600))
	refused("every process")
	h.must(in.Close())
	if err := stranger.Wait(); err != nil {
		t.Errorf("the stranger ended with %v", err)
	}
}
