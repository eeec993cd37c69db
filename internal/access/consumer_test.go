package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightful/plan"
)

var (
	alice = Identity{UID: 1000, GID: 1000, Groups: []uint32{500}}
	web   = Identity{UID: 33, GID: 33}
)

// site is an account as it should be; a case changes one line of it.
const site = `
/                               0755 0:0
/home/                          0711 0:0
/home/alice/                    0711 1000:1000
/home/alice/.ssh/               0700 1000:1000
/home/alice/.ssh/authorized_keys 0600 1000:1000
/home/alice/.forward            0644 1000:1000
/home/alice/public_html/        0750 1000:33
/home/alice/public_html/.htaccess  0644 1000:1000
/home/alice/public_html/index.html 0644 1000:1000
/home/alice/public_html/app.php    0644 1000:1000
/home/alice/public_html/own -> app.php 1000:1000
/home/alice/public_html/odd -> app.php 1001:1001
/home/alice/public_html/gone -> nowhere 1000:1000
/home/alice/public_html/away -> /home/alice/data/x 1000:1000
/home/alice/public_html/pipe p 0644 1000:1000
/home/alice/public_html/img/       0711 1000:1000
/home/alice/public_html/img/a.png  0644 1000:1000
/home/alice/public_html/list/      0755 1000:1000
/home/alice/data/                  0700 1000:1000
/home/alice/data/x                 0644 1000:1000
/var/www/cgi/       0755 1000:1000
/var/www/cgi/run    0755 1000:1000
/var/www/cgi/link -> run 1000:1000
/srv/cgi/           0755 1000:1000
/srv/cgi/run        0755 1000:1000
/var/spool/cron/alice 0600 1000:1000
/run/fpm.sock s 0660 0:33
`

// table is one consumer's: what is asked about, the line that differs, and the
// findings, as "code path" or "path", in their order.
type table []struct{ path, line, want string }

func (rows table) check(t *testing.T, x Consumer) {
	t.Helper()
	for _, row := range rows {
		c := &Case{
			Tree: plant(t, site+row.line).look, Name: "alice", Home: "/home/alice", Account: alice, Web: web, Path: row.path, Members: members1000,
		}
		var got []string
		for _, f := range x.Check(c) {
			text := f.Path
			if f.Code != "" {
				text = f.Code + " " + text
			}
			if f.Weight != Refused {
				text = f.Weight.String() + " " + text
			}
			if f.Reason == "" || strings.Contains(f.Reason, "%!") {
				t.Errorf("%s: reason %q", text, f.Reason)
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != row.want {
			t.Errorf("%T %s with %q:\n got %s\nwant %s", x, row.path, row.line, text, row.want)
		}
	}
}

// members1000: 1000 is alice's own group, 600 has nobody, 700 has bob, too, 800 is
// listed only.
func members1000(gid uint32) (primary, listed []uint32, known bool) {
	switch gid {
	case 1000:
		return []uint32{1000}, nil, true
	case 600:
		return nil, nil, true
	case 700:
		return []uint32{1000, 1001}, nil, true
	case 750:
		return []uint32{1000}, []uint32{1000, 1001}, true
	case 800:
		return nil, []uint32{1000}, true
	}
	return nil, nil, false
}

const docs = "/home/alice/public_html"

func TestApache(t *testing.T) {
	table{
		{docs + "/app.php", "", ""},
		{docs + "/app.php", "/home/alice/public_html/app.php 0600 1000:1000", "AH00132 " + docs + "/app.php"},
		{docs + "/app.php", "/home/alice/public_html/ 0750 1000:1000", "AH00529 " + docs},
		{docs + "/app.php", "/home/alice/ 0700 1000:1000", "AH00035 /home/alice"},
		{docs + "/app.php", "/home/alice/public_html/.htaccess 0600 1000:1000", "AH00529 " + docs + "/.htaccess"},
		{docs + "/img/a.png", "/home/alice/public_html/img/.htaccess 0640 1000:1000", "AH00529 " + docs + "/img/.htaccess"},
		{docs + "/img/a.png", "", ""},
		{docs + "/img", "", "AH01275 " + docs + "/img"},
		{docs + "/list", "", ""},
		{docs + "/img", "/home/alice/public_html/img/index.html 0644 1000:1000", ""},
		{docs + "/img", "/home/alice/public_html/img/index.html 0600 1000:1000", "AH00132 " + docs + "/img/index.html"},
		{docs + "/none", "", "AH00128 " + docs + "/none"},
		{docs + "/app.php/more", "", "AH00128 " + docs + "/app.php"},
		{docs + "/pipe", "", "AH00038 " + docs + "/pipe"},
		{docs + "/own", "", ""},
		{docs + "/odd", "", "AH00037 " + docs + "/odd"},
		{docs + "/gone", "", "AH00037 /home/alice/public_html/nowhere"},
		{docs + "/away", "", "AH00037 /home/alice/data"},
		{"", "", ""},
	}.check(t, Apache{Docroot: docs, Links: IfOwnerMatch, Htaccess: true})
	table{
		{docs + "/odd", "", ""},
		{docs + "/away", "", "AH00037 /home/alice/data"},
		{docs + "/away", "/home/alice/data/ 0711 1000:1000", ""},
		{docs + "/app.php", "/home/alice/public_html/ 0750 1000:1000", "AH00035 " + docs},
		{docs + "/app.php", "/home/alice/public_html/.htaccess 0600 1000:1000", ""},
	}.check(t, Apache{Docroot: docs})
	table{
		{docs + "/own", "", "AH00037 " + docs + "/own"},
		{docs + "/app.php", "", ""},
	}.check(t, Apache{Docroot: docs, Links: NoLinks})
}

func TestNginx(t *testing.T) {
	table{
		{docs + "/app.php", "", ""},
		{docs + "/app.php", "/home/alice/public_html/app.php 0600 1000:1000", docs + "/app.php"},
		{docs + "/none", "", docs + "/none"},
		{docs + "/pipe", "", docs + "/pipe"},
		{docs + "/odd", "", ""},
		{docs, "", ""},
		{docs + "/img", "", docs + "/img"},
		{docs + "/list", "", docs + "/list"},
	}.check(t, Nginx{})
	table{{docs + "/img", "", docs + "/img"}, {docs + "/list", "", ""}}.check(t, Nginx{Autoindex: true})
	table{{docs + "/odd", "", docs + "/odd"}, {docs + "/own", "", ""}}.check(t, Nginx{Links: IfOwnerMatch})
	table{{docs + "/own", "", docs + "/own"}}.check(t, Nginx{Links: NoLinks})
	table{
		{"/srv/w/app.php", "/srv/w -> /home/alice/public_html 5:5", ""},
		{"/srv/w/own", "/srv/w -> /home/alice/public_html 5:5", "/srv/w/own"},
	}.check(t, Nginx{Links: NoLinks, From: "/srv/w"})
}

func TestSuEXEC(t *testing.T) {
	const dir, run = "/var/www/cgi", "/var/www/cgi/run"
	table{
		{run, "", ""},
		{run, "/var/www/ 0775 0:0", ""}, // only the folder itself is looked at
		{"/srv/cgi/run", "", "suEXEC 114 /srv/cgi"},
		{"/var/www2/run", "/var/www2/ 0755 1000:1000\n/var/www2/run 0755 1000:1000", ""}, // strncmp()
		{run, "/var/www/ 0700 0:0", "suEXEC 113 /var/www"},
		{run, "/var/ 0700 0:0", "suEXEC 113 /var"},
		{"/var/www/in/cgi/run", "/var/www/in/ 0700 33:33\n/var/www/in/cgi/ 0755 1000:1000", "suEXEC 115 /var/www/in"},
		{run, dir + "/ 0775 1000:1000", "suEXEC 116 " + dir},
		{run, dir + "/ 0757 1000:1000", "suEXEC 116 " + dir},
		{dir + "/none", "", "suEXEC 117 " + dir + "/none"},
		{dir + "/link", "", "suEXEC 117 " + dir + "/link"},
		{run, run + " 0775 1000:1000", "suEXEC 118 " + run},
		{run, run + " 04755 1000:1000", "suEXEC 119 " + run},
		{run, run + " 0755 1000:33", "suEXEC 120 " + run},
		{run, dir + "/ 0755 0:0", "suEXEC 120 " + dir},
		{run, run + " 0644 1000:1000", "suEXEC 121 " + run},
		{run, run + " 0646 33:1000", "suEXEC 118 " + run + ", suEXEC 120 " + run + ", suEXEC 121 " + run},
	}.check(t, SuEXEC{})
	table{{run, "", "suEXEC 107 " + run}}.check(t, SuEXEC{MinUID: 2000})
	table{{run, "", "suEXEC 108 " + run}}.check(t, SuEXEC{MinGID: 2000})
	table{
		{docs + "/app.php", docs + "/app.php 0755 1000:1000\n" + docs + "/ 0755 1000:1000", ""},
		{run, "", "suEXEC 114 " + dir},
		{run, docs + "/ 0000 1000:1000", "suEXEC 112 " + docs},
		{run, dir + "/ 0311 1000:1000", "suEXEC 111 " + dir},
	}.check(t, SuEXEC{Userdir: "public_html"})
}

func TestSuPHP(t *testing.T) {
	app := docs + "/app.php"
	table{
		{app, "", ""},
		{app, app + " 0244 1000:1000", app + ", " + app}, // and PHP itself cannot
		{app, app + " 0664 1000:1000", app},
		{app, app + " 0666 1000:1000", app + ", " + app},
		{app, app + " 0644 1001:1000", app},
		{app, app + " 0644 1000:33", app},
		{app, app + " 0644 0:0", app + ", " + app + ", " + app + ", " + app},
		{app, "/home/ 0775 0:0", "/home"},
		{app, "/home/ 0755 7:0", "/home"},
		{docs + "/odd", "", docs + "/odd, " + docs + "/odd, " + docs + "/odd"},
		{docs + "/own", "", ""},
		{docs + "/none", "", docs + "/none"},
		{"/srv/cgi/run", "", "/srv/cgi/run, /srv/cgi/run"},
	}.check(t, SuPHP{Docroot: docs})
	table{
		{app, app + " 0664 1000:1000", ""},
		{app, "/home/ 0777 0:0", ""},
	}.check(t, SuPHP{FileGroupWritable: true, DirectoryGroupWritable: true, DirectoryOthersWritable: true})
	table{{"/srv/cgi/run", "/srv/cgi/run 0755 1001:1001", "/srv/cgi"}}.check(t, SuPHP{AnyOwner: true})
}

func TestPHPFPM(t *testing.T) {
	app := docs + "/app.php"
	table{
		{app, "", ""},
		{app, app + " 0640 0:0", "Access denied. " + app},
		{app, "/home/ 0700 0:0", "File not found. /home"},
		{docs, "", docs},
		{app, "/run/fpm.sock s 0660 0:0", "/run/fpm.sock"},
		{"", "", ""},
	}.check(t, PHPFPM{Socket: "/run/fpm.sock"})
	table{{"", "", ""}}.check(t, PHPFPM{Pool: &web})
	table{{app, "", app}}.check(t, PHPFPM{Pool: &Identity{GID: 5}})
}

func TestSSHD(t *testing.T) {
	const home, ssh, keys = "/home/alice", "/home/alice/.ssh", "/home/alice/.ssh/authorized_keys"
	both := table{
		{"", "", ""},
		{home + "/none", "", ""},
		{"", home + "/ 0750 0:1000", ""},
		{"", home + "/ 0711 1001:1000", home},
		{"", keys + " 0644 1001:1000", keys},
		{"", keys + " 0600 0:0", keys},
		{"", keys + " p 0600 1000:1000", keys},
		{"", ssh + "/ 0777 1000:1000", ssh},
		{"", ssh + "/ 0770 1000:700", ssh},
		{"", ssh + "/ 0770 1000:750", ssh},
		{"", ssh + "/ 0770 1000:600", ssh},
		{"", ssh + "/ 0770 1000:9", ssh},
		{"", "/home/ 01777 0:0", ""}, // above the home nobody looks
		{"", home + "/.ssh/ 0600 1000:1000", ssh},
		{"", ssh + "/authorized_keys -> /tmp/k 1000:1000\n/tmp/ 0777 0:0\n/tmp/k 0600 1000:1000", "/tmp"},
		{"/etc/keys", "/etc/keys 0644 0:0\n/etc/ 0775 0:9", "/etc"},
	}
	both.check(t, SSHD{})
	both.check(t, SSHDDebian{})
	private := func(upstream string) table {
		return table{
			{"", home + "/ 0775 1000:1000", upstream},
			{"", home + "/ 0775 1000:800", upstream},
		}
	}
	private(home).check(t, SSHD{})
	private("").check(t, SSHDDebian{})
}

// An ACL that gives www-data write shows in the mode as the group's: upstream
// refuses, Debian takes it, and the login is www-data's too.
func TestSSHDSeesACLs(t *testing.T) {
	f := plant(t, site)
	f["/home/alice/.ssh"] = plan.State{Type: plan.Directory, UID: 1000, GID: 1000, Mode: 0o770, Access: acl(7, 0, 7, 0, user(33, 7), user(1000, 7))}
	c := &Case{Tree: f.look, Home: "/home/alice", Account: alice, Members: members1000}
	if got := (SSHD{}).Check(c); len(got) != 1 || got[0].Weight != Refused {
		t.Errorf("upstream: %+v", got)
	}
	got := SSHDDebian{}.Check(c)
	if len(got) != 1 || got[0].Weight != Risk || got[0].Code != "sshd-acl-write" || !strings.Contains(got[0].Reason, "uid 33") {
		t.Errorf("debian: %+v", got)
	}
}

func TestCron(t *testing.T) {
	const tab = "/var/spool/cron/alice"
	table{
		{"", "", ""},
		{"", tab + " 0400 1000:1000", ""},
		{"", tab + " 0600 0:0", ""},
		{"", tab + " 0644 1000:1000", ""},
		{"", tab + " 0664 1000:1000", "BAD FILE MODE " + tab},
		{"", tab + " 0700 1000:1000", "BAD FILE MODE " + tab},
		{"", tab + " 0600 1001:1000", "WRONG FILE OWNER " + tab},
		{"", tab + " p 0600 1000:1000", "NOT REGULAR " + tab},
		{"/var/spool/cron/crontabs/alice", "", ""},
	}.check(t, Cron{})
	f := plant(t, site)
	s := f[tab]
	s.Nlink = 2
	f[tab] = s
	got := Cron{}.Check(&Case{Tree: f.look, Name: "alice", Account: alice})
	if len(got) != 1 || got[0].Code != "BAD LINK COUNT" {
		t.Errorf("two names: %+v", got)
	}
}

func TestForward(t *testing.T) {
	const fwd = "/home/alice/.forward"
	rows := func(exim, postfix [8]string) (a, b table) {
		lines := [8]string{
			"", fwd + " 0664 1000:1000", fwd + " 0666 1000:1000", fwd + " 0644 0:0",
			fwd + " 0644 1001:1001", fwd + " 0600 0:0", fwd + " -> /home/alice/data/x 1000:1000", "/home/alice/ 0750 1001:500",
		}
		for i, line := range lines {
			a, b = append(a, struct{ path, line, want string }{"", line, exim[i]}), append(b, struct{ path, line, want string }{"", line, postfix[i]})
		}
		return a, b
	}
	// The last one: neither has the supplementary group that would let them in.
	exim, postfix := rows(
		[8]string{"", fwd, fwd, fwd, fwd, fwd, "", "/home/alice"},
		[8]string{"", "", fwd, "", fwd, fwd, fwd, "/home/alice"},
	)
	exim.check(t, EximForward{})
	postfix.check(t, PostfixForward{})
}

func TestDoubtIsNoRefusal(t *testing.T) {
	f := plant(t, site)
	s := f[docs]
	s.Access = "junk"
	f[docs] = s
	for _, name := range []string{"apache", "nginx"} {
		x, _ := ByName(name)
		got := x.Check(&Case{Tree: f.look, Account: alice, Web: web, Path: docs + "/app.php"})
		if len(got) != 1 || got[0].Weight != Doubt {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestByName(t *testing.T) {
	names := Consumers()
	if !slices.IsSorted(names) || len(names) != 10 {
		t.Errorf("%q", names)
	}
	for _, name := range names {
		x, ok := ByName(name)
		if !ok || len(x.Blind()) == 0 {
			t.Errorf("%s: %v, blind to %q", name, ok, x)
		}
	}
	if x, ok := ByName("sendmail"); ok {
		t.Error(fmt.Sprint(x))
	}
}
