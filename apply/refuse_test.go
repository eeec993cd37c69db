//go:build linux

package apply

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rightful/plan"
)

// TestRefused plans, after spoil has made the entry so, what must never be done.
func TestRefused(t *testing.T) {
	needRoot(t)
	owner := func(uid uint32) func(*plan.State) { return func(s *plan.State) { s.UID = uid } }
	mode := func(m plan.Mode) func(*plan.State) { return func(s *plan.State) { s.Mode = m } }
	tests := []struct {
		name, spoil string
		edit        func(*plan.State)
		want        string
	}{
		{"hard link", "ln f g", mode(0o644), "hard link (2 names)"},
		{"setuid is there", "chmod 4755 f", mode(0o755), "setuid or setgid"},
		{"setgid is there", "chmod 2755 f", mode(0o755), "setuid or setgid"},
		{"setuid is asked for", "true", mode(0o4755), "setuid or setgid"},
		{"setgid is asked for", "true", mode(0o2755), "setuid or setgid"},
		{"immutable", "chattr +i f", mode(0o644), "immutable"},
		{"append-only", "chattr +a f", mode(0o644), "append-only"},
		{"to root", "true", owner(0), "to root"},
		{"to another account", "true", owner(2001 + 'b'), "another account"},
		{"from another account", "chown 2099 f", owner(2001), "another account"},
		{"ACL's mask", "setfacl -m u:33:r f", mode(0o644), "ACL"},
		{"to a service", "true", owner(33), ""},
		{"from a service", "chown 33 f", owner(2001), ""},
		{"from root", "chown 0 f", owner(2001), ""},
		{"to another group", "true", func(s *plan.State) { s.GID = 33 }, ""},
		{"ACL, owner only", "setfacl -m u:33:r f; chown 33 f", owner(2001), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			h.dir("home/bob", 0o755, 2001+'b')
			h.file("home/alice/f", 0o600, 2001)
			t.Cleanup(func() { exec.Command("chattr", "-ia", h.abs("home/alice/f")).Run() })
			h.shell("cd home/alice && " + tt.spoil)
			bob, id := h.look("home/bob")
			other := draft{account: "bob", path: ".", id: id, change: plan.Change{Action: plan.Update, Before: bob, After: bob}}
			other.change.After.Mode = 0o711
			o := h.plan(h.update("f", tt.edit), h.finish(other))
			before := h.shell("stat -c '%u:%g %a %h' home/alice/f")
			if tt.want == "" {
				h.apply(o, "done 2")
				return
			}
			report := h.apply(o, "done 1, refused 1")
			if !strings.Contains(report.NotDone[0].Reason, tt.want) {
				t.Errorf("reason %q, want %q", report.NotDone[0].Reason, tt.want)
			}
			if after := h.shell("stat -c '%u:%g %a %h' home/alice/f"); after != before {
				t.Errorf("changed: %s, was %s", after, before)
			}
		})
	}
}

// TestUnprotectedHardlinks: root's file may be one from elsewhere whose other
// name is gone.
func TestUnprotectedHardlinks(t *testing.T) {
	file := plan.State{Type: plan.File, Nlink: 1, Mode: 0o600}
	mine := file
	mine.UID = 2001
	ch := &plan.Change{Action: plan.Update, Before: file, After: mine}
	if why := (kin{protected: false}).refuse(&plan.Account{UID: 2001}, &file, ch); !strings.Contains(why, "protected_hardlinks") {
		t.Errorf("refused with %q", why)
	}
	if why := (kin{protected: true}).refuse(&plan.Account{UID: 2001}, &file, ch); why != "" {
		t.Errorf("refused with %q", why)
	}
}

// TestBarred makes the way to the home unsafe, or the home another one.
func TestBarred(t *testing.T) {
	tests := []struct {
		name, spoil, want, reason string
		root                      bool
	}{
		{"writable ancestor", "chmod 777 home", "refused 1", "0777", false},
		{"foreign ancestor", "chown 33 home", "refused 1", "uid 33", true},
		{"sticky ancestor", "chmod 1777 home", "refused 1", "sticky", true},
		{"home is a link", "mv home/alice home/a; ln -s a home/alice; chown -h 33 home/alice", "stale 1", "", true},
		{"home is gone", "mv home/alice home/a", "stale 1", "home is gone", false},
		{"home is a file", "rm -r home/alice; touch home/alice", "stale 1", "", false},
		{"another filesystem", "mount -t tmpfs none home", "stale 1", "", true},
		{"home on another filesystem", "mount -t tmpfs none home/alice", "stale 1", "filesystem", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root {
				needRoot(t)
			}
			h := newHost(t)
			h.file("home/alice/f", 0o600, int(h.uid))
			o := h.plan(h.chmod("f", 0o644))
			t.Cleanup(func() {
				exec.Command("umount", h.abs("home/alice")).Run()
				exec.Command("umount", h.abs("home")).Run()
			})
			if out, err := exec.Command("sh", "-c", "cd "+h.root+" && "+tt.spoil).CombinedOutput(); err != nil {
				t.Skipf("%s: %v: %s", tt.spoil, err, out)
			}
			before := h.tree()
			report := h.apply(o, tt.want)
			if !strings.Contains(report.NotDone[0].Reason, tt.reason) {
				t.Errorf("reason %q, want %q", report.NotDone[0].Reason, tt.reason)
			}
			if after := h.tree(); after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
		})
	}
}

func TestHostileWorkshop(t *testing.T) {
	for _, plant := range []string{
		"ln -s alice .rightful", "ln -s /tmp .rightful", "touch .rightful", "mkdir -m 755 .rightful",
		"mkdir -m 700 .rightful; chown 2001 .rightful", "mkdir -m 700 .rightful; setfacl -m u:2001:rwx .rightful",
		"mkdir -m 700 .rightful; setfacl -d -m u:2001:rwx .rightful",
		"mkdir -m 700 .rightful; mount -t tmpfs -o mode=700 none .rightful",
	} {
		t.Run(plant, func(t *testing.T) {
			needRoot(t)
			h := newHost(t)
			o := h.plan(h.add("d", plan.State{Type: plan.Directory, UID: h.uid, GID: h.uid, Mode: 0o755}, ""))
			t.Cleanup(func() { exec.Command("umount", h.abs("home/.rightful")).Run() })
			if out, err := exec.Command("sh", "-c", "cd "+h.abs("home")+" && "+plant).CombinedOutput(); err != nil {
				t.Skipf("%v: %s", err, out)
			}
			before := h.shell("find . -printf '%p %u %m %l\\n' | sort")
			h.apply(o, "refused 1")
			if after := h.shell("find . -printf '%p %u %m %l\\n' | sort"); after != before {
				t.Errorf("tree changed:\n%s\n--\n%s", before, after)
			}
		})
	}
}

// TestInheritedWorkshop: a folder of homes with setgid and a default ACL gives
// both to what is made in it, but not to the workshop or to what is added.
func TestInheritedWorkshop(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	if err := exec.Command("setfacl", "-d", "-m", "u:33:rwx", h.abs("home"), h.abs("home/alice")).Run(); err != nil {
		t.Skip("no ACLs here")
	}
	h.shell("chmod g+s home home/alice")
	h.apply(h.plan(
		h.add("d", plan.State{Type: plan.Directory, UID: h.uid, GID: h.uid, Mode: 0o755}, ""),
		h.add("f", plan.State{Type: plan.File, UID: h.uid, GID: h.uid, Mode: 0o644, Nlink: 1}, "x"),
	), "done 2")
	h.wantMeta("home/.rightful", "0:0 700 directory")
	h.wantMeta("home/alice/d", "ALICE 755 directory")
	h.wantMeta("home/alice/f", "ALICE 644 regular file")
	if acl := h.shell("getfacl -cs home/.rightful home/alice/d home/alice/f 2>/dev/null"); acl != "" {
		t.Errorf("ACLs were inherited:\n%s", acl)
	}
}

// TestHomeIsMount: the workshop is inside, as no rename crosses a mount.
func TestHomeIsMount(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=755,uid=2001,gid=2001", "none", h.abs("home/alice")).CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", h.abs("home/alice")).Run() })
	h.link("home/alice/l", "old")
	o := h.plan(
		h.add("d", plan.State{Type: plan.Directory, UID: h.uid, GID: h.uid, Mode: 0o755}, ""),
		h.update("l", func(s *plan.State) { s.Target = "new" }),
		h.chmod(".", 0o711),
	)
	h.apply(o, "done 3")
	h.wantMeta("home/alice/.rightful", "0:0 700 directory")
	if _, err := os.Lstat(h.abs("home/.rightful")); err == nil {
		t.Error("there is a workshop next to the home too")
	}
	if got := h.shell("readlink home/alice/l home/alice/.rightful/quarantine/*/*"); got != "new\nold" {
		t.Errorf("links: %q", got)
	}
}

// TestClear: the next run clears what interrupted ones left, and nothing else.
func TestClear(t *testing.T) {
	h := newHost(t)
	o := h.plan(h.chmod(".", 0o711))
	dead, err := createRun(&o, o.Now())
	h.must(err)
	h.must(dead.journal.close())
	other := "run-20261122T231500Z-ab12-3"
	h.shell("mkdir -m 700 home/.rightful && cd home/.rightful && run=run-" + dead.id + `-
		mkdir ${run}3 ${run}4 ${run}x mine ` + other + ` && touch ${run}4/full ${run}6 &&
		ln -s / ${run}5 && mkdir -p quarantine/20261122T231500Z-ab12 && ln -s / quarantine/20261122T231500Z-ab12/5`)
	h.apply(o, "done 1")
	want := strings.ReplaceAll("mine quarantine quarantine/20261122T231500Z-ab12 quarantine/20261122T231500Z-ab12/5 RUN-4 RUN-4/full RUN-6 RUN-x "+other, "RUN", "run-"+dead.id)
	names := strings.Fields(want)
	slices.Sort(names)
	if got := strings.Fields(h.shell("cd home/.rightful && find . -mindepth 1 -printf '%P\\n' | LC_ALL=C sort")); !slices.Equal(got, names) {
		t.Errorf("left: %q, want %q", got, names)
	}
}
