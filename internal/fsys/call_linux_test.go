package fsys

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/google/go-cmp/cmp"
)

// TestToldIsTheSame: whether Go's scheduler is told of calls, and x/sys makes them,
// changes nothing in what they answer.
func TestToldIsTheSame(t *testing.T) {
	path := t.TempDir()
	long := strings.Repeat("d/", nameMax) + "x"
	must(t, os.MkdirAll(filepath.Join(path, long), 0o751))
	must(t, os.WriteFile(filepath.Join(path, "file"), nil, 0o640))
	must(t, os.Symlink("nowhere", filepath.Join(path, "link")))
	must(t, unix.Mkfifo(filepath.Join(path, "fifo\xff"), 0o600))
	if out, err := exec.Command("setfacl", "-m", "u:12345:rx,d:u:12345:r", filepath.Join(path, "d")).CombinedOutput(); err != nil {
		t.Logf("without ACLs: %v %s", err, out)
	}
	dir := open(t, path)
	if !dir.local {
		t.Skip("temporary files are on a server: set TMPDIR")
	}
	if d := cmp.Diff(answers(t, &Dir{handle{fd: dir.fd}}, long), answers(t, dir, long)); d != "" {
		t.Errorf("(-told +untold):\n%s", d)
	}
}

func answers(t *testing.T, d *Dir, long string) (all []string) {
	t.Helper()
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	_, err := unix.Seek(d.fd, 0, unix.SEEK_SET)
	must(t, err)
	names := []string{"none", "", strings.Repeat("n", nameMax+1), "a\x00b"}
	must(t, d.List(make([]byte, 512), func(e Dirent) error {
		names = append(names, strings.Clone(e.Name()))
		return nil
	}))
	for _, name := range append(names, ".", long) {
		var info Info
		say("%q: %v %+v", name, d.Stat(name, &info), info)
		state, id, err := d.Observe(name, &info)
		say("%q: %+v %v %v", name, state, id, err)
		say("%q: %v", name, d.lacks(name, unix.AT_SYMLINK_NOFOLLOW, XattrDefault))
		below, err := d.OpenDir(name)
		say("%q: opened: %v", name, err)
		if err == nil {
			say("%q: closed: %v", name, below.Close())
		}
		pin, err := d.Pin(name)
		say("%q: pinned: %v", name, err)
		if err == nil {
			state, id, err := pin.Observe()
			say("%q: %+v %v %v, closed: %v", name, state, id, err, pin.Close())
		}
	}
	return all
}
