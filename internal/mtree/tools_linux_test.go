package mtree_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/mtree"
	"rightful/plan"
)

// tool is the path of somebody else's program, or the end of the test.
func tool(t *testing.T, name, apt string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (apt: %s)", name, apt)
	}
	return path
}

func gomtree(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("gomtree")
	if err != nil {
		t.Skip("gomtree is not installed (go install github.com/vbatts/go-mtree/cmd/gomtree@v0.7.0)")
	}
	return path
}

// run is what a command says, and whether it was content.
func run(dir, name string, args ...string) (string, bool) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// tree makes one with hostile names, none of which has a byte of without; nor
// has a directory's a newline, which mtree -c and gomtree -c copy into a comment.
func tree(t *testing.T, without string) string {
	t.Helper()
	top, r := t.TempDir(), rand.New(rand.NewPCG(3, 4))
	dirs := []string{top}
	for i := range 150 {
		name := hostile(r)
		if strings.ContainsAny(name, without) || i%5 == 0 && strings.Contains(name, "\n") {
			continue
		}
		path := filepath.Join(dirs[r.IntN(len(dirs))], name)
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		var err error
		switch i % 5 {
		case 0:
			err = os.Mkdir(path, 0o700)
			dirs = append(dirs, path)
		case 1:
			err = os.Symlink(hostile(r), path)
		case 2:
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, []byte(name), 0o600)
		}
		if err == nil && i%5 != 1 {
			err = syscall.Chmod(path, uint32(0o700|r.IntN(0o4000))) // whoever runs this has to get in
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return top
}

// observe is the tree as lstat(2) has it.
func observe(t *testing.T, top string) (entries []mtree.Entry) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			return err
		}
		types := map[uint32]plan.Type{
			syscall.S_IFDIR: plan.Directory, syscall.S_IFREG: plan.File, syscall.S_IFLNK: plan.Symlink, syscall.S_IFIFO: plan.FIFO,
		}
		s := plan.State{
			Type: types[st.Mode&syscall.S_IFMT], UID: st.Uid, GID: st.Gid, Mode: plan.Mode(st.Mode & 0o7777), Nlink: uint32(st.Nlink),
		}
		s.Target, _ = os.Readlink(path)
		rel, err := filepath.Rel(top, path)
		entries = append(entries, mtree.Of(rel, s))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestToolsRead: the tools take a manifest of this package for the tree that it
// is of, and see what was changed since.
func TestToolsRead(t *testing.T) {
	checks := map[string]func(t *testing.T) (program string, args []string){
		"mtree":   func(t *testing.T) (string, []string) { return tool(t, "mtree", "mtree-netbsd"), nil },
		"gomtree": func(t *testing.T) (string, []string) { return gomtree(t), []string{"validate"} },
	}
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			program, args := check(t)
			top := tree(t, "*?[") // patterns to NetBSD, however they are encoded
			victim := filepath.Join(top, "victim")
			for _, err := range []error{os.WriteFile(victim, nil, 0o644), os.Symlink("here", victim+".link")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			manifest := filepath.Join(t.TempDir(), "manifest")
			if err := os.WriteFile(manifest, []byte(described(t, observe(t, top))), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, "-f", manifest, "-p", top)
			if out, ok := run(".", program, args...); !ok || out != "" {
				t.Fatalf("the same tree: %v\n%s", ok, out)
			}
			for what, change := range map[string]func() error{
				"mode":    func() error { return os.Chmod(victim, 0o600) },
				"link":    func() error { return os.Rename(victim+".new", victim+".link") },
				"nlink":   func() error { return os.Link(victim, victim+".too") },
				"missing": func() error { return os.Remove(victim) },
			} {
				restore := func() {
					os.Remove(victim + ".too")
					os.Remove(victim + ".link")
					for _, err := range []error{
						os.WriteFile(victim, nil, 0o644), os.Chmod(victim, 0o644), os.Symlink("here", victim+".link"),
					} {
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := os.Symlink("there", victim+".new"); err != nil && !os.IsExist(err) {
					t.Fatal(err)
				}
				if err := change(); err != nil {
					t.Fatal(err)
				}
				os.Remove(victim + ".new")
				// mtree's exit status does not count what is missing.
				if out, ok := run(".", program, args...); ok && what != "missing" || !strings.Contains(out, "victim") {
					t.Errorf("%s: %v\n%s", what, ok, out)
				}
				restore()
				if out, ok := run(".", program, args...); !ok || out != "" {
					t.Fatalf("%s, restored:\n%s", what, out)
				}
			}
		})
	}
}

// described is a manifest with everything that only this package reads.
func described(t *testing.T, entries []mtree.Entry) string {
	t.Helper()
	var out strings.Builder
	w := mtree.NewWriter(&out)
	for _, text := range []string{`{"inventory":["\u0000#\\"]}`, strings.Repeat("x", mtree.MaxComment-len("rightful"))} {
		if err := w.Comment("rightful", text); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range entries {
		if e.Given |= mtree.Flags; i%2 == 0 {
			e.State.Flags = plan.Immutable
			e.Given |= mtree.Access | mtree.Default | mtree.Notes
			e.State.Access, e.State.Default, e.Notes = strings.Repeat("a", 4000), "d", "#\\"
		}
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestBsdtarRead: libarchive reads the same names and targets.
func TestBsdtarRead(t *testing.T) {
	bsdtar := tool(t, "bsdtar", "libarchive-tools")
	entries := observe(t, tree(t, ""))
	manifest := filepath.Join(t.TempDir(), "manifest")
	if err := os.WriteFile(manifest, []byte(described(t, entries)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, ok := run(t.TempDir(), bsdtar, "-cf", "-", "--format=mtree", "--options", "!all,type,mode,uid,gid,link", "@"+manifest)
	if !ok {
		t.Fatal(out)
	}
	compare(t, entries, out)
}

// TestToolsWrite: what the tools say about a tree is what lstat(2) says.
func TestToolsWrite(t *testing.T) {
	for name, command := range map[string]func(t *testing.T) []string{
		"mtree": func(t *testing.T) []string {
			return []string{tool(t, "mtree", "mtree-netbsd"), "-c", "-k", "type,uid,gid,mode,nlink,link,sha256,size"}
		},
		"bsdtar": func(t *testing.T) []string {
			return []string{tool(t, "bsdtar", "libarchive-tools"), "-cf", "-", "--format=mtree", "."}
		},
		"bsdtar classic": func(t *testing.T) []string {
			return []string{tool(t, "bsdtar", "libarchive-tools"), "-cf", "-", "--format=mtree-classic", "--options", "indent", "."}
		},
		"bsdtar set": func(t *testing.T) []string {
			return []string{tool(t, "bsdtar", "libarchive-tools"), "-cf", "-", "--format=mtree", "--options", "use-set,indent", "."}
		},
		"gomtree": func(t *testing.T) []string { return []string{gomtree(t), "-c", "-p", "."} },
	} {
		t.Run(name, func(t *testing.T) {
			args := command(t)
			top := tree(t, "")
			out, ok := run(top, args[0], args[1:]...)
			if !ok {
				t.Fatal(out)
			}
			compare(t, observe(t, top), out)
		})
	}
}

// compare holds what a manifest gives against what is.
func compare(t *testing.T, want []mtree.Entry, manifest string) {
	t.Helper()
	got, err := read(manifest)
	if err != nil {
		t.Fatalf("%v\n%s", err, manifest)
	}
	byPath := map[string]mtree.Entry{}
	for _, e := range got {
		byPath[e.Path] = e
	}
	if len(got) != len(want) || len(byPath) != len(want) {
		t.Errorf("%d entries of %d paths, want %d", len(got), len(byPath), len(want))
	}
	const needed = mtree.Type | mtree.UID | mtree.GID
	for _, w := range want {
		g := byPath[w.Path]
		if missing := needed &^ g.Given; missing != 0 {
			t.Errorf("%q: %v missing", w.Path, missing)
		}
		g.User, g.Group, g.Size = "", "", 0
		if g.Given &= w.Given; g.Given&mtree.Nlink == 0 {
			w.Given, w.State.Nlink = w.Given&^mtree.Nlink, 0
		}
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("%q (-lstat +manifest)\n%s", w.Path, diff)
		}
	}
}
