package spec

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestModeApply(t *testing.T) {
	for _, test := range []struct {
		text string
		mode uint16
		file string
		dir  string
	}{
		{"0755", 0o2700, "0755", "0755"},
		{"755", 0o2700, "0755", "0755"},
		{"2755", 0o0700, "2755", "2755"},
		{"02755", 0o0700, "2755", "2755"},
		{"0000", 0o7777, "0000", "0000"},
		{"u+rwx,go+rx,go-w", 0o2662, "2755", "2755"},
		{"u+r,go+r,go-w", 0o0622, "0644", "0644"},
		{"a+X", 0o0600, "0600", "0711"},
		{"a+X", 0o0610, "0711", "0711"},
		{"u=rx", 0o6700, "2500", "6500"},
		{"u-s", 0o6700, "2700", "2700"},
		{"=r", 0o7777, "0444", "6444"},
		{"go=u-w", 0o0740, "0755", "0755"},
		{"o=g", 0o0750, "0755", "0755"},
		{"+", 0o1234, "1234", "1234"},
		{"g+s", 0o0755, "2755", "2755"},
		{"+t", 0o0777, "1777", "1777"},
	} {
		m, err := ParseMode(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		file, dir := fmt.Sprintf("%04o", m.Apply(test.mode, false)), fmt.Sprintf("%04o", m.Apply(test.mode, true))
		if file != test.file || dir != test.dir {
			t.Errorf("%s on %04o: file %s, directory %s; want %s, %s", test.text, test.mode, file, dir, test.file, test.dir)
		}
		if m.String() != test.text {
			t.Errorf("%s prints as %s", test.text, m)
		}
	}
}

func TestParseModeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "a mode is empty",
		"0o755":                    "0o755: o is not an octal digit; write it like 0755",
		"0899":                     "0899: 8 is not an octal digit; write it like 0755",
		"75":                       "75: want three or four octal digits, like 0755",
		"007555":                   "007555: want three or four octal digits, like 0755",
		"0_755":                    "0_755: _ is not an octal digit; write it like 0755",
		"1e3":                      "1e3: e is not an octal digit; write it like 0755",
		"rwx":                      "rwx: want one of + - = after u, g, o or a",
		"u":                        "u: want one of + - = after u, g, o or a",
		"u+r,":                     "u+r,: want one of + - = after u, g, o or a",
		"u+rq":                     "u+rq: q is not a permission; want letters of rwxXst, or one of u, g, o to copy from",
		"u=gx":                     "u=gx: x is not a permission; want letters of rwxXst, or one of u, g, o to copy from",
		"u=7":                      "u=7: 7 is not a permission; want letters of rwxXst, or one of u, g, o to copy from",
		" u+r":                     `" u+r": want one of + - = after u, g, o or a`,
		"u=g,g=o":                  "u=g,g=o does not settle: it makes 0011 of 0001, and then 0111 of that",
		strings.Repeat("u+r,", 40): "a mode is longer than 128 bytes",
	} {
		_, err := ParseMode(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

var clauses = flag.Int("clauses", 20, "how many random modes to hold against chmod(1)")

// TestChmod holds the symbolic form against chmod(1) itself, for all modes of
// files and directories.
func TestChmod(t *testing.T) {
	version, err := exec.Command("chmod", "--version").Output()
	if err != nil || !strings.Contains(string(version), "GNU coreutils") {
		t.Skip("no GNU chmod(1) here")
	}
	t.Parallel()
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	n := *clauses
	if testing.Short() {
		n = min(n, 2)
	}
	tree := newModeTree(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		text := randomMode(random)
		changes, err := parseSymbolic(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		tree.check(t, Mode{text: text, changes: changes})
	}
}

// TestChmodGrammar asks chmod(1) which texts it takes.
func TestChmodGrammar(t *testing.T) {
	if _, err := exec.LookPath("chmod"); err != nil {
		t.Skip("no chmod(1) here")
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	for range 150 {
		text := randomText(random, "ugoa+-=rwxXst,", 1+random.IntN(5))
		_, err := parseSymbolic(text)
		chmodErr := exec.Command("chmod", "--", text, dir).Run()
		if (err == nil) != (chmodErr == nil) {
			t.Errorf("%q: %v here, %v of chmod(1)", text, err, chmodErr)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func randomText(random *rand.Rand, letters string, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}

func randomMode(random *rand.Rand) string {
	var clauses []string
	for range 1 + random.IntN(3) {
		clause := randomText(random, "ugoa", random.IntN(3))
		for range 1 + random.IntN(2) {
			clause += randomText(random, "+-=", 1)
			if random.IntN(4) == 0 {
				clause += randomText(random, "ugo", 1)
			} else {
				clause += randomText(random, "rwxXst", random.IntN(4))
			}
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, ",")
}

// modeTree has a file and a directory for each mode, named by it.
type modeTree struct {
	dir   string
	names []string
}

// memoryDir is in memory where the host has such a place: a journal takes most of
// the time of a million calls of chmod.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rightful-modes-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func newModeTree(t *testing.T) modeTree {
	tree := modeTree{dir: memoryDir(t)}
	for mode := range permBits + 1 {
		file, dir := fmt.Sprintf("f%04o", mode), fmt.Sprintf("d%04o", mode)
		if err := os.WriteFile(filepath.Join(tree.dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(tree.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		tree.names = append(tree.names, file, dir)
	}
	return tree
}

func (tree modeTree) check(t *testing.T, m Mode) {
	t.Helper()
	for i, name := range tree.names {
		if err := syscall.Chmod(filepath.Join(tree.dir, name), uint32(i/2)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("chmod", append([]string{"--", m.String()}, tree.names...)...)
	cmd.Dir = tree.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("chmod %s: %v: %s", m, err, out)
	}
	for i, name := range tree.names {
		var stat syscall.Stat_t
		if err := syscall.Lstat(filepath.Join(tree.dir, name), &stat); err != nil {
			t.Fatal(err)
		}
		want := uint16(stat.Mode & permBits)
		if have := m.Apply(uint16(i/2), name[0] == 'd'); have != want {
			t.Errorf("%s on %s: %04o; chmod(1) makes it %04o", m, name, have, want)
			return
		}
	}
}

func FuzzMode(f *testing.F) {
	for _, text := range []string{"0755", "2755", "u+rwx,go+rx,go-w", "a=,u+rwX", "g=u-w", "u=g,g=o", "0o755", "+", "-t"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMode(text)
		if err != nil {
			return
		}
		again, err := ParseMode(m.String())
		if err != nil {
			t.Fatal(err)
		}
		for mode := range uint16(permBits + 1) {
			for _, dir := range []bool{false, true} {
				once := m.Apply(mode, dir)
				if once > permBits || m.Apply(once, dir) != once || again.Apply(mode, dir) != once {
					t.Fatalf("%q on %04o: %04o", text, mode, once)
				}
			}
		}
	})
}
