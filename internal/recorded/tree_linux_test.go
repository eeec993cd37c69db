package recorded

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
)

// record takes down all of a tree below root.
func record(t *testing.T, root string, live *fsys.Dir, shuffle *rand.Rand) *Tree {
	t.Helper()
	b := NewBuilder()
	var paths []string
	must(t, filepath.WalkDir(root, func(p string, _ fs.DirEntry, err error) error {
		paths = append(paths, filepath.Join("/", strings.TrimPrefix(p, root)))
		return err
	}))
	shuffle.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	for _, p := range paths {
		state, err := live.Lookup(p)
		must(t, err)
		must(t, b.Add(p, Entry{State: state}))
	}
	tree, err := b.Tree(fsys.TrustRoot)
	must(t, err)
	return tree
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// grow makes a tree with links to everywhere, and says what paths to ask for.
func grow(t *testing.T, rng *rand.Rand, root string) []string {
	t.Helper()
	dirs := []string{"/home"}
	must(t, os.Mkdir(root+"/home", 0o755))
	asked := []string{"/", "/nowhere"}
	for i := range 40 {
		p := filepath.Join(dirs[rng.IntN(len(dirs))], fmt.Sprintf("n%d", i))
		switch rng.IntN(4) {
		case 0:
			must(t, os.WriteFile(root+p, nil, 0o600))
		case 1:
			target := []string{"n1", "..", "/home/n2", "nowhere", "../home", "/"}[rng.IntN(6)]
			must(t, os.Symlink(target, root+p))
		default:
			must(t, os.Mkdir(root+p, 0o700))
			must(t, syscall.Chmod(root+p, []uint32{0o700, 0o755, 0o777, 0o1777}[rng.IntN(4)]))
			dirs = append(dirs, p)
		}
		if os.Geteuid() == 0 && rng.IntN(4) == 0 {
			must(t, os.Lchown(root+p, 61001, 61001))
		}
		asked = append(asked, p, filepath.Join(p, "n3"), filepath.Join(p, "nowhere"))
	}
	return asked
}

// The live tree is the oracle: every question has the same answer.
func TestAnswersLikeTheLiveTree(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 3))
		root := t.TempDir()
		asked := grow(t, rng, root)
		dir, err := fsys.OpenRoot(root)
		must(t, err)
		defer dir.Close()
		live, tree := reconcile.Live(dir), record(t, root, dir, rng)
		for _, p := range asked {
			if want, got := answers(live, p), answers(tree, p); got != want {
				t.Fatalf("seed %d, %s:\nrecorded %s\nlive     %s", seed, p, got, want)
			}
		}
	}
}

// answers is all that a tree has to say of a path.
func answers(tree reconcile.Tree, p string) string {
	var s strings.Builder
	state, err := tree.Lookup(p)
	fmt.Fprintf(&s, "lookup %+v %v; ", state, cause(err))
	if p == "/" {
		return s.String()
	}
	place, err := tree.Descend(p)
	if err != nil {
		return s.String() + cause(err)
	}
	defer place.Close()
	fmt.Fprintf(&s, "descend %s %v; ", place.Path(), place.Unsafe())
	var info fsys.Info
	err = place.Stat(place.Name(), &info)
	fmt.Fprintf(&s, "stat %+v %s; ", info.State, cause(err))
	home, err := place.Open()
	if err != nil {
		return s.String() + cause(err)
	}
	defer home.Close()
	return s.String() + contents(home)
}

func contents(dir reconcile.Dir) string {
	var names []string
	err := dir.List(make([]byte, 1<<14), func(e fsys.Dirent) error {
		var info fsys.Info
		err := dir.Look(e, &info)
		name := strings.Clone(e.Name())
		state, _, observed := dir.Observe(name, &info)
		target, linked := dir.Readlink(name)
		below, opened := dir.OpenDir(name)
		if opened == nil {
			below.Close()
		}
		names = append(names, fmt.Sprintf("%s %+v %s %+v %s %s %s %s %q", name, info.State, cause(err), state, cause(observed),
			target, cause(linked), cause(opened), dir.AccessACL(name)))
		return nil
	})
	slices.Sort(names)
	self, _, selfErr := dir.ObserveSelf()
	return fmt.Sprintf("%s %s; %+v %s", strings.Join(names, "; "), cause(err), self, cause(selfErr))
}

// cause is an error without its words.
func cause(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return fmt.Sprint(err)
}

func TestAnIncompleteRecordIsRefused(t *testing.T) {
	dir, file := Entry{State: plan.State{Type: plan.Directory}}, Entry{State: plan.State{Type: plan.File}}
	for want, add := range map[string][]struct {
		path string
		e    Entry
	}{
		"":                     {{"/a", dir}, {"/a/b", file}},
		"/a/b: is there twice": {{"/a", dir}, {"/a/b", file}, {"/a/b", file}},
		"/a: is there twice":   {{"/a", dir}, {"/a", dir}},
		"/b: is there twice":   {{"/b", dir}, {"/b", file}},
		"/a: the directory is not in the record, and something in it is": {{"/a/b", file}},
		"a: not an absolute, clean path":                                 {{"a", file}},
		"/a/: not an absolute, clean path":                               {{"/a/", dir}},
		"/a: of no type":                                                 {{"/a", Entry{}}},
	} {
		b := NewBuilder()
		var err error
		for _, a := range add {
			if err = b.Add(a.path, a.e); err != nil {
				break
			}
		}
		if err == nil {
			_, err = b.Tree(nil)
		}
		if got := fmt.Sprint(err); got != want && !(want == "" && err == nil) {
			t.Errorf("%s; want %s", got, want)
		}
	}
}
