package fsys

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
)

// paper is a directory that knows its path, and what it cost to open it.
type paper struct {
	path string
	desk *desk
}

// desk counts what is on it, and how many names were looked at.
type desk struct{ open, most, names int }

func (p paper) OpenDir(rel string) (paper, error) {
	if strings.Contains(rel, "missing") {
		return paper{}, &fs.PathError{Op: "open", Path: rel, Err: fs.ErrNotExist}
	}
	p.desk.open++
	p.desk.most = max(p.desk.most, p.desk.open)
	p.desk.names += 1 + strings.Count(rel, "/")
	return paper{strings.TrimPrefix(p.path+"/"+rel, "/"), p.desk}, nil
}

func (p paper) Close() error {
	p.desk.open--
	return nil
}

// comb is a chain of directories with another one beside each, in preorder.
func comb(depth int) []string {
	var down, up []string
	path := ""
	for range depth {
		down = append(down, path+"d")
		up = append(up, path+"e")
		path += "d/"
	}
	for i := len(up) - 1; i >= 0; i-- {
		down = append(down, up[i])
	}
	return down
}

// What a trail opens is what was asked for, in whatever order, within its limit,
// and all is closed in the end.
func TestTrailOpensWhatWasAskedFor(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	jumps := comb(40)
	r.Shuffle(len(jumps), func(i, j int) { jumps[i], jumps[j] = jumps[j], jumps[i] })
	for name, paths := range map[string][]string{
		"comb": comb(1000), "jumps": jumps,
		"siblings": {"a", "a/b", "a/bc", "a/b", "a.b", "a", "a/b/c/d", "a/b/c", "a/b/cd"},
	} {
		for _, limit := range []int{0, 2, 3, 32} {
			d := &desk{}
			trail := NewTrail(paper{"", d}, limit)
			for _, want := range paths {
				got, err := trail.OpenDir(want)
				if err != nil || got.path != want {
					t.Fatalf("%s, limit %d: opened %q, %v; want %q", name, limit, got.path, err, want)
				}
			}
			// The new one is opened before another is given up.
			if most := max(limit, 2) + 1; d.most > most {
				t.Errorf("%s, limit %d: %d open at a time", name, limit, d.most)
			}
			if trail.Close(); d.open != 0 {
				t.Errorf("%s, limit %d: %d left open", name, limit, d.open)
			}
		}
	}
}

// Down a chain each directory costs one name, and on the way back few.
func TestTrailIsLinear(t *testing.T) {
	const depth, limit = 4096, 32
	d := &desk{}
	trail := NewTrail(paper{"", d}, limit)
	defer trail.Close()
	paths := comb(depth)
	for i, path := range paths {
		if _, err := trail.OpenDir(path); err != nil {
			t.Fatal(err)
		}
		if i == depth-1 && d.names != depth {
			t.Errorf("%d names on the way down, in %d directories", d.names, depth)
		}
	}
	// Somebody else went down, and this one only goes back up.
	other := NewTrail(paper{"", d}, limit)
	defer other.Close()
	for _, path := range paths[depth:] {
		if _, err := other.OpenDir(path); err != nil {
			t.Fatal(err)
		}
	}
	if most := 32 * depth; d.names > most {
		t.Errorf("%d names in all, want at most %d", d.names, most)
	}
}

func TestTrailError(t *testing.T) {
	d := &desk{}
	trail := NewTrail(paper{"", d}, 8)
	defer trail.Close()
	if _, err := trail.OpenDir("a/b"); err != nil {
		t.Fatal(err)
	}
	_, err := trail.OpenDir("a/b/missing")
	var at *fs.PathError
	if !errors.As(err, &at) || at.Path != "a/b/missing" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if got, err := trail.OpenDir("a/b/c"); err != nil || got.path != "a/b/c" || d.names != 3 {
		t.Errorf("opened %q, %v, %d names", got.path, err, d.names)
	}
}
