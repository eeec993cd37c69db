//go:build linux

package hostile

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// exchanger is a process of a customer's that swaps names as fast as it can.
type exchanger struct {
	cmd *exec.Cmd
	out *strings.Builder
}

// exchange starts one, in a directory, with alice's rights. pairs are names:
// the first and second are swapped, then the third and fourth, and so on.
func (h *host) exchange(dir string, pairs ...string) *exchanger {
	h.t.Helper()
	e := &exchanger{cmd: exec.Command(self, pairs...), out: &strings.Builder{}}
	e.cmd.Dir = h.abs(dir)
	e.cmd.Env = append(os.Environ(), roleVar+"=exchange")
	e.cmd.Stdout, e.cmd.Stderr = e.out, os.Stderr
	e.cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: alice, Gid: alice}, Pdeathsig: syscall.SIGKILL,
	}
	if err := e.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	return e
}

// stop ends it, and returns how often it has swapped something.
func (e *exchanger) stop() int {
	e.cmd.Process.Signal(syscall.SIGTERM)
	e.cmd.Wait()
	n, _ := strconv.Atoi(strings.TrimSpace(e.out.String()))
	return n
}

// beExchanger is that process. It holds its directory, or it would lead itself
// astray.
func beExchanger(pairs []string) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	dir, err := unix.Open(".", unix.O_PATH, 0)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		select {
		case <-stop:
			fmt.Println(n)
			return nil
		default:
		}
		i := n % (len(pairs) / 2) * 2
		unix.Renameat2(dir, pairs[i], dir, pairs[i+1], unix.RENAME_EXCHANGE)
	}
}
