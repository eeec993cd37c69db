package snapshot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/fsys"
	"rightful/internal/snapshot"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// machine is a host below a temporary folder, with random homes. For an ordinary
// user all of it is his.
type machine struct {
	t    testing.TB
	root string
	dir  *fsys.Dir
	rng  *rand.Rand
}

func newMachine(t testing.TB, seed uint64) *machine {
	t.Helper()
	m := &machine{t: t, root: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 7))}
	must(t, os.Chmod(m.root, 0o755))
	var err error
	m.dir, err = fsys.OpenRoot(m.root)
	must(t, err)
	t.Cleanup(func() {
		m.dir.Close()
		_ = filepath.WalkDir(m.root, func(p string, d os.DirEntry, _ error) error {
			if d != nil && d.IsDir() {
				_ = os.Chmod(p, 0o700) // or nobody could remove it
			}
			return nil
		})
	})
	return m
}

func (m *machine) abs(p string) string { return filepath.Join(m.root, p) }

func (m *machine) one(of ...string) string { return of[m.rng.IntN(len(of))] }

func (m *machine) in(n int) bool { return m.rng.IntN(n) == 0 }

func (m *machine) write(p, text string) {
	m.t.Helper()
	must(m.t, os.MkdirAll(filepath.Dir(m.abs(p)), 0o755))
	must(m.t, os.WriteFile(m.abs(p), []byte(text), 0o644))
}

// uid is the number of account i: for an ordinary user, himself.
func uid(i int) int {
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	return 61000 + i
}

const accounts = 4 // k3 lives in k2's home; k4's is missing

// grow makes the homes, with everything that a planner treats in its own way.
func (m *machine) grow() {
	passwd, group := "root:x:0:0::/root:\nwww:x:61033:61033::/:\n", "root:x:0:\nwww:x:61033:\nmates:x:61500:k0,k1,www\ncrew:x:61501:k1,k2\n"
	for i := range accounts + 1 {
		home := fmt.Sprintf("/home/k%d", i)
		switch {
		case i == 3:
			home = "/home/k2/a/inner"
		case i == 1 && m.in(2):
			must(m.t, os.MkdirAll(m.abs("/disk"), 0o755))
			must(m.t, os.MkdirAll(m.abs("/home"), 0o755))
			must(m.t, os.Symlink("../disk/k1", m.abs("/home/k1")))
		}
		passwd += fmt.Sprintf("k%d:x:%d:%[2]d::%s:\n", i, uid(i), home)
		group += fmt.Sprintf("k%d:x:%d:\n", i, uid(i))
	}
	m.write("/etc/passwd", passwd)
	m.write("/etc/group", group)
	m.write("/etc/rightful/limits.yaml", "limits: {account: {remove: {count: 7}}}\n")
	m.write("/usr/share/app/index.php", "x")
	m.write("/usr/share/motd", "hello\n")
	if m.in(3) {
		m.write("/var/suspended/k1", "")
	}
	if m.in(3) {
		m.write("/var/spool/cron/k0", "x")
	}
	for i := range accounts {
		m.tree(i)
	}
}

func (m *machine) tree(i int) {
	home := fmt.Sprintf("/home/k%d", i)
	if i == 3 {
		home = "/home/k2/a/inner"
		defer m.unlock("/home/k2")()
		defer m.unlock("/home/k2/a")()
		if above, err := os.Lstat(m.abs("/home/k2/a")); m.in(4) || err == nil && !above.IsDir() {
			return
		}
	}
	if real, err := os.Readlink(m.abs(home)); err == nil {
		home = filepath.Join("/home", real)
	}
	must(m.t, os.MkdirAll(m.abs(home), 0o755))
	must(m.t, os.Chmod(m.abs(home), 0o755)) // whatever default ACL is above
	dirs, all := []string{home}, []string{home}
	for range 40 {
		name := m.one("a", "b", "c", "gone", "f", "g.php", "h.html", "index.php", "l", ".htaccess", "n\nl\x1b[31m", "\xff\xfe", `back\slash`, "b l", "é*")
		p := filepath.Join(dirs[m.rng.IntN(len(dirs))], name)
		if _, err := os.Lstat(m.abs(p)); err == nil {
			continue
		}
		all = append(all, p)
		m.make(p, name, &dirs, all)
	}
	for n := len(all) - 1; n >= 0; n-- { // from below: a closed folder would be in the way
		m.dress(all[n], i)
	}
}

// unlock lets its owner into a directory, if it is one, until he is done.
func (m *machine) unlock(p string) (lock func()) {
	var st syscall.Stat_t
	if syscall.Lstat(m.abs(p), &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		return func() {}
	}
	must(m.t, syscall.Chmod(m.abs(p), 0o755))
	return func() { must(m.t, syscall.Chmod(m.abs(p), st.Mode&0o7777)) }
}

func (m *machine) make(p, name string, dirs *[]string, all []string) {
	if m.in(8) {
		name = m.one("a", "f", "l", "fifo", "hard")
	}
	switch name {
	case "l":
		target := m.one("a", "f", "../f", "../../k0/f", "/home/k0/a", "/usr/share/app", "/usr/share/motd", "/nowhere/x", "/home/k2", "../../../usr/share/app/", "l")
		must(m.t, os.Symlink(target, m.abs(p)))
	case "fifo":
		must(m.t, syscall.Mkfifo(m.abs(p), 0o600))
	case "hard":
		for _, other := range all {
			if info, err := os.Lstat(m.abs(other)); err == nil && info.Mode().IsRegular() {
				must(m.t, os.Link(m.abs(other), m.abs(p)))
				return
			}
		}
		fallthrough
	case "f", "g.php", "h.html", "index.php", ".htaccess":
		must(m.t, os.WriteFile(m.abs(p), nil, 0o600))
	default:
		must(m.t, os.Mkdir(m.abs(p), 0o755))
		must(m.t, os.Chmod(m.abs(p), 0o755))
		*dirs = append(*dirs, p)
	}
}

// dress gives an owner, a mode, and perhaps an ACL, capabilities or a flag.
func (m *machine) dress(p string, i int) {
	isRoot := os.Geteuid() == 0
	if isRoot {
		owner := []int{uid(i), uid(i), uid(i), uid(i), 0, 61033, uid(0)}[m.rng.IntN(7)]
		must(m.t, os.Lchown(m.abs(p), owner, []int{uid(i), 61500, 0, 61777}[m.rng.IntN(4)]))
	}
	info, err := os.Lstat(m.abs(p))
	must(m.t, err)
	if info.Mode()&os.ModeSymlink != 0 {
		return
	}
	mode := uint32(m.rng.IntN(0o1000))
	if !m.in(6) {
		mode |= 0o500
	}
	if m.in(8) {
		mode |= uint32([]int{0o1000, 0o2000, 0o4000}[m.rng.IntN(3)])
	}
	must(m.t, syscall.Chmod(m.abs(p), mode))
	if m.in(5) {
		m.tool("setfacl", "-m", m.one("u:61033:rwx", "g:61501:r-x", "m::---", "u:61777:r--"), m.abs(p))
	}
	if info.IsDir() && m.in(8) {
		m.tool("setfacl", "-d", "-m", "u:61033:r-x", m.abs(p))
	}
	if isRoot && info.Mode().IsRegular() && m.in(6) {
		m.tool("setcap", "cap_net_raw+ep", m.abs(p))
	}
}

// tool runs one that some filesystems refuse.
func (m *machine) tool(name string, args ...string) {
	if _, err := exec.LookPath(name); err != nil {
		m.t.Skipf("needs %s: apt-get install acl libcap2-bin", name)
	}
	_ = exec.Command(name, args...).Run()
}

// policy is a random one.
func (m *machine) policy() string {
	mode := func() string { return fmt.Sprintf("%q", fmt.Sprintf("%04o", m.rng.IntN(0o1000))) }
	glob := func() string { return m.one("**/*", "a/**", "b/**", "**/*.php", "**/{b,c}", "*", "**/h.html") }
	text := `rightful: 1
vars: {motd: /usr/share/motd}
identities: {web: {user: www}, numbered: {uid: 61777, gid: 61777, groups: [crew]}}
accounts:
  - passwd: {uid: 1-4294967294, home: /home/*}
    profile: p
  - list: [{name: k3, home: /home/k2/a/inner}]
    profile: p
exclude: [www]
skip_when: [{exists: "/var/suspended/${account}"}, {exists: "/disk/${account}/gone"}]
limits:
  run: {accounts: unlimited, held: unlimited}
  account: {access_broken: unlimited}
profiles:
  p:
    owner: ${account}
`
	text += "    take_from: [" + m.one("root", "root, www") + "]\n    layout:\n"
	text += "      .: {type: directory, mode: " + mode() + "}\n"
	text += "      a: {type: " + m.one("directory", "[directory, symlink]") + ", mode: " + mode() + ", group: " + m.one("mates", `"${group}"`) + "}\n"
	text += "      gone: {type: absent}\n      new: {type: directory, mode: " + mode() + "}\n      new/motd: {type: file, mode: \"0644\", from: /usr/share/motd}\n"
	text += "      new/x: {type: file, mode: \"0644\", content: x}\n      l: {type: symlink, target: a}\n    rules:\n"
	for range 3 {
		text += "      - {match: " + fmt.Sprintf("%q", glob()) + ", file_mode: " + m.one(mode(), `"u+r,go-w"`) + ", directory_mode: " + m.one(mode(), `"u+rwx,go=x"`)
		text += m.one("", ", owner: any", ", group: mates", ", enforce: report", `, acl: ["user:web:r-x"]`, ", acl: none") + "}\n"
	}
	text += m.one("", "    keep: [{mode: \"0000\"}]\n", "    keep: [{mode: \"0700\"}]\n")
	text += "    access:\n"
	for range 3 {
		text += "      - {identity: " + m.one("web", "numbered", "account", "others") + ", " + m.one("can", "cannot") + ": [" + m.one("read", "write", "read, list") + "], match: \"" + glob() + "\"}\n"
	}
	if os.Geteuid() == 0 { // to others it may be closed, which ends a run
		text = strings.ReplaceAll(text, "/disk/${account}", "/home/${account}")
	} else { // what cannot be counted stays, which a live plan learns in the order of its walk
		text = strings.ReplaceAll(text, "      gone: {type: absent}\n", "")
	}
	return text + "    checks: [sshd, cron, {apache: {identity: web, match: \"**\"}}]\n"
}

func (m *machine) parse(text string) *spec.Policy {
	m.t.Helper()
	p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(text)}}, nil)
	if err != nil {
		m.t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// live is what planning on the machine itself takes.
func (m *machine) live(p *spec.Policy) reconcile.Options {
	db := userdb.Files(func(p string) ([]byte, error) { return os.ReadFile(m.abs(p)) })
	return m.options(p, reconcile.Options{
		Tree: reconcile.Live(m.dir), Files: reconcile.LiveFiles(fsys.NewFiles(m.dir, nil)), Users: db, Passwd: db,
	})
}

func (m *machine) options(p *spec.Policy, o reconcile.Options) reconcile.Options {
	o.Policy, o.Day, o.Budget, o.Workers = p, spec.Day{Year: 2026, Month: time.November, Day: 23}, reconcile.DefaultBudget(), 3
	limits, err := plan.Merge(plan.DefaultLimits(), nil, nil)
	must(m.t, err)
	o.Header = plan.Header{Created: time.Unix(0, 0).UTC(), Root: m.root, Policy: plan.Policy{Name: "p.yaml"}, Limits: limits}
	return o
}

// take is a snapshot of the machine.
func (m *machine) take(p *spec.Policy, c snapshot.Compression, salt string) []byte {
	m.t.Helper()
	o := m.live(p)
	survey, err := reconcile.Take(o)
	must(m.t, err)
	var out bytes.Buffer
	_, err = snapshot.Write(context.Background(), &out, snapshot.Options{
		Header: snapshot.Header{Taken: time.Unix(1e9, 0), Tool: "test", Host: plan.Host{Name: "web7"}, Root: m.root, Caller: uint32(os.Geteuid())},
		Policy: p, Tree: o.Tree, Files: o.Files, Users: o.Users, Passwd: o.Passwd, Survey: survey, Compression: c, Salt: []byte(salt),
	})
	must(m.t, err)
	return out.Bytes()
}

func (m *machine) offline(s *snapshot.Snapshot, p *spec.Policy) reconcile.Options {
	o := m.options(p, reconcile.Options{Tree: s.Tree(), Files: s.Files(), Users: s.Users, Passwd: s.Passwd, Caller: &s.Header.Caller})
	o.Header.Snapshot = &plan.Snapshot{Taken: s.Header.Taken, Digest: s.Digest}
	return o
}

// document is a plan as JSON, without what says where it was made.
func document(t testing.TB, o reconcile.Options) map[string]any {
	t.Helper()
	var out, text bytes.Buffer
	_, err := reconcile.Run(context.Background(), &out, o)
	must(t, err)
	p, err := plan.Open(bytes.NewReader(out.Bytes()))
	must(t, err)
	must(t, plan.WriteJSON(&text, p))
	var d map[string]any
	must(t, json.Unmarshal(text.Bytes(), &d))
	for _, key := range []string{"digest", "snapshot", "applyable", "blocked_by"} {
		delete(d, key)
	}
	for _, step := range d["steps"].([]any) {
		step := step.(map[string]any)
		if content, ok := step["content"].(map[string]any); ok && content["size"] == float64(len("hello\n")) {
			delete(content, "from") // what is small travels in a live plan, which makes another group
			delete(step, "group")
		}
	}
	return d
}

var every = flag.Bool("every", false, "all random hosts, not two of five")

// seeds is how many random hosts there are of the n that a long run has.
func seeds(n uint64) uint64 {
	switch {
	case *every:
		return n
	case testing.Short():
		return 1 + n/20
	}
	return n * 2 / 5
}

// The live plan is the oracle: the plan of a snapshot says the same, in all
// compressions, and again with a policy that nobody had then.
func TestPlansLikeTheLiveTree(t *testing.T) {
	steps, problems := 0, 0
	for seed := range seeds(40) {
		m := newMachine(t, seed)
		m.grow()
		first := m.policy()
		s := open(t, m.take(m.parse(first), snapshot.Compression(seed%3), ""))
		for _, text := range []string{first, m.policy()} {
			p := m.parse(text)
			want, got := document(t, m.live(p)), document(t, m.offline(s, p))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d (-live +snapshot):\n%s\n%s", seed, diff, text)
			}
			steps, problems = steps+len(want["steps"].([]any)), problems+len(want["problems"].([]any))
		}
	}
	t.Logf("%d steps and %d problems are the same", steps, problems)
	if steps == 0 || problems == 0 {
		t.Error("nothing was compared")
	}
}

// Without its names a plan counts the same.
func TestAnonymousPlansCountTheSame(t *testing.T) {
	for seed := range seeds(15) {
		m := newMachine(t, seed)
		m.grow()
		p := m.parse(m.policy())
		unlocked := m.unlock("/home/k0")
		m.write("/home/k0/secret-customer.php", "")
		unlocked()
		data := m.take(p, snapshot.Plain, "salt")
		if bytes.Contains(data, []byte("secret-customer")) {
			t.Fatal("a name is in the snapshot")
		}
		want, got := document(t, m.live(p)), document(t, m.offline(open(t, data), p))
		for _, key := range []string{"summary", "limits"} {
			if diff := cmp.Diff(want[key], got[key]); diff != "" {
				t.Errorf("seed %d: %s (-live +snapshot):\n%s", seed, key, diff)
			}
		}
		if a, b := len(want["steps"].([]any)), len(got["steps"].([]any)); a != b {
			t.Errorf("seed %d: %d steps, anonymous %d", seed, a, b)
		}
	}
}
