package reconcile

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rightful/plan"
	"rightful/spec"
)

const site = `
profiles:
  site:
    owner: ${account}
    group: ${group}
    layout:
      .: {type: directory, mode: "0711"}
      public_html: {type: directory, mode: "0750"}
      www: {type: symlink, target: public_html}
      .ssh: {type: directory, mode: "0700", create: false}
    rules:
      - match: public_html/**/*
        directory_mode: u+rwx,go+rx,go-w
        file_mode: u+r,go+r,go-w
      - match: public_html/**/wp-config.php
        file_mode: ["0600", "0640"]
      - match: [mail/**, public_html/vendor]
        manage: false
      - match: public_html/up/**
        enforce: report
    keep: [{mode: "0000"}]
`

func TestModes(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o700)
	h.file("home/alice/public_html/index.php", "", 0o600)
	h.file("home/alice/public_html/right.php", "", 0o755)
	h.file("home/alice/public_html/wp-config.php", "", 0o640)
	h.file("home/alice/public_html/sub/wp-config.php", "", 0o644)
	h.dir("home/alice/public_html/sub", 0o2777)
	h.file("home/alice/mail/x", "", 0o666)
	h.dir("home/alice/public_html/vendor/deep", 0o777)
	h.file("home/alice/public_html/up/x", "", 0o666)
	h.dir("home/alice/public_html/off", 0o755)
	h.file("home/alice/public_html/off/x", "", 0o666)
	h.chmod("home/alice/public_html/off", 0)
	t.Cleanup(func() { h.chmod("home/alice/public_html/off", 0o755) })
	h.file("home/alice/other", "", 0o666)
	h.expect(site, `
~ public_html 0700->0750 loosen
+ www symlink -> public_html add
~ public_html/index.php 0600->0644 loosen
~ public_html/sub 2777->2755 tighten
~ public_html/sub/wp-config.php 0644->0600 tighten
! public_html/up/x reported
`)
}

func TestNothingToDo(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	p := h.expect(site, "")
	s := p.Trailer.Summary
	if s.Entries != 3 || s.Managed != 3 || s.Accounts != 1 || s.Incomplete != 0 {
		t.Errorf("summary = %+v; want 3 entries, 3 managed, 1 account, 0 incomplete", s)
	}
}

func TestTypesAndLinks(t *testing.T) {
	h := newHost(t)
	outside := h.path("outside")
	h.file("outside/secret", "", 0o600)
	h.link("home/alice/public_html", outside) // a link where a directory should be
	h.link("home/alice/www", "elsewhere")
	h.link("home/alice/.ssh", outside)
	h.expect(site, `
~ www -> public_html 
! .ssh wrong_type
! public_html wrong_type
`)
}

func TestOtherTypesHardLinksSetID(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	h.must(exec.Command("mkfifo", h.path("home/alice/public_html/fifo")).Run())
	h.file("home/alice/public_html/one", "", 0o600)
	h.must(os.Link(h.path("home/alice/public_html/one"), h.path("home/alice/public_html/two")))
	h.file("home/alice/public_html/fine", "", 0o644)
	h.must(os.Link(h.path("home/alice/public_html/fine"), h.path("home/alice/public_html/fine2")))
	h.file("home/alice/public_html/suid", "", 0o4755)
	h.file("home/alice/public_html/sgid", "", 0o2755)
	h.expect(site, `
! public_html/fifo other_type
! public_html/one hard_link
! public_html/sgid setid
! public_html/suid setid
! public_html/two hard_link
`)
}

func TestNamesAreBytes(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	names := []string{"a\nb", "\x1b[31m", "\xff\xfe", "\xef\xbf\xbd", "a b", `back\slash`, "*", "-rf", "é", "..."}
	for _, name := range names {
		h.file("home/alice/public_html/"+name, "", 0o600)
	}
	p, err := h.run(site)
	h.must(err)
	found := map[string]bool{}
	for s, err := range p.Steps() {
		h.must(err)
		found[strings.TrimPrefix(s.Path(), "public_html/")] = true
	}
	for _, name := range names {
		if !found[name] {
			t.Errorf("no step for %q", name)
		}
	}
	if len(found) != len(names) {
		t.Errorf("%d steps, want %d", len(found), len(names))
	}
}

// A missing home is added with its layout only next to somebody else's.
func TestMissingHome(t *testing.T) {
	h := newHost(t)
	h.must(os.Remove(h.path("home/alice")))
	h.expect(site, "held alice missing_home\n")
	create := strings.Replace(site, "    layout:", "    create_home: true\n    layout:", 1)
	h.expect(create, `
+ . directory 0711 add
+ public_html directory 0750 add
+ www symlink -> public_html add
`)
	h.file("etc/passwd", fmt.Sprintf("alice:x:%d:61001::/home/alice:\nbob:x:61002:61002::/home/bob:\n", max(os.Geteuid(), 1)), 0o644)
	h.dir("home/bob", 0o711)
	p, err := h.run(site)
	h.must(err)
	if got := p.Trailer.Summary; got.Tally.Adds < 3 || got.Held != 0 {
		t.Errorf("with a neighbour: %+v; want alice's home added", got)
	}
}

func TestUnmountedDiskIsNotDeletedHomes(t *testing.T) {
	h := newHost(t)
	h.must(os.RemoveAll(h.path("home")))
	h.expect(site, "held alice missing_home\n")
}

func TestMissingParent(t *testing.T) {
	h := newHost(t)
	h.expect(`
profiles:
  site:
    layout:
      a/b/c: {type: directory, mode: "0755"}
      d: {type: directory, mode: "0755"}
      d/e: {type: file, mode: "0644", content: "x"}
`, `
+ d directory 0755 add
+ d/e file 0644 add
! a/b/c missing_parent
`)
}

func TestLayoutFiles(t *testing.T) {
	h := newHost(t)
	h.file("etc/skel/motd", "welcome\n", 0o644)
	p := h.expect(`
profiles:
  site:
    owner: ${account}
    layout:
      motd: {type: file, mode: "0644", from: /etc/skel/motd}
`, "+ motd file 0644 add\n")
	for s, err := range p.Steps() {
		h.must(err)
		if got := string(s.Change.Content.Data); got != "welcome\n" {
			t.Errorf("content = %q", got)
		}
	}
}

func TestExceptions(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html/up", 0o755)
	h.file("home/alice/public_html/up/x", "", 0o600)
	policy := `
profiles:
  site:
    rules: [{match: "public_html/**/*", file_mode: "0644", directory_mode: "0755"}]
exceptions:
  - account: alice
    until: 2026-11-22
    reason: "ticket 1"
    rules: [{match: "public_html/up/**", directory_mode: "0775", file_mode: "0600"}]
`
	h.expect(policy, "~ public_html/up 0755->0775 loosen\n")
	h.o.Day = spec.Day{Year: 2026, Month: 11, Day: 23}
	h.expect(policy, "! public_html/up/x expired_exception\n")
}

func TestNarrowed(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o700)
	h.file("home/alice/public_html/a.php", "", 0o600)
	h.file("home/alice/public_html/sub/b.php", "", 0o600)
	h.o.Paths = []string{"public_html/sub/**"}
	p := h.expect(site, "~ public_html/sub/b.php 0600->0644 loosen\n")
	if p.Trailer.Summary.Entries > 4 {
		t.Errorf("%d entries were looked at; the rest of the home was to be left out", p.Trailer.Summary.Entries)
	}
	h.o.Paths, h.o.Accounts = nil, []string{"ali*"}
	if p, err := h.run(site); err != nil || p.Header.Inventory != 1 {
		t.Errorf("-account ali*: %v, %v", p, err)
	}
	h.o.Accounts = []string{"nobody-*"}
	if _, err := h.run(site); err == nil || !strings.Contains(err.Error(), "nobody-*") {
		t.Errorf("-account nobody-*: %v; want an error that names it", err)
	}
}

func TestBudgets(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	for i := range 60 {
		h.file(fmt.Sprintf("home/alice/public_html/%03d", i), "", 0o4755)
	}
	h.dir("home/alice/"+strings.Repeat("d/", 40), 0o755)
	for _, c := range []struct {
		budget Budget
		want   string
	}{
		{Budget{Entries: 50, Depth: 100, Problems: 100, Time: DefaultBudget().Time}, "budget.entries"},
		{Budget{Entries: 500, Depth: 30, Problems: 100, Time: DefaultBudget().Time}, "budget.depth"},
		{Budget{Entries: 500, Depth: 100, Problems: 50, Time: DefaultBudget().Time}, "budget.problems"},
		{Budget{Entries: 500, Depth: 100, Problems: 100, Time: 1}, "budget.time"},
	} {
		h.o.Budget = c.budget
		p, err := h.run(site)
		h.must(err)
		if got := lines(t, p); !strings.Contains(got, "held alice "+c.want+"\n") || strings.Contains(got, "~") {
			t.Errorf("%s: %s", c.want, got)
		}
	}
}

func TestManyProblemsAreFolded(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	for i := range 1100 {
		h.file(fmt.Sprintf("home/alice/public_html/%04d", i), "", 0o4755)
	}
	p, err := h.run(site)
	h.must(err)
	if got := lines(t, p); strings.Count(got, "setid\n") != 1000 || !strings.Contains(got, "! setid x100\n") {
		t.Errorf("%d named problems; want 1000, and one for the other 100", strings.Count(got, "setid\n"))
	}
	if n := p.Trailer.Summary.Problems[plan.SetID]; n != 1100 {
		t.Errorf("%d problems counted, want 1100", n)
	}
}

// The bytes of a plan must not depend on which worker was first.
func TestSameFromRunToRun(t *testing.T) {
	h := newHost(t)
	for i := range 300 {
		h.file(fmt.Sprintf("home/alice/public_html/d%d/e%d/f%d", i%7, i%31, i), "", os.FileMode(0o600+i%8))
	}
	var digests []string
	for _, workers := range []int{2, 3, 8, 16} {
		h.o.Workers = workers
		p, err := h.run(site)
		h.must(err)
		digests = append(digests, p.File)
	}
	for _, d := range digests {
		if d != digests[0] {
			t.Fatalf("plans differ: %v", digests)
		}
	}
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything: run go test as an ordinary user")
	}
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	h.file("home/alice/public_html/closed/x", "", 0o600)
	h.chmod("home/alice/public_html/closed", 0o100)
	t.Cleanup(func() { h.chmod("home/alice/public_html/closed", 0o700) })
	p := h.expect(site, `
~ public_html/closed 0100->0755 loosen
! public_html/closed unreadable
`)
	if p.Trailer.Summary.Incomplete != 1 {
		t.Error("the plan does not say that it is incomplete")
	}
}

func TestTaking(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	for name, uid := range map[string]int{"root.php": 0, "bob.php": 61002, "nobody.php": 65534, "mine.php": 61001} {
		h.file("home/alice/public_html/"+name, "", 0o644)
		h.must(os.Chown(h.path("home/alice/public_html/"+name), uid, 61001))
	}
	h.must(os.Lchown(h.path("home/alice/www"), 0, 0))
	h.must(os.Lchown(h.path("home/alice"), 0, 0))
	h.expect(site, `
! . foreign_owner
! public_html/bob.php foreign_owner
! public_html/nobody.php foreign_owner
! public_html/root.php foreign_owner
! www foreign_owner
`)
	taking := strings.Replace(site, "    layout:", "    take_from: [root]\n    layout:", 1)
	h.expect(taking, `
~ . uid 0->61001 gid 0->61001 tighten,loosen,chown,take
~ www uid 0->61001 gid 0->61001 chown,take
~ public_html/root.php uid 0->61001 chown,take one-way
! public_html/bob.php foreign_owner
! public_html/nobody.php foreign_owner
`)
	// Another account's files are never taken, whatever take_from says.
	h.file("etc/passwd", "root:x:0:0::/root:\nalice:x:61001:61001::/home/alice:\nbob:x:61002:61002::/home/bob:\n", 0o644)
	h.dir("home/bob", 0o711)
	h.must(os.Chown(h.path("home/bob"), 61002, 61002))
	all := strings.Replace(taking, "[root]", "[root, bob]", 1)
	h.o.Accounts = []string{"alice"}
	p, err := h.run(all)
	h.must(err)
	if got := lines(t, p); !strings.Contains(got, "! public_html/bob.php foreign_owner\n") {
		t.Errorf("bob's file: %s", got)
	}
}

func TestNeverGivenAway(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.file("home/alice/conf", "", 0o644)
	h.dir("home/alice/jail", 0o755)
	h.expect(`
profiles:
  site:
    rules: [{match: [conf, jail], owner: root}]
`, `
~ jail uid 61001->0 chown
! conf given_away
`)
}

func TestACLAndFlags(t *testing.T) {
	needRoot(t)
	for _, tool := range []string{"setfacl", "chattr"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs setfacl and chattr: install acl and e2fsprogs")
		}
	}
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	for _, name := range []string{"acl", "immutable", "append"} {
		h.file("home/alice/public_html/"+name, "", 0o600)
	}
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v: %s", name, err, out)
		}
	}
	run("setfacl", "-m", "u:61002:r", h.path("home/alice/public_html/acl"))
	run("setfacl", "-m", "m:-", h.path("home/alice/public_html/acl"))
	for flag, name := range map[string]string{"i": "immutable", "a": "append"} {
		path := h.path("home/alice/public_html/" + name)
		run("chattr", "+"+flag, path)
		t.Cleanup(func() { exec.Command("chattr", "-"+flag, path).Run() })
	}
	h.expect(site, `
~ public_html/acl 0600->0644 acl user:61002:r--,mask::---->user:61002:---,group::--- loosen
! public_html/append protected
! public_html/immutable protected
`)
}

func TestMounts(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.dir("home/alice/public_html/disk", 0o755)
	h.dir("home/alice/public_html/bind", 0o755)
	h.link("home/alice/www", "public_html")
	h.file("outside/secret", "", 0o600)
	mount := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
			t.Skipf("cannot mount here: %v: %s", err, out)
		}
		t.Cleanup(func() { exec.Command("umount", args[len(args)-1]).Run() })
	}
	mount("-t", "tmpfs", "none", h.path("home/alice/public_html/disk"))
	mount("--bind", h.path("outside"), h.path("home/alice/public_html/bind"))
	h.file("home/alice/public_html/disk/x", "", 0o600)
	h.chmod("home/alice/public_html", 0o750)
	h.expect(site, `
! public_html/bind mount
! public_html/disk mount
`)
}

func TestUnsafeBase(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.must(os.Chown(h.path("home"), 61002, 61002))
	h.expect(site, "held alice unsafe_base\n")
	h.must(os.Chown(h.path("home"), 0, 0))
	h.chmod("home", 0o777)
	h.expect(site, "held alice unsafe_base\n")
	h.chmod("home", 0o1777)
	h.expect(site, "held alice unsafe_base\n")
	h.chmod("home", 0o755)
	h.must(os.Rename(h.path("home"), h.path("disk")))
	h.link("home", "disk") // root's own link in a root-only folder
	if p, err := h.run(site); err != nil || p.Trailer.Summary.Held != 0 {
		t.Errorf("through root's link: %v, %v", p, err)
	}
	h.must(os.Lchown(h.path("home"), 61002, 61002))
	h.expect(site, "held alice unreadable\n")
}

func TestRefusedAccounts(t *testing.T) {
	h := newHost(t)
	h.file("etc/passwd", strings.Join([]string{
		"root:x:0:0::/root:", "top:x:70001:1::/home:", "slash:x:70002:1::/:", "twin1:x:70003:1::/home/twin:", "twin2:x:70004:1::/home/twin:",
		"outer:x:70005:1::/home/outer:", "inner:x:70006:1::/home/outer/inner:", "dots:x:70007:1::/home/../etc:",
	}, "\n")+"\n", 0o644)
	h.dir("home", 0o755)
	policy := strings.Replace(policyHead, "/home/*}", "'/**'}", 1)
	policy += "    vars: {}\n  - list: [{name: root, home: /home/root}]\n    profile: site\n"
	p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(policy + site)}}, nil)
	h.must(err)
	var got bytes.Buffer
	plan, err := h.runPolicy(p)
	h.must(err)
	for r, err := range plan.Records() {
		h.must(err)
		if r.Account != nil && len(r.Account.Held) > 0 {
			fmt.Fprintf(&got, "%s %s\n", r.Account.Name, r.Account.Held[0].Reason)
		}
	}
	want := "dots refused\ninner refused\nouter refused\nroot refused\nslash refused\ntop refused\ntwin1 refused\ntwin2 refused\n"
	if got.String() != want {
		t.Errorf("held:\n%swant:\n%s", got.String(), want)
	}
}

func TestDeepAndLongPaths(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/public_html", 0o750)
	h.link("home/alice/www", "public_html")
	// Deeper than PATH_MAX: only relative steps reach it.
	dir, err := os.OpenRoot(h.path("home/alice/public_html"))
	h.must(err)
	for range 60 {
		name := strings.Repeat("d", 200)
		h.must(dir.Mkdir(name, 0o700))
		if os.Geteuid() == 0 {
			h.must(dir.Lchown(name, 61001, 61001))
		}
		dir, err = dir.OpenRoot(name)
		h.must(err)
	}
	h.must(dir.WriteFile("leaf", nil, 0o600))
	if os.Geteuid() == 0 {
		h.must(dir.Lchown("leaf", 61001, 61001))
	}
	t.Cleanup(func() { exec.Command("rm", "-rf", h.path("home/alice/public_html")).Run() })
	p, err := h.run(site)
	h.must(err)
	if n := p.Trailer.Summary.Tally.Updates; n != 61 {
		t.Errorf("%d steps, want 61: 60 directories and the leaf\n%.2000s", n, lines(t, p))
	}
}

func TestRemovals(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/.old_panel/a/b", "", 0o600)
	h.file("home/alice/.old_panel/c", "", 0o600)
	h.file("home/alice/www", "not a link", 0o600)
	h.file("home/alice/logs", "not a directory", 0o600)
	h.file("home/alice/kept", "not a directory either", 0o600)
	policy := `
profiles:
  site:
    layout:
      .old_panel: {type: absent}
      .never_was: {type: absent}
      www: {type: symlink, target: public_html, replace: true}
      logs: {type: directory, mode: "0700", replace: true}
      logs/old: {type: directory, mode: "0700"}
      kept: {type: directory, mode: "0700"}
`
	p, err := h.run(policy)
	h.must(err)
	if !strings.Contains(lines(t, p), "held alice account.remove\n") {
		t.Errorf("by default no account may lose anything: %s", lines(t, p))
	}
	h.o.Header.Limits = []plan.Limit{{Name: "account.remove", Unlimited: true, Source: "test"}}
	p = h.expect(policy, `
- .old_panel directory
- logs file
+ logs directory 0700 add
- www file
+ www symlink -> public_html add
+ logs/old directory 0700 add
! kept wrong_type
`)
	if got := p.Trailer.Summary.Tally; got.Remove != 6 || got.Removes != 3 {
		t.Errorf("%d objects in %d removals; want 6 (three inside .old_panel) in 3", got.Remove, got.Removes)
	}
}
