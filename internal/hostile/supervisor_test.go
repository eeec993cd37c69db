//go:build linux

package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A supervised process stops at chosen system calls, before the kernel has done
// anything, until the test has decided: let it go on, let it fail, let it
// believe that it was done, or kill the process. So an attack can be made at
// exactly the worst moment, without any timing (seccomp_unotify(2)). Unlike
// strace(1) it knows every call, however new.

// stop is one system call at which the process waits.
type stop struct {
	nr   int32
	pid  int
	args [6]uint64
	mem  *os.File
}

// verdict is what becomes of it.
type verdict struct {
	errno syscall.Errno
	lie   bool
	kill  bool
}

// The changing calls of the program, and all that it must never use.
var changing = []int{
	unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHMOD, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT, unix.SYS_RENAMEAT2, unix.SYS_RENAMEAT,
	unix.SYS_LINKAT, unix.SYS_UNLINKAT, unix.SYS_SYMLINKAT, unix.SYS_MKDIRAT, unix.SYS_MKNODAT,
	unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_FREMOVEXATTR,
	unix.SYS_UTIMENSAT, unix.SYS_TRUNCATE,
}

var callNames = map[int]string{
	unix.SYS_FCHMODAT: "fchmodat", unix.SYS_FCHMODAT2: "fchmodat2", unix.SYS_FCHMOD: "fchmod", unix.SYS_FCHOWN: "fchown",
	unix.SYS_FCHOWNAT: "fchownat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_LINKAT: "linkat", unix.SYS_UNLINKAT: "unlinkat",
	unix.SYS_SYMLINKAT: "symlinkat", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_SETXATTR: "setxattr", unix.SYS_REMOVEXATTR: "removexattr",
	unix.SYS_FSYNC: "fsync", unix.SYS_SYNCFS: "syncfs", unix.SYS_OPENAT: "openat", unix.SYS_OPENAT2: "openat2", unix.SYS_GETDENTS64: "getdents64",
	unix.SYS_STATX: "statx",
}

func (s *stop) String() string {
	if name := callNames[int(s.nr)]; name != "" {
		return name
	}
	return "call " + strconv.Itoa(int(s.nr))
}

// text reads a path that an argument points to.
func (s *stop) text(arg int) string {
	buf := make([]byte, 4096)
	for size := len(buf); size > 0; size /= 2 { // the page behind may be missing
		if n, _ := s.mem.ReadAt(buf[:size], int64(s.args[arg])); n > 0 {
			text, _, _ := bytes.Cut(buf[:n], []byte{0})
			return string(text)
		}
	}
	return ""
}

// byPath reports a call that trusts a path below root: everything but one name
// in an open directory, a descriptor, or the magic link of one.
func (s *stop) byPath(root string) string {
	bad := func(path string, name int) string {
		if strings.HasPrefix(path, root) || path != "" && !strings.HasPrefix(path, "/") && strings.Contains(path, "/") && name >= 0 {
			return fmt.Sprintf("%v(%q)", s, path)
		}
		return ""
	}
	switch int(s.nr) {
	case unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWNAT, unix.SYS_UNLINKAT, unix.SYS_MKDIRAT, unix.SYS_MKNODAT, unix.SYS_UTIMENSAT:
		return bad(s.text(1), 0)
	case unix.SYS_SYMLINKAT:
		return bad(s.text(2), 0)
	case unix.SYS_RENAMEAT2, unix.SYS_RENAMEAT, unix.SYS_LINKAT:
		if found := bad(s.text(1), 0); found != "" {
			return found
		}
		return bad(s.text(3), 0)
	case unix.SYS_LSETXATTR, unix.SYS_LREMOVEXATTR:
		return s.String() + " on a path"
	case unix.SYS_SETXATTR, unix.SYS_REMOVEXATTR, unix.SYS_TRUNCATE:
		return bad(s.text(0), -1)
	}
	if slices.Contains(legacyCalls, int(s.nr)) {
		if path := s.text(0); strings.HasPrefix(path, root) {
			return fmt.Sprintf("%v(%q)", s, path)
		}
	}
	return ""
}

type seccompNotif struct {
	id    uint64
	pid   uint32
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

type seccompResp struct {
	id    uint64
	val   int64
	error int32
	flags uint32
}

const (
	notifRecv = 0xc0502100
	notifSend = 0xc0182101
)

// supervise runs the program, under wrap if that is not nil, and asks decide at
// each of the calls, one at a time.
func (h *host) supervise(calls []int, decide func(*stop) verdict, wrap []string, args ...string) outcome {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	ours, theirs := pair[0], os.NewFile(uintptr(pair[1]), "listener")
	var numbers []string
	for _, nr := range calls {
		numbers = append(numbers, strconv.Itoa(nr))
	}
	cmd := h.command(ctx, slices.Concat([]string{self, strings.Join(numbers, ",")}, wrap), args...)
	cmd.Env = append(cmd.Env, roleVar+"=supervise", "GODEBUG=asyncpreemptoff=1")
	cmd.ExtraFiles = []*os.File{theirs}
	done := make(chan error, 1)
	go func() { done <- serve(ours, decide) }()
	o := h.finish(ctx, cmd)
	if err := <-done; err != nil {
		h.t.Fatalf("supervisor: %v\n%s", err, o.stderr)
	}
	return o
}

// serve answers until the process has ended.
func serve(conn int, decide func(*stop) verdict) error {
	oob := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(conn, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	unix.Close(conn)
	if err != nil {
		return err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) == 0 {
		return errors.New("no listener: is seccomp there?")
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return err
	}
	listener := fds[0]
	defer unix.Close(listener)
	for {
		poll := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); err != nil && err != unix.EINTR {
			return err
		}
		if poll[0].Revents&unix.POLLIN == 0 {
			if poll[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0 {
				return nil
			}
			continue
		}
		answer(listener, decide)
	}
}

func answer(listener int, decide func(*stop) verdict) {
	var n seccompNotif
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), notifRecv, uintptr(unsafe.Pointer(&n))); errno != 0 {
		return
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", n.pid))
	if err != nil {
		return
	}
	defer mem.Close()
	v := decide(&stop{nr: n.nr, pid: int(n.pid), args: n.args, mem: mem})
	if v.kill {
		unix.Kill(int(n.pid), unix.SIGKILL)
		return
	}
	resp := seccompResp{id: n.id, error: -int32(v.errno)}
	if v.errno == 0 && !v.lie {
		resp.flags = unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE
	}
	unix.Syscall(unix.SYS_IOCTL, uintptr(listener), notifSend, uintptr(unsafe.Pointer(&resp)))
}

// beSupervised puts the filter on itself, sends its listener to descriptor 3,
// and becomes the program.
func beSupervised(args []string) error {
	os.Unsetenv(roleVar)
	runtime.LockOSThread()
	var numbers []uint32
	for _, text := range strings.Split(args[0], ",") {
		nr, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return err
		}
		numbers = append(numbers, uint32(nr))
	}
	program := filter(numbers)
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(fd)), nil, 0); err != nil {
		return err
	}
	unix.Close(3)
	path, err := exec.LookPath(args[1])
	if err != nil {
		return err
	}
	unix.CloseOnExec(int(fd))
	return syscall.Exec(path, args[1:], os.Environ())
}

// filter stops at the numbers and lets everything else pass.
func filter(numbers []uint32) []unix.SockFilter {
	prog := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}}
	for i, nr := range numbers {
		prog = append(prog, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: nr, Jt: uint8(len(numbers) - i)})
	}
	return append(prog,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
}

// applySupervised applies a plan so, and fails the test at any call that trusts
// a path.
func (h *host) applySupervised(name string, calls []int, decide func(*stop) verdict) report {
	h.t.Helper()
	all := slices.Concat(changing, legacyCalls)
	for _, nr := range calls {
		if !slices.Contains(all, nr) {
			all = append(all, nr)
		}
	}
	o := h.supervise(all, func(s *stop) verdict {
		if found := s.byPath(h.root); found != "" {
			h.t.Errorf("a call that trusts a path: %s", found)
		}
		if calls == nil || slices.Contains(calls, int(s.nr)) {
			return decide(s)
		}
		return verdict{}
	}, nil, "apply", "-json", name)
	return h.reported(o)
}

func TestSupervisor(t *testing.T) {
	h := newHost(t)
	seen := map[string]int{}
	r := h.applySupervised(h.planned(), nil, func(s *stop) verdict {
		seen[s.String()]++
		return verdict{}
	})
	if !r.Complete {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"fchmodat2", "fchownat", "renameat2", "linkat", "mkdirat", "symlinkat"} {
		if seen[want] == 0 {
			t.Errorf("%s was not seen in %v", want, seen)
		}
	}
}
