package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rightful/plan"
)

// What the tests build plans from.

func of(n int) *int { return &n }

func header() plan.Header {
	return plan.Header{
		Created:   time.Date(2026, 11, 22, 14, 0, 0, 5, time.UTC),
		Tool:      "v1.2.3",
		Host:      plan.Host{Name: "web1", MachineID: "0123"},
		Root:      "/",
		Policy:    plan.Policy{Name: "hosting.yaml", Files: []plan.PolicyFile{{Name: "hosting.yaml", SHA256: "ab"}}},
		Paths:     []string{"public_html/**"},
		Inventory: 100,
		Skipped:   []string{"sus\xffpended"},
		Limits:    plan.DefaultLimits(),
		Users:     map[string]uint32{"root": 0, "nobody": 65534},
		Groups:    map[string]uint32{"nobody": 65534},
	}
}

func account(name string, uid uint32) plan.Account {
	return plan.Account{
		Name: name, UID: uid, GID: uid, Home: "/home/" + name, Profile: "hosting",
		Filesystem: "uuid:1", Users: map[uint32]string{uid: name, 0: "root"}, Groups: map[uint32]string{uid: name},
		Entries: 50, Managed: 40,
	}
}

// chmod is a change of a file's mode.
func chmod(uid uint32, from, to plan.Mode) plan.Change {
	before := plan.State{Type: plan.File, UID: uid, GID: uid, Mode: from, Nlink: 1}
	after := before
	after.Mode = to
	return change(before, after)
}

func change(before, after plan.State) plan.Change {
	return plan.Change{
		Action: plan.Update, Classes: plan.Classify(before, after, false),
		Rules:  plan.Rules{plan.AttrMode: "hosting.yaml:31"},
		Before: before, After: after,
	}
}

func removal(t plan.Type, uid uint32) plan.Change {
	before := plan.State{Type: t, UID: uid, GID: uid, Mode: 0o755}
	if t == plan.File {
		before.Nlink = 1
	}
	return plan.Change{
		Action: plan.Remove, Classes: plan.ClassRemove,
		Rules: plan.Rules{plan.AttrEntry: "hosting.yaml:9"}, Before: before,
	}
}

func addition(after plan.State, content string) plan.Change {
	ch := plan.Change{
		Action: plan.Add, Classes: plan.ClassAdd,
		Rules: plan.Rules{plan.AttrEntry: "hosting.yaml:24"}, After: after,
	}
	if after.Type == plan.File {
		sum := sha256.Sum256([]byte(content))
		ch.Content = &plan.Content{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Data: []byte(content)}
	}
	return ch
}

func directory(uid uint32) plan.State {
	return plan.State{Type: plan.Directory, UID: uid, GID: uid, Mode: 0o750}
}

// block has one change for all of its names.
func block(account, dir string, ch plan.Change, names ...string) *plan.Block {
	b := &plan.Block{Account: account, Dir: dir, Changes: []plan.Change{ch}}
	for i, name := range names {
		e := plan.Entry{Name: name}
		if ch.Action != plan.Add {
			e.ID = plan.Identity{Ino: uint64(1000 + i), Gen: uint32(i) * 0x9E3779B1}
		}
		b.Entries = append(b.Entries, e)
	}
	if ch.Action == plan.Add {
		b.Parent = plan.Identity{Ino: 7, Gen: 8}
	}
	return b
}

// part is one account of a plan under construction.
type part struct {
	account  plan.Account
	blocks   []*plan.Block
	problems []plan.Problem
}

func write(t testing.TB, h plan.Header, parts ...part) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := plan.NewWriter(&out, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		d := plan.NewDraft(t.TempDir())
		for _, b := range p.blocks {
			if err := d.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		for _, problem := range p.problems {
			if err := d.Problem(problem); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Account(p.account, d); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t testing.TB, file []byte) *plan.Plan {
	t.Helper()
	p, err := plan.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// steps lists a plan as account:path.
func steps(t testing.TB, p *plan.Plan, has func(plan.Step) bool) []string {
	t.Helper()
	var list []string
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if has == nil || has(s) {
			list = append(list, s.Account.Name+":"+s.Path())
		}
	}
	return list
}

// hostile are names that somebody may give to a file.
var hostile = []string{
	"new\nline", "\x1b[31mred", "\xff", "\xc3", "\xed\xa0\x80", "back\\slash", `\xff`, `\\xff`, "\ufffd", "\u2028", "\u202e",
	`quo"te`, "<&>", "\x01\x7f", "tab\t", "é", "\xc3\xa9\xa9", " ", "-rf", "*", "a\\", "\\u0041", "\U0001F600", ".hidden", "...",
}

func hostileNames() []string {
	names := slices.Clone(hostile)
	slices.Sort(names)
	return names
}

// small is a plan with one of everything.
func small(t testing.TB) []byte {
	alice := account("alice", 1001)
	alice.Access = []plan.Access{{Identity: "web", Expect: "can read", Match: "public_html/**", Source: "hosting.yaml:41", Matched: 9, DeniedNow: 3}}
	alice.Checks = []plan.Check{
		{
			Name: "apache", Match: "public_html/**", Source: "hosting.yaml:43", Matched: 9, RefusedNow: 4, RefusedAfter: 2, DoubtAfter: 1, MoreFindings: 7,
			Findings: []plan.Finding{
				{Weight: "refused", Code: "AH00529", Status: 403, Reason: "no", Path: "/home/alice/x\ny/.htaccess", Now: 3, After: 2},
				{Weight: "cannot tell", Reason: "who knows", Examples: []string{"/home/alice/\xff", "/home/alice/b"}, Now: 1, After: 1},
			},
		},
		{Name: "sshd", Source: "hosting.yaml:43", Matched: 1},
	}
	home := block("alice", "", change(plan.State{Type: plan.Directory, UID: 1001, GID: 1001, Mode: 0o700}, plan.State{Type: plan.Directory, UID: 1001, GID: 1001, Mode: 0o711}), ".")
	dir := addition(directory(1001), "")
	added := block("alice", ".", dir, "etc")
	inside := block("alice", "etc", addition(plan.State{Type: plan.File, UID: 1001, GID: 1001, Mode: 0o644}, "hello\n"), "motd")
	inside.Parent = plan.Identity{}
	inside.Needs = plan.StepID(alice.Name, "etc", &dir)
	gone := block("bob", ".", removal(plan.Directory, 1002), "old")
	gone.Entries[0].Inside = 12
	link := plan.State{Type: plan.Symlink, UID: 1002, GID: 1002, Target: "a\xff\\b"}
	better := link
	better.Target = "public_html"
	retarget := change(link, better)
	retarget.OneWay = true
	return write(t, header(),
		part{alice, []*plan.Block{inside, block("alice", "public_html", chmod(1001, 0o600, 0o644), hostileNames()...), added, home}, []plan.Problem{
			{Account: "alice", Path: "x\ny", Kind: plan.HardLink, Message: "2 names"},
			{Account: "alice", Path: "a/b", Kind: plan.ForeignOwner, Message: "root's"},
		}},
		part{account("bob", 1002), []*plan.Block{gone}, nil},
		part{account("carol", 1002), []*plan.Block{block("carol", ".", retarget, "www")}, nil},
		part{account: plan.Account{Name: "dan", UID: 1003, GID: 1003, Home: "/home/dan", Held: []plan.Held{{Reason: "unreadable", Message: "EIO"}}}},
	)
}

// tree is a random account: directories at several depths, names in which the
// bytes around '/' are likely.
func tree(r *rand.Rand, name string, uid uint32) part {
	const letters = "-./!a\x01z\xff"
	p := part{account: account(name, uid)}
	dirs := map[string]bool{".": true}
	for range r.IntN(20) {
		var path string
		for range 1 + r.IntN(3) {
			component := ""
			for range 1 + r.IntN(3) {
				if c := letters[r.IntN(len(letters))]; c != '/' {
					component += string([]byte{c})
				}
			}
			if component == "" || component == "." || component == ".." {
				component = "d"
			}
			path = plan.Join(path, component)
			dirs[path] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		names := map[string]bool{}
		for range r.IntN(6) {
			names[fmt.Sprintf("%cx%d", "-.!\x01\xff"[r.IntN(5)], r.IntN(50))] = true
		}
		if len(names) == 0 {
			continue
		}
		b := &plan.Block{Account: name, Dir: dir, Changes: []plan.Change{chmod(uid, 0o600, 0o640), chmod(uid, 0o600, 0o644), chmod(uid, 0o666, 0o644)}}
		for _, n := range slices.Sorted(maps.Keys(names)) {
			b.Entries = append(b.Entries, plan.Entry{Name: n, Change: r.IntN(3), ID: plan.Identity{Ino: r.Uint64(), Gen: r.Uint32()}})
		}
		p.blocks = append(p.blocks, b)
	}
	r.Shuffle(len(p.blocks), func(i, j int) { p.blocks[i], p.blocks[j] = p.blocks[j], p.blocks[i] })
	return p
}
