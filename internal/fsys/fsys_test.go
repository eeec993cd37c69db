//go:build linux

package fsys

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

func open(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: run go test as root")
	}
}

func TestListGivesEveryNameOnce(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 600 { // several getdents buffers
		want = append(want, fmt.Sprintf("%d-%s", i, strings.Repeat("x", i%200)))
	}
	want = append(want, "\xff", "a\nb", "...", "..x", " ")
	for _, name := range want {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	var got []string
	must(t, open(t, dir).List(make([]byte, 1<<12), func(e Dirent) error {
		got = append(got, strings.Clone(e.Name()))
		return nil
	}))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d names, want %d", len(got), len(want))
	}
}

// stat(1) is the oracle for what a look tells.
func TestLookAgreesWithStat(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o640))
	must(t, syscall.Chmod(filepath.Join(dir, "file"), 0o4640))
	must(t, os.Link(filepath.Join(dir, "file"), filepath.Join(dir, "other")))
	must(t, os.Mkdir(filepath.Join(dir, "dir"), 0o750))
	must(t, syscall.Chmod(filepath.Join(dir, "dir"), 0o3750))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "link")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	d := open(t, dir)
	for _, name := range []string{"file", "dir", "link", "fifo"} {
		var info Info
		must(t, d.Stat(name, &info))
		mode, links := fmt.Sprintf("%o", info.Mode), "-"
		if info.Type == plan.Symlink {
			mode = "777" // a link's mode is fixed, and says nothing
		}
		format := "%a %u %g %i"
		if info.Type == plan.File {
			format, links = format+" %h", fmt.Sprint(info.Nlink)
		}
		out, err := exec.Command("stat", "-c", format, filepath.Join(dir, name)).Output()
		must(t, err)
		got := fmt.Sprintf("%s %d %d %d", mode, info.UID, info.GID, info.Ino)
		if links != "-" {
			got += " " + links
		}
		if want := strings.TrimSpace(string(out)); got != want {
			t.Errorf("%s: %s, stat says %s", name, got, want)
		}
	}
}

func TestNothingIsFollowed(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "home/sub"), 0o755))
	must(t, os.MkdirAll(filepath.Join(dir, "outside/in"), 0o755))
	must(t, os.Symlink("../outside", filepath.Join(dir, "home/link")))
	must(t, os.Symlink("sub", filepath.Join(dir, "home/inner")))
	home := open(t, filepath.Join(dir, "home"))
	for _, rel := range []string{"link", "link/in", "inner", "../outside", "sub/../../outside", "/etc", "sub/../../home", "/proc/self/root"} {
		if d, err := home.OpenDir(rel); err == nil {
			d.Close()
			t.Errorf("OpenDir(%q) went there", rel)
		}
	}
	d, err := home.OpenDir("sub")
	must(t, err)
	d.Close()
	pin, err := home.Pin("link")
	must(t, err)
	defer pin.Close()
	if s, err := pin.State(); err != nil || s.Type != plan.Symlink || s.Target != "../outside" {
		t.Errorf("the pinned link is %+v, %v", s, err)
	}
}

// On a busy filesystem the inode number comes back at once; the identity does not.
func TestIdentityOutlivesTheNumber(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	path := filepath.Join(dir, "f")
	seen := map[plan.Identity]bool{}
	numbers := map[uint64]bool{}
	for range 200 {
		must(t, os.WriteFile(path, nil, 0o600))
		pin, err := d.Pin("f")
		must(t, err)
		id, err := pin.Identity()
		must(t, err)
		again, err := pin.Identity()
		must(t, err)
		if id != again {
			t.Fatalf("%v, then %v", id, again)
		}
		if seen[id] {
			t.Fatalf("%v came back", id)
		}
		seen[id], numbers[id.Ino] = true, true
		pin.Close()
		must(t, os.Remove(path))
	}
	t.Logf("%d files had %d inode numbers", len(seen), len(numbers))
}

func TestACLsAreReadAsStored(t *testing.T) {
	if _, err := exec.LookPath("setfacl"); err != nil {
		t.Skip("needs setfacl: install acl")
	}
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o750))
	if out, err := exec.Command("setfacl", "-m", "u:12345:rx,d:u:12345:r", filepath.Join(dir, "d")).CombinedOutput(); err != nil {
		t.Skipf("no ACLs here: %s", out)
	}
	pin, err := open(t, dir).Pin("d")
	must(t, err)
	defer pin.Close()
	s, err := pin.State()
	must(t, err)
	for name, got := range map[string]string{XattrAccess: s.Access, XattrDefault: s.Default} {
		buf := make([]byte, 4096)
		n, err := unix.Getxattr(filepath.Join(dir, "d"), name, buf)
		must(t, err)
		if got != string(buf[:n]) {
			t.Errorf("%s: %x, want %x", name, got, buf[:n])
		}
	}
}

func TestFilesystemStaysTheSame(t *testing.T) {
	a, err := open(t, t.TempDir()).Filesystem()
	must(t, err)
	b, err := open(t, t.TempDir()).Filesystem()
	must(t, err)
	if a != b || !strings.Contains(a, ":") {
		t.Errorf("%q and %q on one filesystem", a, b)
	}
}

func TestDescend(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	at := func(rel string) string { return filepath.Join(dir, rel) }
	must(t, os.MkdirAll(at("srv/homes/alice"), 0o755))
	must(t, os.MkdirAll(at("open/alice"), 0o755))
	must(t, syscall.Chmod(at("open"), 0o777))
	must(t, os.MkdirAll(at("sticky/alice"), 0o755))
	must(t, syscall.Chmod(at("sticky"), 0o1777))
	must(t, os.MkdirAll(at("theirs/alice"), 0o755))
	must(t, os.Chown(at("theirs"), 61001, 61001))
	must(t, os.Symlink("srv/homes", at("home")))
	must(t, os.Symlink("/srv/homes", at("abs")))
	must(t, os.Symlink("srv/homes", at("planted")))
	must(t, os.Lchown(at("planted"), 61001, 61001))
	must(t, os.Symlink("loop", at("loop")))
	must(t, os.MkdirAll(at("sticky2/alice"), 0o755))
	must(t, os.Chown(at("sticky2/alice"), 61001, 61001))
	must(t, syscall.Chmod(at("sticky2"), 0o1777))
	root := open(t, dir)
	for _, c := range []struct{ path, want string }{
		{"/srv/homes/alice", "/srv/homes/alice"},
		{"/home/alice", "/srv/homes/alice"},
		{"/abs/alice", "/srv/homes/alice"},
		{"/srv/homes/missing", "/srv/homes/missing"},
		{"/srv/../srv/homes/alice", "/srv/homes/alice"},
		{"/open/alice", "unsafe"},
		{"/sticky/alice", "/sticky/alice"},
		{"/sticky2/alice", "unsafe"},
		{"/theirs/alice", "unsafe"},
		{"/planted/alice", "not a directory"},
		{"/loop/alice", "too many levels of symbolic links"},
		{"/srv/nowhere/alice", "no such file or directory"},
	} {
		place, err := Descend(root, c.path, TrustRoot)
		got := ""
		switch {
		case err != nil:
			got = err.(*os.PathError).Err.Error()
		case place.Unsafe != nil:
			got = "unsafe"
		default:
			got = place.Path
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
		if place != nil {
			place.Close()
		}
	}
}

func TestFilesAreTrustedOnlyFromTrustedHands(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	at := func(rel string) string { return filepath.Join(dir, rel) }
	write := func(rel string, uid int, mode uint32) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(at(rel)), 0o755))
		must(t, os.WriteFile(at(rel), []byte("text"), 0o600))
		must(t, os.Chown(at(rel), uid, 0))
		must(t, syscall.Chmod(at(rel), mode))
	}
	write("etc/good", 0, 0o644)
	write("etc/theirs", 61001, 0o644)
	write("etc/sudoers", 61002, 0o644)
	write("etc/group-writable", 0, 0o664)
	write("open/file", 0, 0o644)
	must(t, syscall.Chmod(at("open"), 0o777))
	must(t, os.Symlink("good", at("etc/link")))
	must(t, os.Symlink("good", at("etc/planted")))
	must(t, os.Lchown(at("etc/planted"), 61001, 61001))
	must(t, syscall.Mkfifo(at("etc/fifo"), 0o600))
	files := NewFiles(open(t, dir), func(uid uint32) bool { return uid == 0 || uid == 61002 })
	for path, want := range map[string]bool{
		"/etc/good": true, "/etc/sudoers": true, "/etc/link": true,
		"/etc/theirs": false, "/etc/group-writable": false, "/open/file": false, "/etc/planted": false, "/etc/fifo": false, "/etc": false,
	} {
		data, err := files.Read(path, 100)
		if ok := err == nil && string(data) == "text"; ok != want {
			t.Errorf("%s: read %v (%v), want %v", path, ok, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), path) && !strings.Contains(err.Error(), filepath.Dir(path)+":") {
			t.Errorf("%s: %v names neither it nor its folder", path, err)
		}
	}
	if _, err := files.Read("/etc/good", 3); err == nil {
		t.Error("a file beyond the limit was read")
	}
}
