package spec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSetfacl asks setfacl(1) what the words mean that are taken here, on files
// of several modes and on directories.
func TestSetfacl(t *testing.T) {
	if _, err := exec.LookPath("setfacl"); err != nil {
		t.Skip("no setfacl(1) here")
	}
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	dir := t.TempDir()
	taken := 0
	for range 200 {
		text := randomACL(random)
		e, err := parseACL(text)
		if err != nil {
			continue
		}
		taken++
		mode := []uint16{0o600, 0o610, 0o644, 0o701}[random.IntN(4)]
		directory := e.Default || random.IntN(2) == 0
		path := filepath.Join(dir, fmt.Sprintf("%04o-%t", mode, directory))
		makeEntry(t, path, mode, directory)
		out, err := exec.Command("setfacl", "--test", "-m", text, "--", path).CombinedOutput()
		if want := testForm(e, mode, directory); err != nil || !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s: %q has no %q: %v", text, out, want, err)
		}
	}
	if taken < 50 {
		t.Errorf("only %d of the words were taken", taken)
	}
}

func randomACL(random *rand.Rand) string {
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	perm := pick("rx", "r-x", "7", "0", "X", "rX", "---", "wx-r", randomText(random, "rwxX-", 1+random.IntN(4)))
	if random.IntN(4) == 0 {
		return pick("", "d:", "default:") + pick("m:", "m::", "mask:", "mask::") + perm
	}
	// Names that the host gives to numbers would be printed.
	return pick("", "d:", "default:") + pick("u:", "user:", "g:", "group:") + pick("root", "4100004242", "4294967294") + ":" + perm
}

func makeEntry(t *testing.T, path string, mode uint16, directory bool) {
	t.Helper()
	var err error
	if directory {
		err = os.MkdirAll(path, 0o700)
	} else {
		err = os.WriteFile(path, nil, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, os.FileMode(mode)); err != nil {
		t.Fatal(err)
	}
}

// testForm is e as setfacl --test prints it in the middle of a line.
func testForm(e ACLEntry, mode uint16, directory bool) string {
	e.Perm, e.ExecuteSome = e.Bits(mode, directory), false
	return "," + strings.NewReplacer("default", "d", "user", "u", "group", "g", "mask", "m").Replace(e.String()) + ","
}

func TestBits(t *testing.T) {
	for _, test := range []struct {
		text      string
		mode      uint16
		directory bool
		want      uint8
	}{
		{"u:a:rX", 0o644, false, 4},
		{"u:a:rX", 0o645, false, 5},
		{"u:a:rX", 0o7644, false, 4},
		{"u:a:rX", 0o644, true, 5},
		{"u:a:-", 0o777, true, 0},
		{"d:u:a:wX", 0, true, 3},
	} {
		e, err := parseACL(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if have := e.Bits(test.mode, test.directory); have != test.want {
			t.Errorf("%s on %04o: %d; want %d", test.text, test.mode, have, test.want)
		}
	}
}

func FuzzACL(f *testing.F) {
	for _, text := range []string{"user:web:r-x", "d:g:33:5", "m:rX", "default:mask::r", "u::r", "o:r", `u:D\u:x`, "u:010:r", "u:${v}:X"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseACL(text)
		if err != nil {
			return
		}
		again, err := parseACL(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%q is %+v, and that is %+v: %v", text, e, again, err)
		}
		if e.Perm > 7 || e.Bits(0, true)&^7 != 0 || e.Tag == ACLMask && e.Perm == 0 {
			t.Errorf("%q: %+v", text, e)
		}
	})
}
