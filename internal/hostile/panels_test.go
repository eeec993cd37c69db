//go:build linux

package hostile

import (
	"os"
	"strings"
	"testing"
)

// TestPanels plants what makes today's fixers give root's files away, one attack
// for each of them, in the order of the reference's table. None needs a race:
// the customer plants the object and waits for the admin to fix permissions.
// Everything outside stays untouched, and what was planted is a problem, or is
// left alone.
func TestPanels(t *testing.T) {
	slow(t)
	for _, tt := range []struct {
		name    string
		plant   string // by alice, or by root for what was possible once
		path    string // what may not become a step
		problem string // of that path; "" where it is left alone
		check   string // a script that prints nothing
	}{
		{"A link named .htaccess", "ln -s ../../../outside/shadow public_html/.htaccess", "public_html/.htaccess", "", ""},
		{"B link named x.cgi", "ln -s ../../../outside/shadow public_html/x.cgi", "public_html/x.cgi", "", ""},
		{"C public_html is a link to a directory", "mv public_html real; ln -s ../../outside/dir public_html", "public_html", "wrong_type", "find home/alice/public_html -maxdepth 0 ! -type l"},
		{
			"D name with a space that a shell would split", `mkdir -p "public_html/x /etc" && touch "public_html/x /etc/shadow y.cgi" && chmod 600 "public_html/x /etc/shadow y.cgi"`, "public_html/x", "",
			`find "home/alice/public_html/x /etc/shadow y.cgi" ! -perm 755`,
		},
		{"D2 ordinary file with a space", `echo form >"public_html/my form.cgi"; chmod 600 "public_html/my form.cgi"`, "public_html/my", "", `find "home/alice/public_html/my form.cgi" ! -perm 755`},
		{"E old hard link", "#root\nln ../../outside/shadow public_html/linked.html", "public_html/linked.html", "hard_link", ""},
		{"F file with setuid", "cp /bin/true public_html/tool.cgi; chmod 4755 public_html/tool.cgi", "public_html/tool.cgi", "setid", "find home/alice/public_html/tool.cgi ! -perm 4755"},
		{"G2 file with a capability", "#root\ncp /bin/true public_html/cap.cgi; chown 62001:62001 public_html/cap.cgi; setcap cap_net_raw+ep public_html/cap.cgi; chmod 755 public_html/cap.cgi", "public_html/cap.cgi", "", "getcap home/alice/public_html/cap.cgi | grep -q cap_net_raw || echo the capability is gone"},
		{"H links to a file and to a directory", "ln -s ../../../outside/shadow public_html/f; ln -s ../../../outside public_html/d", "public_html/d/shadow", "", ""},
		{"I parent replaced by a link", "mv public_html/sub public_html/was; ln -s ../../../outside/dir public_html/sub", "public_html/sub/page.html", "", "ls outside/dir/page.html outside/dir/new 2>/dev/null"},
		{"J parent of something to be added", "ln -s ../../outside etc", "etc/motd", "", "ls outside/motd 2>/dev/null"},
		{"K link where a directory should be", "ln -s ../../outside/dir logs", "logs", "wrong_type", ""},
		{"K2 old hard link, left alone", "#root\necho victim >../../outside/v; chmod 600 ../../outside/v; chown 62002 ../../outside/v; ln ../../outside/v public_html/v.cgi; rm ../../outside/v", "public_html/v.cgi", "foreign_owner", "find home/alice/public_html/v.cgi ! -uid 62002 -o ! -perm 600"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			if strings.Contains(tt.plant, "setcap") {
				needTool(t, "setcap", "getcap")
			}
			if strings.HasPrefix(tt.plant, "#root") {
				h.sh("cd home/alice\n" + tt.plant)
			} else {
				h.alice(tt.plant)
			}
			outside, files := h.outside(), h.files()
			name := h.planned()
			d := h.show(name)
			if d.step("alice", tt.path) || d.problem("alice", tt.path) != tt.problem {
				t.Errorf("%s: step %v, problem %q, want %q", tt.path, d.step("alice", tt.path), d.problem("alice", tt.path), tt.problem)
			}
			r := h.apply(name)
			h.neighbour(&r)
			h.kept(files)
			same(t, "outside", outside, h.outside())
			if tt.check != "" {
				if got := h.sh(tt.check + " || true"); got != "" {
					t.Errorf("%s", got)
				}
			}
		})
	}
}

// G: an undo is an exploit where it believes the paths that it once saw.
func TestPanelsUndo(t *testing.T) {
	h := newHost(t)
	name := h.planned()
	r := h.apply(name)
	if !r.Complete {
		t.Fatalf("%+v", r.NotDone)
	}
	if o := h.run("help", "undo"); o.code != 0 {
		t.Skip("there is no undo in this program")
	}
	h.alice("rm public_html/index.html; ln -s ../../../outside/shadow public_html/index.html; mv public_html/sub was; ln -s ../../../outside/dir public_html/sub")
	outside := h.outside()
	h.must("undo", "-out", "undo.plan", r.Run)
	if d := h.show("undo.plan"); d.step("alice", "public_html/index.html") || d.step("alice", "public_html/sub/page.html") {
		t.Error("what was replaced is to be undone")
	}
	if o := h.run("approve", "-all", "undo.plan"); o.code == 0 {
		h.apply("undo.plan")
	}
	same(t, "outside", outside, h.outside())
	if target, _ := os.Readlink(h.abs("home/alice/public_html/index.html")); target != "../../../outside/shadow" {
		t.Errorf("alice's link: %q", target)
	}
}

// H3: what a plan shows, and nothing else, is what apply does: by manifests of
// the whole host before and after.
func TestOnlyWhatWasPlanned(t *testing.T) {
	h := newHost(t)
	h.alice("umask 0; mkdir -p public_html/a/b; touch public_html/a/b/c public_html/x.cgi; ln -s /etc/passwd public_html/l; mkfifo public_html/f; chmod 2777 public_html/a")
	h.sh("ln home/alice/public_html/a/b/c home/alice/public_html/hard; chown 0:0 home/alice/public_html/x.cgi")
	name := h.planned()
	before, outside := h.look(false, "home"), h.outside()
	planned := map[string]bool{"(acl)": true}
	for _, s := range h.show(name).Steps {
		planned["home/"+s.Account+"/"+s.Path] = true
	}
	if r := h.apply(name); !r.Complete {
		t.Errorf("%+v", r.NotDone)
	}
	now := h.look(false, "home")
	for path, what := range now {
		was, there := before[path]
		switch {
		case was == what || planned[path] || planned[path+"/."]:
		case strings.HasPrefix(path, "home/.rightful"): // ours
		case there && was[0] == 'd' && sizeless(was) == sizeless(what): // names came or went in it
		default:
			t.Errorf("not planned: %q is %s, was %q", path, what, was)
		}
	}
	for path := range before {
		if _, there := now[path]; !there && !strings.Contains(path, "/.old_panel") {
			t.Errorf("gone: %q", path)
		}
	}
	same(t, "outside", outside, h.outside())
}

// sizeless is what a manifest says of a directory but for its size.
func sizeless(what string) string { return strings.Join(strings.Fields(what)[:3], " ") }
