package access

import (
	"encoding/gob"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// probeEnv makes the test binary a child that becomes somebody and asks the
// kernel.
const probeEnv = "RIGHTFUL_ACCESS_PROBE"

func TestMain(m *testing.M) {
	if os.Getenv(probeEnv) != "" {
		probe()
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// question is one that the kernel is asked: faccessat2(2), but for the ones that
// are asked by doing it.
type question struct {
	Path string
	Want Want
	Do   bool // open, and read where it is a directory
	Stay bool // ask about a link itself
}

type inquiry struct {
	As        Identity
	Questions []question
}

// probe answers inquiries on its standard input, each with one errno a question.
// It stays one thread, whose credentials are its own.
func probe() {
	runtime.LockOSThread()
	in, out := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	for {
		var asked inquiry
		if err := in.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			panic(err)
		}
		become(asked.As)
		answers := make([]syscall.Errno, 0, len(asked.Questions))
		for _, q := range asked.Questions {
			answers = append(answers, ask(q))
		}
		if err := out.Encode(answers); err != nil {
			panic(err)
		}
	}
}

// become is setgroups(2), setresgid(2) and setresuid(2), root staying the saved
// user, who comes back for the next one. The effective capabilities go with the
// effective user.
func become(id Identity) {
	groups := append([]uint32{0}, id.Groups...)[1:]
	raw(unix.SYS_SETRESUID, 0, 0, 0)
	raw(unix.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(unsafe.SliceData(groups))), 0)
	raw(unix.SYS_SETRESGID, uintptr(id.GID), uintptr(id.GID), 0)
	raw(unix.SYS_SETRESUID, uintptr(id.UID), uintptr(id.UID), 0)
}

func raw(call, a, b, c uintptr) {
	if _, _, err := unix.RawSyscall(call, a, b, c); err != 0 {
		panic(err)
	}
}

func ask(q question) syscall.Errno {
	if q.Do {
		return doRead(q.Path)
	}
	if q.Stay {
		var st unix.Stat_t
		return number(unix.Lstat(q.Path, &st))
	}
	return access(q.Path, q.Want)
}

// access is faccessat2(2) itself: unix.Faccessat has an opinion of its own where
// the kernel says EPERM.
func access(path string, want Want) syscall.Errno {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return number(err)
	}
	here := unix.AT_FDCWD
	_, _, errno := unix.Syscall6(unix.SYS_FACCESSAT2, uintptr(here), uintptr(unsafe.Pointer(p)), uintptr(want), unix.AT_EACCESS, 0, 0)
	return errno
}

func doRead(path string) syscall.Errno {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, unix.ENXIO) { // a socket: nobody opens it, who may or not
			return 0
		}
		return number(err)
	}
	defer unix.Close(fd)
	_, err = unix.ReadDirent(fd, make([]byte, 4096))
	if errors.Is(err, unix.ENOTDIR) {
		return 0
	}
	return number(err)
}

func number(err error) syscall.Errno {
	var n syscall.Errno
	errors.As(err, &n)
	return n
}

// oracle is a child that asks the kernel.
type oracle struct {
	t   *testing.T
	in  *gob.Encoder
	out *gob.Decoder
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), probeEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &oracle{t, gob.NewEncoder(in), gob.NewDecoder(out)}
}

func (o *oracle) ask(as Identity, questions []question) []syscall.Errno {
	o.t.Helper()
	sent := make(chan error, 1)
	go func() { sent <- o.in.Encode(inquiry{as, questions}) }()
	var answers []syscall.Errno
	decoded := o.out.Decode(&answers)
	if err := errors.Join(<-sent, decoded); err != nil || len(answers) != len(questions) {
		o.t.Fatalf("%d answers to %d questions: %v", len(answers), len(questions), err)
	}
	return answers
}
