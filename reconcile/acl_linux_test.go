package reconcile

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

// setfacl gives ACLs, or skips where there are none.
func (h *testHost) setfacl(words, rel string) {
	h.t.Helper()
	if _, err := exec.LookPath("setfacl"); err != nil {
		h.t.Skip("needs setfacl: install acl")
	}
	if out, err := exec.Command("setfacl", "-m", words, h.path(rel)).CombinedOutput(); err != nil {
		h.t.Skipf("no ACLs here: %s", out)
	}
}

func (h *testHost) users(lines string) {
	h.t.Helper()
	passwd, err := os.ReadFile(h.path("etc/passwd"))
	h.must(err)
	h.file("etc/passwd", string(passwd)+lines, 0o644)
}

// TestACLs plans words of a policy against ACLs that setfacl(1) has made.
func TestACLs(t *testing.T) {
	for _, test := range []struct {
		name, tree, lines, want string
	}{
		{"files and directories", "", `
    rules: [{match: "up/**", acl: ["user:web:rX", "group:web:r", "default:user:web:rwX"]}]`, `
~ up acl none->user:33:r-x,group:61099:r-- default none->user:33:rwx tighten,loosen
~ up/f 0600->0640 acl none->user:33:r--,group::---,group:61099:r-- loosen
~ up/x 0700->0750 acl none->user:33:r-x,group::---,group:61099:r-- loosen
`},
		{"right already", "u:33:rx,d:u:33:rx up|u:33:r up/f|u:33:rx up/x", `
    rules: [{match: "up/**", acl: ["user:web:rX", "default:user:web:rx"]}]`, ""},
		{"the mode says what the owning group has, not the mask", "u:33:rx up", `
    rules: [{match: up, mode: "0700", acl: ["user:web:rx"]}]`, `
~ up 0755->0750 acl user:33:r-x->user:33:r-x,group::--- tighten
`},
		{"symbolic modes too", "u:33:rx up|g::- up", `
    rules: [{match: up, directory_mode: "g+x,o-rx", acl: ["user:web:rx"]}]`, `
~ up 0755->0750 acl user:33:r-x,group::---->user:33:r-x,group::--x tighten,loosen
`},
		{"a mode without an ACL leaves the named as they are", "u:33:rx up/x", `
    rules: [{match: "up/x", mode: "0750"}]`, ""},
		{"the exact set", "u:33:rwx,u:34:r,g:61099:rwx,d:u:34:r up", `
    rules: [{match: up, acl: ["user:web:r-x"]}]`, `
~ up 0775->0755 acl user:33:rwx,user:34:r--,group::r-x,group:61099:rwx->user:33:r-x default user:34:r--->none tighten,loosen
`},
		{"none", "u:33:rwx,d:u:33:r up|u:33:r up/f", `
    rules: [{match: "up/**", acl: none}]`, `
~ up 0775->0755 acl user:33:rwx,group::r-x->none default user:33:r--->none tighten
~ up/f 0640->0600 acl user:33:r--,group::---->none tighten
`},
		{"any lifts", "u:33:rwx up", `
    rules: [{match: "up/**", acl: none}, {match: "up/**", acl: any}]`, ""},
		{"lines that say nothing of ACLs", "u:33:r up/x", `
    rules: [{match: "up/*", acl: "user:web:r"}, {match: "up/x", owner: any}]`, `
~ up/f 0600->0640 acl none->user:33:r--,group::--- loosen
`},
		{"the layout wins", "", `
    layout: {up: {type: directory, mode: "0755", acl: "user:account:rwx"}}
    rules: [{match: "up", acl: "user:web:r"}]`, `
~ up 0755->0775 acl none->user:61001:rwx,group::r-x loosen
`},
		{"a mask", "", `
    rules: [{match: "up", acl: ["user:web:rwx", "mask::r", "d:user:web:rwx", "d:mask::rx"]}]`, `
~ up 0755->0745 acl none->user:33:rwx,group::r-x,mask::r-- default none->user:33:rwx,mask::r-x tighten,loosen
`},
		{"what a mask had put to sleep stays asleep", "u:33:rwx,g::rwx,m::- up/x", `
    rules: [{match: "up/x", acl: "user:web:r-x"}]`, `
~ up/x 0700->0750 acl user:33:rwx,group::rwx,mask::---->user:33:r-x,group::--- loosen
`},
		{"who is kept out is not let in by an empty mask", "", `
    rules: [{match: "up/x", mode: "0704", acl: "user:web:-"}, {match: "up/f", mode: "0600", acl: "user:web:-"}]`, `
~ up/f acl none->user:33:--- 
! up/x acl
`},
		{"what is added", "", `
    layout: {new: {type: directory, mode: "0700", acl: ["u:web:rx", "d:u:web:rx"]}, note: {type: file, mode: "0600", content: "", acl: "u:web:rX"}}`, `
+ new directory 0750 acl none->user:33:r-x,group::--- default none->user:33:r-x add
+ note file 0640 acl none->user:33:r--,group::--- add
`},
		{"reported", "", `
    rules: [{match: "up/f", acl: "user:web:r", enforce: report}]`, "! up/f reported\n"},
		{"never through links", "", `
    layout: {link: {type: [symlink, directory], mode: "0755", target: up, acl: "user:web:r"}}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			needRoot(t)
			h := newHost(t)
			h.users("web:x:33:33::/nonexistent:\n")
			h.dir("home/alice/up", 0o755)
			h.file("home/alice/up/f", "", 0o600)
			h.file("home/alice/up/x", "", 0o700)
			h.link("home/alice/link", "up")
			h.setfacl("u:1:r", "etc")
			for part := range strings.SplitSeq(test.tree, "|") {
				if words, path, ok := strings.Cut(part, " "); ok {
					h.setfacl(words, "home/alice/"+path)
				}
			}
			h.expect("profiles:\n  site:"+test.lines+"\n", test.want)
		})
	}
}

// TestACLNames: two names for one number are an error of the account, an unknown
// one of the policy.
func TestACLNames(t *testing.T) {
	h := newHost(t)
	h.users("web:x:33:33::/nonexistent:\napache:x:33:33::/nonexistent:\n")
	p, err := h.run(`profiles: {site: {rules: [{match: "a", acl: ["user:web:r", "default:user:apache:r", "user:apache:-"]}]}}`)
	h.must(err)
	for r := range p.Records() {
		if r.Account != nil && (len(r.Account.Held) != 1 || !strings.Contains(r.Account.Held[0].Message, "acl: user:web:r-- and user:apache:--- are one: both have the number 33")) {
			t.Errorf("held: %+v", r.Account.Held)
		}
	}
	var unknown *UnknownNameError
	if _, err := h.run(`profiles: {site: {rules: [{match: "a", acl: ["group:nobodys:r"]}]}}`); !errors.As(err, &unknown) || unknown.Error() != "p.yaml:5: unknown group nobodys" {
		t.Errorf("%v", err)
	}
}

// A filesystem without ACLs is a problem of each entry that should have one.
func TestNoACLs(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	if out, err := exec.Command("mount", "-t", "ramfs", "none", h.path("home/alice")).CombinedOutput(); err != nil {
		t.Skipf("cannot mount here: %s", out)
	}
	t.Cleanup(func() { exec.Command("umount", h.path("home/alice")).Run() })
	h.must(os.Chown(h.path("home/alice"), 61001, 61001))
	h.dir("home/alice/up", 0o755)
	h.dir("home/alice/down", 0o755)
	h.expect(`
profiles:
  site:
    rules: [{match: up, acl: "u:bob:rx"}, {match: down, acl: none}]
    layout: {new: {type: directory, mode: "0700", acl: "u:bob:rx"}}
`, `
! new no_acl
! up no_acl
`)
}

// What is as its lines want it costs no allocation, ACLs included.
func TestSettledACLsAllocateNothing(t *testing.T) {
	h := newHost(t)
	h.dir("home/alice/up", 0o755)
	h.setfacl("u:33:rx,d:u:33:rx", "home/alice/up")
	dir, err := fsys.OpenRoot(h.path("home/alice"))
	h.must(err)
	defer dir.Close()
	var info fsys.Info
	h.must(dir.Stat("up", &info))
	up := liveDir{dir}
	entries := []aclGrant{
		{spec.ACLEntry{Tag: spec.ACLUser, Perm: 5}, 33},
		{spec.ACLEntry{Tag: spec.ACLUser, Perm: 5, Default: true}, 33},
	}
	want := &wants{managed: true, acl: &aclWant{entries: entries}}
	k := &worker{images: fsys.NewACLImages()}
	w := &walk{binding: &binding{account: &account{}}}
	if !k.settled(w, up, "up", &info, want) || info.Access == "" || info.Default == "" {
		t.Fatalf("%+v is not settled", info)
	}
	if n := testing.AllocsPerRun(100, func() { k.settled(w, up, "up", &info, want) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	plain := &wants{managed: true, dir: &modeWant{}}
	plain.dir = nil
	info.State = plan.State{Type: plan.Directory, Mode: 0o755}
	if n := testing.AllocsPerRun(100, func() { k.settled(w, up, "up", &info, plain) }); n != 0 {
		t.Errorf("%v allocations without ACL", n)
	}
}
