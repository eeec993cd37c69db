package fsys

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every thread, says ionice(1).
func TestNiceIO(t *testing.T) {
	if os.Getenv("RIGHTFUL_NICE_CHILD") != "" {
		if err := NiceIO(); err != nil {
			t.Fatal(err)
		}
		threads, err := filepath.Glob("/proc/self/task/*")
		if err != nil || len(threads) < 2 {
			t.Fatal(threads, err)
		}
		for _, thread := range threads {
			out, err := exec.Command("ionice", "-p", filepath.Base(thread)).CombinedOutput()
			fmt.Printf("class: %s %v\n", strings.TrimSpace(string(out)), err)
		}
		return
	}
	if _, err := exec.LookPath("ionice"); err != nil {
		t.Skip("needs ionice: apt-get install util-linux")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestNiceIO$")
	child.Env = append(os.Environ(), "RIGHTFUL_NICE_CHILD=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	classes := strings.Count(string(out), "class: ")
	if classes < 2 || strings.Count(string(out), "class: idle <nil>") != classes {
		t.Errorf("%s", out)
	}
}
