package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/recorded"
	"rightful/internal/snapshot"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, data []byte) *snapshot.Snapshot {
	t.Helper()
	s, err := snapshot.Open(bytes.NewReader(data), int64(len(data)), "s.zst", snapshot.Foreign{})
	must(t, err)
	return s
}

// paper is a host that never was: a snapshot of it is the same on any machine.
func paper(t testing.TB, c snapshot.Compression) []byte {
	t.Helper()
	b := recorded.NewBuilder()
	add := func(p string, s plan.State) { must(t, b.Add(p, recorded.Entry{State: s})) }
	dir := func(id uint32, mode plan.Mode) plan.State {
		return plan.State{Type: plan.Directory, UID: id, GID: id, Mode: mode}
	}
	file := func(id uint32) plan.State {
		return plan.State{Type: plan.File, UID: id, GID: id, Mode: 0o644, Nlink: 1}
	}
	add("/home", dir(0, 0o755))
	add("/home/alice", dir(1001, 0o711))
	add("/home/alice/a b\n\xff.php", file(1001))
	add("/home/alice/out", plan.State{Type: plan.Symlink, UID: 1001, GID: 1001, Target: "/srv/shared"})
	must(t, b.Add("/home/alice/shut", recorded.Entry{State: dir(1001, 0o700), Closed: true}))
	must(t, b.Add("/home/alice/ping", recorded.Entry{State: file(1001), Capabilities: true}))
	must(t, b.Add("/home/alice/disk", recorded.Entry{State: dir(0, 0o755), Mount: true}))
	protected := file(1001)
	protected.Flags = plan.Immutable
	add("/home/alice/wall", protected)
	add("/home/bob", dir(1002, 0o711))
	add("/srv", dir(0, 0o755))
	add("/srv/shared", dir(0, 0o755))
	tree, err := b.Tree(nil)
	must(t, err)
	db := userdb.Files(func(p string) ([]byte, error) {
		return []byte(map[string]string{
			"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:$6$hash:1001:1001:Alice Doe:/home/alice:/bin/sh\nbob:x:1002:1002::/home/bob:\ncarol:x:1003:1003::/home/carol:\n",
			"/etc/group":  "root:x:0:\nalice:x:1001:\nbob:x:1002:alice\n",
		}[p]), nil
	})
	p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(paperPolicy)}}, nil)
	must(t, err)
	survey, err := reconcile.Take(reconcile.Options{Policy: p, Tree: tree, Files: noFiles{}, Users: db, Passwd: db})
	must(t, err)
	var out bytes.Buffer
	_, err = snapshot.Write(context.Background(), &out, snapshot.Options{
		Header: snapshot.Header{Taken: time.Unix(1e9, 0), Tool: "v1.2.3", Host: plan.Host{Name: "web7", MachineID: "00ff"}, Root: "/"},
		Policy: p, Tree: tree, Files: noFiles{}, Users: db, Passwd: db, Survey: survey, Compression: c,
		Limits: []byte("limits: {}\n"),
	})
	must(t, err)
	return out.Bytes()
}

const paperPolicy = `rightful: 1
accounts: [{passwd: {uid: 1000-2000, home: /home/*}, profile: p}]
skip_when: [{exists: "/var/suspended/${account}"}]
profiles: {p: {layout: {.: {type: directory, mode: "0711"}}}}
`

type noFiles struct{}

func (noFiles) Exists(string) (bool, error)             { return false, nil }
func (noFiles) Content(p string) (*plan.Content, error) { return nil, fs.ErrNotExist }

func TestGolden(t *testing.T) {
	got := string(paper(t, snapshot.Plain))
	if *update {
		must(t, os.WriteFile("testdata/web7.mtree", []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/web7.mtree")
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What was not recorded is neither there nor missing.
func TestWhatIsNotRecorded(t *testing.T) {
	s := open(t, paper(t, snapshot.Zstd))
	for p, want := range map[string]string{
		"/home/alice/out": "", "/srv/shared": "", "/home/carol": "missing", "/home/bob/nothing": "missing", "/var/www/x": "missing",
		"/home/dave": "unknown", "/srv/other": "unknown", "/srv/shared/x": "unknown", "/etc/passwd": "unknown", "/home/alice/disk/x": "unknown",
		"/home/alice/shut/x": "permission",
	} {
		_, err := s.Tree().Lookup(p)
		var unknown *recorded.UnknownError
		got := map[bool]string{err != nil: "other"}[true]
		switch {
		case errors.Is(err, fs.ErrNotExist):
			got = "missing"
		case errors.As(err, &unknown):
			got = "unknown"
		case errors.Is(err, fs.ErrPermission):
			got = "permission"
		}
		if got != want {
			t.Errorf("%s: %s (%v), not %s", p, got, err, want)
		}
	}
	if !s.Has("/home/alice") || !s.Has("/home/carol") || s.Has("/home/dave") {
		t.Error("it does not know whose homes it has")
	}
	if _, err := s.Files().Content("/etc/motd"); err == nil {
		t.Error("it has a file that nobody recorded")
	}
	if ok, err := s.Files().Exists("/home/alice/wall"); !ok || err != nil {
		t.Error(err)
	}
}

func attempt(data []byte) error {
	_, err := snapshot.Open(bytes.NewReader(data), int64(len(data)), "web7", snapshot.Foreign{})
	return err
}

// Whatever is cut off or changed is found, with a line.
func TestDamageIsRefused(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for c, name := range map[snapshot.Compression]string{snapshot.Plain: "plain", snapshot.Zstd: "zstd", snapshot.Gzip: "gzip"} {
		data := paper(t, c)
		must(t, attempt(data))
		for n := 0; n < len(data); n += step {
			if err := attempt(data[:n]); err == nil {
				t.Fatalf("%s: cut at %d of %d: accepted", name, n, len(data))
			} else if c == snapshot.Plain && !strings.HasPrefix(err.Error(), "web7:") {
				t.Fatalf("%s: cut at %d: %v", name, n, err)
			}
		}
		if c != snapshot.Plain {
			continue // they have bits that mean nothing
		}
		for i := 0; i < len(data); i += step {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1
			if attempt(damaged) == nil {
				t.Fatalf("%s: a bit of byte %d of %d: accepted", name, i, len(data))
			}
		}
		if attempt(append(bytes.Clone(data), "./x type=file\n"...)) == nil {
			t.Error("something after the end: accepted")
		}
	}
}

// Other tools' manifests are planned against as far as they go.
func TestForeign(t *testing.T) {
	users := userdb.Files(func(p string) ([]byte, error) {
		return []byte(map[string]string{"/etc/passwd": "alice:x:1001:1001::/home/alice:\n", "/etc/group": "alice:x:1001:\n"}[p]), nil
	})
	for _, c := range []struct{ name, manifest, root, want string }{
		{"netbsd", "/set type=file uid=1001 gid=1001 mode=0644 nlink=1\n. type=dir mode=0755\nhome type=dir mode=0755\n    alice type=dir mode=0711\n        f size=3\n    ..\n..\n..\n", "", ""},
		{"names", ". type=dir uname=alice gname=alice mode=0755\n", "/home/alice", ""},
		{"unknown name", ". type=dir uname=zoe gname=alice mode=0755\n", "", "m:1: .: owner zoe: nobody of that name in the passwd and group files"},
		{"no mode", ". type=dir uid=0 gid=0\n", "", "m:1: .: the manifest does not give its mode, without which nothing can be planned"},
		{"no owner", "#mtree\n. type=dir mode=0755\n", "", "m:2: .: the manifest does not give its uid, gid, without which nothing can be planned"},
		{"empty", "", "", "m:1: no entry: this is no manifest"},
		{"no parent", ". type=dir uid=0 gid=0 mode=0755\n./a/b type=file uid=0 gid=0 mode=0644\n", "", "m: /a: the directory is not in the record, and something in it is"},
	} {
		s, err := snapshot.Open(strings.NewReader(c.manifest), int64(len(c.manifest)), "m", snapshot.Foreign{Root: c.root, Users: users, Passwd: users})
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || err.Error() != c.want):
			t.Errorf("%s: %v, not %q", c.name, err, c.want)
		case err == nil && !s.Foreign:
			t.Errorf("%s: taken for ours", c.name)
		}
	}
	var lacks *snapshot.NoUsersError
	if err := attempt([]byte(". type=dir uid=0 gid=0 mode=0755\n")); !errors.As(err, &lacks) {
		t.Errorf("without users: %v", err)
	}
}
