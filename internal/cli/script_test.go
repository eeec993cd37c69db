package cli_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rightful/internal/cli"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"rightful": func() { os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScript runs the program itself. A script's name starts with the command
// that it is about. It finds the files of testdata/common beside its own, and
// in place of its own commands for looking at the tree it has those of
// coreutils and findutils: the program does not judge itself.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitcode,
			"tree":     tree,
			"meta":     meta,
			"stamp":    stamp,
			"flip":     flip,
			"json":     jsonCmd,
		},
	})
}

// setup gives a script the common files, except those that it brings itself,
// and keeps it away from this machine's accounts, state and locks.
func setup(env *testscript.Env) error {
	common, err := filepath.Glob("testdata/common/*")
	if err != nil {
		return err
	}
	for _, file := range common {
		dest := filepath.Join(env.WorkDir, filepath.Base(file))
		if _, err := os.Lstat(dest); err == nil {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(dest, data, 0o644); err != nil {
			return err
		}
	}
	env.Setenv("RIGHTFUL_ROOT", filepath.Join(env.WorkDir, "host"))
	env.Setenv("RIGHTFUL_STATE_DIR", filepath.Join(env.WorkDir, "state"))
	env.Setenv("XDG_RUNTIME_DIR", filepath.Join(env.WorkDir, "run"))
	env.Setenv("LC_ALL", "C.UTF-8")
	return nil
}

func condition(cond string) (bool, error) {
	switch cond {
	case "root":
		return os.Geteuid() == 0, nil
	case "user":
		return os.Geteuid() != 0, nil
	case "linux":
		return runtime.GOOS == "linux", nil
	}
	return false, fmt.Errorf("%s: no such condition", cond)
}

// exitcode N COMMAND...: the command ends with N, whatever it prints.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

// tree DIR LISTING: builds a host from lines "MODE OWNER[:GROUP] PATH", where a
// path that ends in a slash is a directory, or "link OWNER PATH TARGET". A path
// with odd bytes is written as a Go string. The host has everybody who owns
// something, and everybody with a home, in its passwd and group files. An
// ordinary user is all of them.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tree DIR LISTING")
	}
	h := &host{dir: ts.MkAbs(args[0])}
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			ts.Check(h.entry(line))
		}
	}
	// From below, as a closed folder would be in the way.
	for _, finish := range slices.Backward(h.finish) {
		ts.Check(finish())
	}
	ts.Check(h.databases())
}

// meta PATH WANT...: what stat(1) says of PATH: "0644", "alice", "alice:web",
// "directory", "link:TARGET", in any number and order. Owners are not looked at
// for an ordinary user.
func meta(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: meta PATH WANT...")
	}
	out, err := exec.Command("stat", "-c", "%04a %u:%g %F", ts.MkAbs(args[0])).Output()
	ts.Check(err)
	have := strings.SplitN(strings.TrimSpace(string(out)), " ", 3)
	for _, want := range args[1:] {
		if (have[0] == want || have[2] == want || isOwner(have[1], want) || isLink(ts.MkAbs(args[0]), want)) == neg {
			ts.Fatalf("%s: have %s %s %s, want %s", args[0], have[0], names(have[1]), have[2], want)
		}
	}
}

func isLink(path, want string) bool {
	target, err := os.Readlink(path)
	return err == nil && want == "link:"+target
}

// stamp FILE DIR...: everything that find(1) knows of what is below DIR, with
// inode numbers and change times. Two equal stamps: nothing was touched.
func stamp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: stamp FILE DIR...")
	}
	var all []byte
	for _, dir := range args[1:] {
		out, err := exec.Command("sh", "-c",
			`find "$0" -printf '%P %i %y %#m %U:%G %s %C@ %l\n' | LC_ALL=C sort`, ts.MkAbs(dir)).Output()
		ts.Check(err)
		all = append(all, out...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), all, 0o600))
}

// flip FILE [OFFSET]: changes one bit of the byte at OFFSET, negative from the
// end, else of the one in the middle.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: flip FILE [OFFSET]")
	}
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	at := len(data) / 2
	if len(args) == 2 {
		at, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(name, data, 0o600))
}

// jsonCmd (json FILE PATH=WANT...): the file is one JSON document, and what
// stands at each path, as steps.0.path, prints as wanted; a list or an object
// prints as how many it has.
func jsonCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: json FILE PATH=WANT...")
	}
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	for _, arg := range args[1:] {
		path, want, _ := strings.Cut(arg, "=")
		if have := jsonAt(doc, strings.Split(path, ".")); have != want {
			ts.Fatalf("%s: %s is %s, not %s", args[0], path, have, want)
		}
	}
}

func jsonAt(doc any, path []string) string {
	for _, key := range path {
		switch at := doc.(type) {
		case map[string]any:
			doc = at[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(at) {
				return "missing"
			}
			doc = at[i]
		default:
			return "missing"
		}
	}
	switch at := doc.(type) {
	case map[string]any:
		return strconv.Itoa(len(at))
	case []any:
		return strconv.Itoa(len(at))
	}
	return fmt.Sprint(doc)
}

// exists is true for what is there, a link itself too.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
