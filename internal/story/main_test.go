//go:build linux

package story

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var answers = flag.Int("answers", 20_000, "how many answers of the kernel's to compare, on each filesystem")

// program is what is under test, and self the tests, where every user can run
// them.
var program, self string

func TestMain(m *testing.M) {
	if os.Getenv(probeVar) != "" {
		if err := probe(); err != nil {
			fmt.Fprintln(os.Stderr, "probe:", err)
			os.Exit(99)
		}
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	if os.Geteuid() != 0 || testing.Short() {
		return m.Run() // all are skipped
	}
	dir, err := os.MkdirTemp("", "story-bin-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func build(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	program, self = filepath.Join(dir, "rightful"), filepath.Join(dir, "probe")
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		return err
	}
	if err := os.WriteFile(self, data, 0o755); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", program, "rightful")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}
