//go:build linux

package hostile

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// moments are when an attack is made: before the plan, between plan and apply,
// or in the middle of apply, right before the call that matters. Each test of
// this file runs it at all three.
var moments = []string{"before plan", "before apply", "during apply"}

// attack runs a customer's script at a moment, and holds what must hold
// whenever it was: nothing outside has been touched, the neighbour has what the
// plan promised him, and the journal tells the truth. The script runs with
// alice's rights, unless it starts with "#root", for what she could do when the
// system was set up in another way.
func (h *host) attack(moment, script string, calls ...int) (document, report) {
	h.t.Helper()
	outside, files := h.outside(), h.files()
	do := func() {
		same(h.t, "outside", outside, h.outside())
		if strings.HasPrefix(script, "#root") {
			h.sh("cd home/alice\n" + script)
		} else {
			h.alice(script)
		}
		outside, files = h.outside(), h.files() // with her own doings
	}
	if moment == "before plan" {
		do()
	}
	name := h.planned()
	steps := h.steps(name)
	if moment == "before apply" {
		do()
	}
	before, attacked := h.look(false, "home"), moment != "during apply"
	r := h.applySupervised(name, nil, func(s *stop) verdict {
		if !attacked && h.isAlices(s) && (len(calls) == 0 || contains(calls, int(s.nr))) {
			attacked = true
			do()
		}
		return verdict{}
	})
	if !attacked {
		h.t.Fatal("the attack was never made")
	}
	same(h.t, "outside", outside, h.outside())
	h.neighbour(&r)
	h.kept(files)
	if j := h.lastJournal(); j.Run.Interrupted {
		h.t.Errorf("interrupted: %+v, %s", j.Run, r.stderr)
	} else if moment != "during apply" {
		h.honest(j, steps, before)
	}
	return h.show(name), r
}

func contains(all []int, one int) bool {
	for _, n := range all {
		if n == one {
			return true
		}
	}
	return false
}

// isAlices reports whether a call acts on what is below alice's home.
func (h *host) isAlices(s *stop) bool {
	for arg := range 3 {
		target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", s.pid, int32(s.args[arg])))
		if err == nil && strings.HasPrefix(target, h.abs("home/alice")) {
			return true
		}
	}
	return false
}

// neighbour holds that bob, whatever alice did, got all that was planned.
func (h *host) neighbour(r *report) {
	h.t.Helper()
	for _, n := range r.NotDone {
		if n.Account == "bob" {
			h.t.Errorf("bob's %s: %s, %s", n.Path, n.Result, n.Reason)
		}
	}
	got := strings.TrimSpace(h.sh("stat -c %a:%G:%U home/bob home/bob/public_html/index.html home/bob/public_html/sub | tr '\\n' ' '; readlink home/bob/www; cat home/bob/etc/motd"))
	want := "711:62002 644:62002 755:62002 public_html\nhello"
	for _, mode := range []string{"711", "644", "755", "public_html", "hello"} {
		if !strings.Contains(got, mode) {
			h.t.Errorf("bob has %q, want %q", got, want)
			return
		}
	}
}

func everyMoment(t *testing.T, test func(t *testing.T, h *host, moment string)) {
	t.Helper()
	for _, moment := range moments {
		t.Run(moment, func(t *testing.T) { test(t, newHost(t), moment) })
	}
}

// notDone fails the test where a path of alice's counts as changed.
func notDone(t *testing.T, moment string, d document, r report, path string) {
	t.Helper()
	switch {
	case moment == "before plan" && d.step("alice", path):
		t.Errorf("%s: planned", path)
	case moment != "before plan" && r.result(path) == "":
		t.Errorf("%s: done, %v", path, r.Results)
	}
}

func TestT01FinalSymlinkSwap(t *testing.T) {
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		d, r := h.attack(moment, "mv public_html/index.html keep; ln -s ../../../outside/shadow public_html/index.html; ln -sf /etc/shadow .ssh/id", unix.SYS_FCHMODAT2)
		if moment != "during apply" {
			notDone(t, moment, d, r, "public_html/index.html")
		}
	})
}

func TestT02ParentSymlinkSwap(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		h.sh("mkdir outside/dir/sub && touch outside/dir/index.html outside/dir/page.html && chown -R 62001 outside/dir/page.html && chmod 755 outside/dir")
		d, r := h.attack(moment, "mv public_html/sub kept; ln -s ../../../outside/dir public_html/sub; mv etc etc2; ln -s ../../outside etc; true")
		if moment != "during apply" {
			notDone(t, moment, d, r, "public_html/sub/page.html")
		}
	})
}

func TestT03HardLinkToForeignFile(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		d, r := h.attack(moment, "#root\nln -f ../../outside/shadow public_html/index.html; ln -f ../../outside/dir/inner public_html/new.html")
		if moment != "during apply" {
			notDone(t, moment, d, r, "public_html/index.html")
		}
		if moment == "before plan" && d.problem("alice", "public_html/index.html") != "hard_link" {
			t.Errorf("problems: %+v", d.Problems)
		}
	})
}

// The victim's file is replaced by rename after the link was made, so that the
// link is the only name. Its owner is not one that alice's line may take from.
func TestT04HardLinkLeftAlone(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		h.sh("echo victim >outside/mail && chown 62002 outside/mail && chmod 600 outside/mail")
		h.sh("ln outside/mail home/alice/public_html/link.html; echo new >outside/new && mv outside/new outside/mail")
		d, _ := h.attack(moment, "ln -f public_html/link.html public_html/index.html 2>/dev/null || mv -f public_html/link.html public_html/index.html")
		if d.step("alice", "public_html/link.html") {
			t.Error("another account's file is planned")
		}
		if got := strings.TrimSpace(h.sh("find home/alice -uid 62002 -printf '%m '")); got != "600" && got != "600 600" {
			t.Errorf("bob's file has mode %s", got)
		}
	})
}

// Alice swaps two of her own files: the one that is in the planned place must
// not get what was planned for the other.
func TestT05OwnFileSwap(t *testing.T) {
	slow(t)
	for _, moment := range []string{"before apply", "during apply"} {
		t.Run(moment, func(t *testing.T) {
			h := newHost(t)
			h.sh("echo private >home/alice/private && chown 62001:62001 home/alice/private && chmod 600 home/alice/private")
			_, r := h.attack(moment, "mv public_html/index.html old; mv private public_html/index.html", unix.SYS_FCHMODAT2)
			if got := strings.TrimSpace(h.sh("stat -c %a home/alice/public_html/index.html")); got != "600" {
				t.Errorf("the private file has mode %s", got)
			}
			if moment == "before apply" && r.result("public_html/index.html") != "stale" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// Another file of the same looks, with the same inode number.
func TestT05InodeNumberReused(t *testing.T) {
	h := newHostIn(t, "") // a filesystem on a disk gives numbers again
	name := h.planned()
	page := h.abs("home/alice/public_html/index.html")
	number := func() uint64 {
		info, err := os.Lstat(page)
		if err != nil {
			t.Fatal(err)
		}
		return info.Sys().(*syscall.Stat_t).Ino
	}
	was := number()
	for range 200 {
		os.Remove(page)
		h.alice("(umask 077; echo page >public_html/index.html)")
		if number() == was {
			r := h.apply(name)
			if r.result("public_html/index.html") != "stale" {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Skip("this filesystem does not give inode numbers again")
}

// Whatever alice puts in the place of a directory, link or file that is about to
// be added, and whatever she does with it right after.
func TestT06AddIntoHostileDirectory(t *testing.T) {
	slow(t)
	for _, call := range []int{unix.SYS_MKDIRAT, unix.SYS_SYMLINKAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_FCHOWNAT} {
		for _, script := range []string{
			"ln -s ../../outside/dir logs; ln -s ../../outside etc; ln -s /etc/passwd www",
			"touch logs; mkdir -m 777 etc; rm www; mkdir www",
			"mkfifo logs; mkdir -p etc; ln -s ../../../outside/shadow etc/motd",
			"mv etc elsewhere; mkdir etc; mv logs away; true",
		} {
			t.Run(fmt.Sprintf("%s %.12s", callNames[call], script), func(t *testing.T) {
				h := newHost(t)
				h.sh("mkdir home/alice/etc && chown 62001:62001 home/alice/etc && chmod 750 home/alice/etc")
				outside := h.outside()
				name := h.planned()
				attacked := false
				r := h.applySupervised(name, nil, func(s *stop) verdict {
					if int(s.nr) == call && !attacked {
						attacked = true
						h.as(alice, script)
					}
					return verdict{}
				})
				same(t, "outside", outside, h.outside())
				h.neighbour(&r)
				if got := h.sh("find home/alice -uid 0"); got != "" {
					t.Errorf("root's in alice's home: %s", got)
				}
				if got := h.sh("find home/.rightful -path '*/run-*'"); got != "" {
					t.Errorf("left in the workshop: %s", got)
				}
			})
		}
	}
}

func TestT10ContentControlSurvives(t *testing.T) {
	h := newHost(t)
	// A line may not even ask for it: a file never goes to anybody but the account.
	h.write("policy.yaml", strings.Replace(sensible, "{match: \".ssh/*\", file_mode: \"0600\"}", "{match: \".ssh/*\", file_mode: \"0600\", owner: root}", 1))
	name := h.planned()
	if d := h.show(name); d.step("alice", ".ssh/id") || d.problem("alice", ".ssh/id") == "" {
		t.Errorf("alice's file would go to root: %+v", d.Problems)
	}
	// A file that is added is one that nobody else has ever held.
	h.write("policy.yaml", sensible)
	held, err := os.OpenFile(h.abs("home/alice/public_html/index.html"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	h.alice("mkdir etc; cp public_html/index.html etc/motd; chmod 644 etc/motd; echo mine >etc/motd")
	second := h.planned()
	if d := h.show(second); d.step("alice", "etc/motd") {
		t.Error("a file that is there is added")
	}
}

func TestT12RemoveSwapped(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		h.sh("echo precious >home/alice/precious && chown 62001 home/alice/precious")
		d, r := h.attack(moment, "mv .old_panel kept; ln -s ../../outside/dir .old_panel", unix.SYS_RENAMEAT2)
		switch moment {
		case "before plan":
			if got := h.sh("find home/.rightful/quarantine -type l -lname '*outside/dir'"); d.step("alice", ".old_panel") && got == "" {
				t.Error("the link is gone")
			}
		default:
			if got := r.result(".old_panel"); got != "stale" {
				t.Errorf("%q, %v", got, r.NotDone)
			}
			if target, _ := os.Readlink(h.abs("home/alice/.old_panel")); target != "../../outside/dir" {
				t.Errorf("not put back: %q", target)
			}
		}
		if got := h.sh("cat home/alice/precious; find home -path '*deep/file'"); !strings.Contains(got, "precious") || !strings.Contains(got, "deep/file") {
			t.Errorf("lost: %q", got)
		}
	})
}

// A removed tree that grows in the last moment is not the one that was approved.
func TestT12RemovedTreeGrows(t *testing.T) {
	h := newHost(t)
	_, r := h.attack("during apply", "touch .old_panel/deep/new", unix.SYS_RENAMEAT2)
	if r.result(".old_panel") != "stale" {
		t.Errorf("%+v", r.NotDone)
	}
	if got := h.sh("ls home/alice/.old_panel/deep"); got != "file\nnew\n" {
		t.Errorf("put back: %q", got)
	}
}

func TestT21SymlinkAsLever(t *testing.T) {
	h := newHost(t)
	for _, target := range []string{"/etc/shadow", "../bob/.ssh", "../../outside", "public_html/../../bob"} {
		h.write("policy.yaml", strings.Replace(sensible, "target: public_html", "target: \""+target+"\"", 1))
		o := h.run("plan", "-out", "lever.plan")
		if d := (document{}); o.code == 0 {
			if d = h.show("lever.plan"); d.step("alice", "www") {
				t.Errorf("a link to %s is planned", target)
			}
		}
	}
	// The link itself is given to alice, never what it leads to.
	h.write("policy.yaml", sensible)
	outside := h.outside()
	h.sh("rm home/alice/www && ln -s ../../outside/shadow home/alice/www")
	if r := h.apply(h.planned()); !r.Complete {
		t.Errorf("%+v", r)
	}
	same(t, "outside", outside, h.outside())
	if got := h.sh("readlink home/alice/www; stat -c %u home/alice/www"); got != "public_html\n62001\n" {
		t.Errorf("www: %q", got)
	}
}
