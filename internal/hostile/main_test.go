//go:build linux

package hostile

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The loops are short unless they are told otherwise; each has a name of its own
// so that a long night can be spent on one of them:
//
//	go test ./internal/hostile -run Race -tries 300000 -timeout 2h
//	go test ./internal/hostile -run Kill -kills 1000 -timeout 2h
//	go test ./internal/hostile -run Million -huge -timeout 1h
var (
	tries     = flag.Int("tries", 4000, "exchanges of names in each race")
	kills     = flag.Int("kills", 12, "random kills of apply, and a third as many of plan")
	allFaults = flag.Bool("faults", false, "every error at every call, not one of them at some; every random state")
	huge      = flag.Bool("huge", false, "also the tree of a million files")
)

// binary is the program under test, and self the tests, where customers can run
// them.
var binary, self string

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		if err := roles[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(99)
		}
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "hostile-bin-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// Ordinary users run it too, without the right to more than that.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary, self = filepath.Join(dir, "rightful"), filepath.Join(dir, "helper")
	if err := copyFile(self, os.Args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, "rightful")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// roleVar makes a copy of the test binary one of the helpers below.
const roleVar = "HOSTILE_ROLE"

// roles are what a child process may be instead of the tests.
var roles = map[string]func(args []string) error{
	"exchange":  beExchanger,
	"supervise": beSupervised,
}
