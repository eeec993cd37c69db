//go:build linux

package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rightful/internal/fsys"
	"rightful/plan"
)

// host is a small tree below a temporary directory, with the folders that a run
// needs beside it. What a run did is asked of stat(1) and find(1).
type host struct {
	t      testing.TB
	base   string
	root   string
	uid    uint32 // alice's
	limits []plan.Limit
}

func newHost(t testing.TB) *host {
	t.Helper()
	base := t.TempDir()
	h := &host{t: t, base: base, root: filepath.Join(base, "root"), uid: uint32(os.Geteuid())}
	if h.uid == 0 {
		h.uid = 2001
	}
	h.must(os.Chmod(base, 0o755))
	h.dir("home", 0o755, os.Geteuid())
	h.dir("home/alice", 0o755, int(h.uid))
	return h
}

// memory is a folder where a sync costs nothing.
const memory = "/dev/shm"

// TestMain keeps a hurried go test -short off the disk.
func TestMain(m *testing.M) {
	flag.Parse()
	if info, err := os.Stat(memory); testing.Short() && err == nil && info.IsDir() {
		os.Setenv("TMPDIR", memory)
	}
	os.Exit(m.Run())
}

// inMemory puts the hosts of a test that makes many runs or steps into memory.
func inMemory(t *testing.T) {
	t.Helper()
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", memory)
	}
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

func (h *host) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) abs(path string) string { return filepath.Join(h.root, path) }

func (h *host) own(path string, uid int) {
	h.t.Helper()
	if os.Geteuid() == 0 {
		h.must(os.Lchown(h.abs(path), uid, uid))
	}
}

func (h *host) dir(path string, mode os.FileMode, uid int) {
	h.t.Helper()
	h.must(os.MkdirAll(h.abs(path), 0o755))
	h.own(path, uid)
	h.must(os.Chmod(h.abs(path), mode))
}

func (h *host) file(path string, mode os.FileMode, uid int) {
	h.t.Helper()
	h.must(os.WriteFile(h.abs(path), []byte(path), 0o600))
	h.own(path, uid)
	h.must(os.Chmod(h.abs(path), mode))
}

func (h *host) link(path, target string) {
	h.t.Helper()
	h.must(os.Symlink(target, h.abs(path)))
	h.own(path, int(h.uid))
}

// draft is a step before it is in a plan; its path is below the home.
type draft struct {
	account string
	path    string
	id      plan.Identity
	parent  plan.Identity
	change  plan.Change
	inside  int64
}

func split(path string) (dir, name string) {
	if path == "." {
		return "", "."
	}
	return filepath.Dir(path), filepath.Base(path)
}

// look is what stands at a path below the root.
func (h *host) look(path string) (plan.State, plan.Identity) {
	h.t.Helper()
	pin, err := h.pin(h.abs(path))
	h.must(err)
	defer pin.Close()
	state, id, err := pin.Observe()
	h.must(err)
	return state, id
}

func (h *host) pin(path string) (*fsys.Pin, error) {
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		dir, err := fsys.OpenRoot(path) // a mount, perhaps
		h.must(err)
		defer dir.Close()
		return dir.PinSelf()
	}
	dir, err := fsys.OpenRoot(filepath.Dir(path))
	h.must(err)
	defer dir.Close()
	return dir.Pin(filepath.Base(path))
}

// update plans a change of what stands at a path of alice's.
func (h *host) update(path string, edit func(*plan.State)) draft {
	h.t.Helper()
	before, id := h.look(filepath.Join("home/alice", path))
	after := before
	edit(&after)
	return h.finish(draft{account: "alice", path: path, id: id, change: plan.Change{Action: plan.Update, Before: before, After: after}})
}

func (h *host) chmod(path string, mode plan.Mode) draft {
	h.t.Helper()
	return h.update(path, func(s *plan.State) { s.Mode = mode })
}

func (h *host) add(path string, after plan.State, content string) draft {
	h.t.Helper()
	d := draft{account: "alice", path: path, change: plan.Change{Action: plan.Add, After: after}}
	if after.Type == plan.File {
		sum := sha256.Sum256([]byte(content))
		d.change.Content = &plan.Content{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Data: []byte(content)}
	}
	parent := filepath.Dir(filepath.Join("home/alice", path))
	if _, err := os.Lstat(h.abs(parent)); err == nil {
		_, d.parent = h.look(parent)
	}
	return h.finish(d)
}

func (h *host) remove(path string, inside int64) draft {
	h.t.Helper()
	before, id := h.look(filepath.Join("home/alice", path))
	return h.finish(draft{account: "alice", path: path, id: id, inside: inside, change: plan.Change{Action: plan.Remove, Before: before}})
}

func (h *host) finish(d draft) draft {
	ch := &d.change
	take := ch.Action == plan.Update && ch.Before.UID != ch.After.UID && ch.Before.UID != h.uid
	ch.Classes = plan.Classify(ch.Before, ch.After, take)
	ch.Rules = plan.Rules{plan.AttrEntry: "policy.yaml:1"}
	return d
}

func (h *host) filesystem() string {
	h.t.Helper()
	home := h.abs("home/alice")
	if _, err := os.Lstat(home); err != nil {
		home = h.abs("home")
	}
	dir, err := fsys.OpenRoot(home)
	h.must(err)
	defer dir.Close()
	name, err := dir.Filesystem()
	h.must(err)
	return name
}

// plan writes a plan of the drafts and opens it, approved as a whole.
func (h *host) plan(drafts ...draft) Options {
	h.t.Helper()
	file, err := os.Create(filepath.Join(h.t.TempDir(), "plan"))
	h.must(err)
	h.t.Cleanup(func() { file.Close() })
	w, err := plan.NewWriter(file, plan.Header{
		Created: time.Unix(1e9, 0).UTC(), Tool: "test", Host: plan.Host{Name: "here", MachineID: "1"},
		Root: h.root, Policy: plan.Policy{Name: "policy.yaml"}, Inventory: 10, Limits: h.limits,
		Users: map[string]uint32{"web": 33}, Groups: map[string]uint32{"web": 33},
	})
	h.must(err)
	var names []string
	for _, d := range drafts {
		if !slices.Contains(names, d.account) {
			names = append(names, d.account)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		h.writeAccount(w, name, drafts)
	}
	_, err = w.Close()
	h.must(err)
	return h.approved(file)
}

// uidOf gives every account but alice one of its own.
func (h *host) uidOf(name string) uint32 {
	if name == "alice" {
		return h.uid
	}
	return h.uid + uint32(name[0])
}

func (h *host) account(name string) plan.Account {
	uid := h.uidOf(name)
	return plan.Account{
		Name: name, UID: uid, GID: uid, Home: "/home/" + name, Filesystem: h.filesystem(), Entries: 100, Managed: 100,
		Users: map[uint32]string{uid: name}, Groups: map[uint32]string{uid: name},
	}
}

func (h *host) writeAccount(w *plan.Writer, name string, drafts []draft) {
	h.t.Helper()
	a := h.account(name)
	d := plan.NewDraft(h.base)
	defer d.Close()
	drafts = slices.SortedStableFunc(slices.Values(drafts), func(a, b draft) int { return strings.Compare(a.path, b.path) })
	blocks := make(map[string]*plan.Block)
	var dirs []string
	for _, one := range drafts {
		if one.account != name {
			continue
		}
		dir, entry := split(one.path)
		b := blocks[dir]
		if b == nil {
			b = &plan.Block{Account: name, Dir: dir}
			blocks[dir] = b
			dirs = append(dirs, dir)
		}
		if one.change.Action == plan.Add {
			b.Parent = one.parent
		}
		if n := len(b.Changes); n == 0 || !reflect.DeepEqual(b.Changes[n-1], one.change) {
			b.Changes = append(b.Changes, one.change)
		}
		b.Entries = append(b.Entries, plan.Entry{Name: entry, Change: len(b.Changes) - 1, ID: one.id, Inside: one.inside})
	}
	for _, dir := range dirs {
		b := blocks[dir]
		up, _ := split(dir)
		if above := blocks[up]; above != nil && b.Parent == (plan.Identity{}) && dir != "" {
			for i := range above.Entries {
				ch := &above.Changes[above.Entries[i].Change]
				if plan.Join(up, above.Entries[i].Name) == dir && ch.Action == plan.Add {
					b.Needs = plan.StepID(a.Name, dir, ch)
				}
			}
		}
		h.must(d.Add(b))
	}
	h.must(w.Account(a, d))
}

func (h *host) approved(file *os.File) Options {
	h.t.Helper()
	p, err := plan.Open(file)
	h.must(err)
	now := time.Unix(1e9, 0).UTC()
	a, err := plan.Approve(p, plan.Selection{All: true}, nil, "tester", now, now.Add(time.Hour), "")
	h.must(err)
	number := func(name string) (uint32, error) {
		if name == "web" {
			return 33, nil
		}
		return h.uidOf(name), nil
	}
	return Options{
		Plan: p, File: file, Approval: a, StateDir: filepath.Join(h.base, "state"), LockDir: filepath.Join(h.base, "lock"),
		By: "tester", Host: p.Header.Host, User: number, Group: number, Workers: 2,
		Now: func() time.Time { return now.Add(time.Minute) },
	}
}

// apply runs and compares the results, as "done 2, stale 1".
func (h *host) apply(o Options, want string) *Report {
	h.t.Helper()
	report, err := Run(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	if got := h.counts(report.Counts); got != want {
		h.t.Fatalf("results: %s, want %s; %+v", got, want, report.NotDone)
	}
	return report
}

func (h *host) counts(c Counts) string {
	var parts []string
	for r, n := range c {
		if n != 0 {
			parts = append(parts, fmt.Sprintf("%v %d", Result(r), n))
		}
	}
	return strings.Join(parts, ", ")
}

func (h *host) shell(command string) string {
	h.t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = h.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(bytes.TrimSpace(out))
}

// meta is what stat(1) says of a path below the root: owner, mode, type.
func (h *host) meta(path string) string {
	h.t.Helper()
	return h.shell("stat -c '%u:%g %a %F' '" + path + "'")
}

func (h *host) wantMeta(path, want string) {
	h.t.Helper()
	want = strings.ReplaceAll(want, "ALICE", fmt.Sprintf("%d:%d", h.uid, h.gid()))
	if got := h.meta(path); got != want {
		h.t.Errorf("%s: %s, want %s", path, got, want)
	}
}

func (h *host) gid() uint32 {
	if os.Geteuid() == 0 {
		return h.uid
	}
	return uint32(os.Getegid())
}

// tree is find(1)'s word on everything below the root but workshops.
func (h *host) tree() string {
	h.t.Helper()
	return h.shell(`find . -name .rightful -prune -o -printf '%p %y %U:%G %m %l\n' | sort`)
}
