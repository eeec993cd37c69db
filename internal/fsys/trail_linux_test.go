package fsys

import (
	"os"
	"testing"
)

// A link that comes to stand on the way is not followed, wherever the trail is,
// and nothing above it is reached.
func TestTrailDoesNotFollow(t *testing.T) {
	home := t.TempDir()
	if err := os.MkdirAll(home+"/a/b/c", 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := OpenRoot(home)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	trail := NewTrail(root, 4)
	defer trail.Close()
	if _, err := trail.OpenDir("a/b"); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"d": t.TempDir(), "e": "c"} {
		if err := os.Symlink(target, home+"/a/b/"+name); err != nil {
			t.Fatal(err)
		}
	}
	for _, rel := range []string{"a/b/d", "a/b/e", "a/b/e/../c", "a/b/..", "a/b/../../.."} {
		if _, err := trail.OpenDir(rel); err == nil {
			t.Errorf("%s was opened", rel)
		}
	}
}
