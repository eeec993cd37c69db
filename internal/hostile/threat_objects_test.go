//go:build linux

package hostile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mount mounts below the host and takes it away again, or skips the test.
func (h *host) mount(args ...string) {
	h.t.Helper()
	if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
		h.t.Skipf("mount %q: %v: %s", args, err, out)
	}
	where := args[len(args)-1]
	h.t.Cleanup(func() { exec.Command("umount", "-l", where).Run() })
}

func TestT07MountInside(t *testing.T) {
	slow(t)
	for _, kind := range []string{"bind", "tmpfs"} {
		for _, moment := range []string{"before plan", "before apply"} {
			t.Run(kind+" "+moment, func(t *testing.T) {
				h := newHost(t)
				h.sh("mkdir outside/web && echo x >outside/web/page.html && chown -R 62001:62001 outside/web && chmod 600 outside/web/page.html")
				plant := func() {
					if kind == "bind" {
						h.mount("--bind", h.abs("outside/web"), h.abs("home/alice/public_html/sub"))
						return
					}
					h.mount("-t", "tmpfs", "none", h.abs("home/alice/public_html/sub"))
					h.sh("touch home/alice/public_html/sub/page.html; chmod 600 home/alice/public_html/sub/page.html")
				}
				outside := h.outside()
				var name string
				if moment == "before plan" {
					plant()
					name = h.planned()
					if d := h.show(name); d.step("alice", "public_html/sub") || d.step("alice", "public_html/sub/page.html") || d.problem("alice", "public_html/sub") != "mount" {
						t.Errorf("%+v", d.Problems)
					}
				} else {
					name = h.planned()
					plant()
				}
				inside := h.look(true, "home/alice/public_html/sub")
				r := h.apply(name)
				if moment == "before apply" && (r.result("public_html/sub") == "" || r.result("public_html/sub/page.html") == "") {
					t.Errorf("%+v", r.NotDone)
				}
				same(t, "the mount", inside, h.look(true, "home/alice/public_html/sub"))
				same(t, "outside", outside, h.outside())
				h.neighbour(&r)
			})
		}
	}
}

// A FUSE daemon that does not answer hangs everything that asks it.
func TestT07HungFUSE(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.alice("mkdir public_html/hung")
	server := h.serve("outside", "home/alice/public_html/hung")
	server.Signal(syscall.SIGSTOP)
	defer server.Signal(syscall.SIGCONT)
	name := h.planned()
	if d := h.show(name); d.problem("alice", "public_html/hung") != "mount" || !d.step("alice", "public_html/index.html") {
		t.Errorf("%+v", d)
	}
	r := h.apply(name)
	h.neighbour(&r)
}

// A FIFO blocks who opens it and a device acts; neither is ever opened. The
// watchdog is the patience of every command.
func TestT08SpecialFiles(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		d, r := h.attack(moment, `#root
			for n in public_html/index.html public_html/run.cgi public_html/sub/page.html .ssh/id; do rm $n; done
			mkfifo public_html/index.html; mknod public_html/run.cgi c 1 3; mknod public_html/sub/page.html b 7 7
			mkfifo .ssh/id; mkfifo public_html/fifo; chown -h 62001:62001 public_html/* .ssh/id; chmod 600 public_html/fifo
			python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("public_html/s")' 2>/dev/null || true`, unix.SYS_FCHMODAT2)
		if moment == "during apply" {
			return
		}
		for _, path := range []string{"public_html/index.html", "public_html/run.cgi", "public_html/sub/page.html", ".ssh/id"} {
			notDone(t, moment, d, r, path)
			if moment == "before plan" && d.problem("alice", path) != "other_type" {
				t.Errorf("%s: problem %q", path, d.problem("alice", path))
			}
		}
	})
}

func TestT09SetID(t *testing.T) {
	slow(t)
	everyMoment(t, func(t *testing.T, h *host, moment string) {
		d, r := h.attack(moment, "chmod 4700 public_html/index.html; chmod 2710 public_html/run.cgi; chmod 6700 .ssh/id", unix.SYS_FCHMODAT2)
		if moment == "during apply" {
			return
		}
		for path, mode := range map[string]string{"public_html/index.html": "4700", "public_html/run.cgi": "2710", ".ssh/id": "6700"} {
			notDone(t, moment, d, r, path)
			if got := strings.TrimSpace(h.sh("stat -c %a home/alice/" + path)); got != mode {
				t.Errorf("%s has mode %s", path, got)
			}
			if moment == "before plan" && d.problem("alice", path) != "setid" {
				t.Errorf("%s: problem %q", path, d.problem("alice", path))
			}
		}
	})
}

// Neither a line's numbers nor its symbols may ask for setuid on a file, and no
// apply makes one.
func TestT09NeverSet(t *testing.T) {
	slow(t)
	h := newHost(t)
	for _, mode := range []string{"4755", "2755", "6755", "u+s", "g+s", "u=rws"} {
		h.write("policy.yaml", strings.Replace(sensible, `file_mode: "0644"`, `file_mode: "`+mode+`"`, 1))
		if o := h.run("plan", "-out", "s.plan"); o.code == 0 {
			t.Errorf("file_mode %s is accepted", mode)
		}
	}
	h.write("policy.yaml", sensible)
	h.sh("cp /bin/true home/alice/public_html/cap && chown 0:0 home/alice/public_html/cap && chmod 600 home/alice/public_html/cap")
	if _, err := exec.LookPath("setcap"); err == nil {
		h.sh("setcap cap_setuid+ep home/alice/public_html/cap")
	}
	if r := h.apply(h.planned()); !r.Complete {
		t.Errorf("%+v", r.NotDone)
	}
	if got := h.sh("find home -perm /6000 -type f"); got != "" {
		t.Errorf("setuid or setgid: %s", got)
	}
	if got := h.sh("getcap -r home 2>/dev/null || true"); got != "" {
		t.Errorf("root's capability went to alice: %s", got)
	}
}

// hostileNames are what a terminal, a shell, a JSON encoder or a pattern might
// take for something else.
var hostileNames = []string{
	"a\nb", "\x1b[31mred", "\x1b]0;title\a", "\xff\xfe", "caf\xe9", "\u202egnp.exe", "a\tb", "-rf", "--", "*", "[a", "a\\b", `"q"`, "'", "$(id)", "`id`",
	" ", "  x ", "\u2028", "\ufffd", "\xed\xa0\x80", "{a,b}", "a\rb", "\x7f", "\u0085", "...", "~root", "%s%n", "x.cgi\n", "\U000e0001", "con", "a:b", "\x80",
}

func TestT15HostileNames(t *testing.T) {
	h := newHost(t)
	for _, name := range hostileNames {
		for _, dir := range []string{"", name} {
			at := filepath.Join(h.abs("home/alice/public_html"), dir+"d")
			if err := os.MkdirAll(at, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at+"/"+name, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.sh("ln -s \"$(printf 'x\\033[31m')\" home/alice/public_html/link; chown -hR 62001:62001 home/alice/public_html")
	h.sh("ln home/alice/public_html/d/caf* home/alice/public_html/d2; mkfifo \"home/alice/public_html/$(printf 'fifo\\033[2J\\n')\"")
	plan := h.must("plan", "-out", "n.plan")
	h.must("approve", "-all", "n.plan")
	full, shown := h.must("plan", "-full"), h.must("show", "n.plan")
	apply := h.run("apply", "n.plan")
	for what, o := range map[string]outcome{"plan": plan, "plan -full": full, "show": shown, "apply": apply, "json": h.must("show", "-json", "n.plan"), "history": h.must("history")} {
		for i, c := range []byte(o.stdout + o.stderr) {
			if c < ' ' && c != '\n' || c >= 0x7f {
				t.Errorf("%s: byte %#x at %d: %.60q", what, c, i, (o.stdout + o.stderr)[max(0, i-30):])
				break
			}
		}
	}
	if got := h.sh("find home/alice/public_html -type f -links 1 ! -perm 644 ! -name '*.cgi' -print; find home/alice/public_html -mindepth 1 -type d ! -perm 755 -print"); got != "" {
		t.Errorf("not repaired: %q", got)
	}
}

func TestT16HostileACL(t *testing.T) {
	needTool(t, "setfacl", "getfacl")
	h := newHost(t)
	path := h.abs("home/alice/public_html/index.html")
	entry := func(tag, perm uint16, id uint32) string {
		return string([]byte{byte(tag), 0, byte(perm), 0, byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)})
	}
	none := uint32(0xffffffff)
	images := map[string]string{
		// Unsorted and doubled named entries, which the kernel takes and keeps.
		"doubled":  entry(1, 6, none) + entry(2, 0, bob) + entry(2, 7, bob) + entry(2, 7, web) + entry(4, 0, none) + entry(0x10, 0, none) + entry(0x20, 0, none),
		"unsorted": entry(1, 6, none) + entry(2, 7, web) + entry(2, 7, bob) + entry(4, 7, none) + entry(0x10, 0, none) + entry(0x20, 0, none),
	}
	for name, image := range images {
		if err := unix.Setxattr(path, "system.posix_acl_access", []byte("\x02\x00\x00\x00"+image), 0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		before := h.tool("getfacl", "-n", "-c", "home/alice/public_html/index.html")
		r := h.apply(h.planned())
		after := h.tool("getfacl", "-n", "-c", "home/alice/public_html/index.html")
		h.neighbour(&r)
		// Nobody whom the ACL names may do more than before, unless a policy line says so: 0644 is read for all.
		for _, line := range strings.Split(after, "\n") {
			if who, _, ok := strings.Cut(line, "#effective:"); ok {
				line = who + " " + line[strings.Index(line, "#effective:")+11:]
			}
			if strings.HasPrefix(line, "user:6200") && strings.ContainsAny(line[len(line)-3:], "wx") {
				t.Errorf("%s: a named user gained %s\nbefore:\n%s", name, line, before)
			}
		}
	}
}

func TestT17Immutable(t *testing.T) {
	slow(t)
	needTool(t, "chattr")
	for _, flag := range []string{"+i", "+a"} {
		for _, moment := range []string{"before plan", "before apply"} {
			t.Run(flag+" "+moment, func(t *testing.T) {
				h := newHostIn(t, "")
				if !h.try("touch x && chattr " + flag + " x; chattr -i -a x") {
					t.Skip("no flags here")
				}
				d, r := h.attack(moment, "#root\nchattr "+flag+" public_html/index.html public_html/sub .old_panel")
				for _, path := range []string{"public_html/index.html", "public_html/sub", ".old_panel"} {
					notDone(t, moment, d, r, path)
					if moment == "before plan" && d.problem("alice", path) != "protected" {
						t.Errorf("%s: problem %q", path, d.problem("alice", path))
					}
				}
				if got := h.sh("lsattr -d home/alice/public_html/index.html"); !strings.Contains(strings.Fields(got)[0], flag[1:]) {
					t.Errorf("the flag is gone: %s", got)
				}
			})
		}
	}
}

// Files come, go and move while the walk is on: no crash, and what is planned is
// carried out on exactly what was planned or not at all.
func TestT19ChangesDuringWalk(t *testing.T) {
	slow(t)
	h := newHost(t)
	outside := h.outside()
	churn := exec.Command("sh", "-c", `trap 'exit 0' TERM
		i=0; while :; do i=$((i+1)); mkdir -p public_html/t/$((i%7)); touch public_html/t/$((i%7))/f$i; mv public_html/sub public_html/t/ ; mv public_html/t/sub public_html/
		[ $((i%5)) = 0 ] && rm -rf public_html/t; done 2>/dev/null`)
	churn.Dir = h.abs("home/alice")
	churn.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice, Gid: alice}, Pdeathsig: syscall.SIGKILL}
	if err := churn.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { churn.Process.Kill(); churn.Wait() }()
	for i := range 5 {
		h.sh("find home/bob -exec chmod 700 {} + ; rm -rf home/bob/etc")
		r := h.apply(h.planned())
		h.neighbour(&r)
		if r.code != 0 && r.code != 7 {
			t.Errorf("round %d: exit code %d: %s", i, r.code, r.stderr)
		}
	}
	same(t, "outside", outside, h.outside())
}
