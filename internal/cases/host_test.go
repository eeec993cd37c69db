package cases

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/userdb"
	"rightful/spec"
)

// aCase is the only case of a file.
func aCase(t *testing.T, text string) *spec.Case {
	t.Helper()
	tests, err := spec.ParseTests(spec.PolicyFile{Name: "x_test.yaml", Data: []byte("rightful_test: 1\n" + text + "\ncases: {x: {}}\n")})
	if err != nil {
		t.Fatal(err)
	}
	return &tests.Cases[0]
}

// Numbers that nobody gave are made up, each once; a user's own group has his
// number where it can.
func TestPeople(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"account: alice", "root 0 0, alice 1001 1001 /home/alice; root 0, alice 1001"},
		{"account: {name: alice, uid: 7, gid: 8, home: /h/a}", "root 0 0, alice 7 8 /h/a; root 0, alice 8"},
		{"account: {name: alice, group: users}\naccounts: [bob]", "root 0 0, alice 1001 1001 /home/alice, bob 1002 1002 /home/bob; root 0, users 1001, bob 1002"},
		{
			"account: alice\nusers: [web, ftp]\ngroups: [web, adm]",
			"root 0 0, web 101 101, ftp 102 102, alice 1001 1001 /home/alice; root 0, web 101, adm 103, ftp 102, alice 1001",
		},
		{
			"account: {name: alice, groups: [web]}\nusers: {web: 33, mail: {uid: 101, gid: 12, groups: [web]}}\ngroups: {web: 101, all: {members: [alice, web]}}",
			"root 0 0, web 33 101 102, mail 101 12 101, alice 1001 1001 /home/alice 101 102; root 0, web 101, all 102, mail 12, alice 1001",
		},
		{
			"account: {name: alice, gid: 5}\naccounts: [{name: bob, gid: 5}]\nusers: {root: {groups: [adm]}}",
			"root 0 0 101, alice 1001 5 /home/alice, bob 1002 5 /home/bob; root 0, adm 101, alice 5",
		},
	} {
		h, err := newHost(aCase(t, c.text))
		if err != nil {
			t.Fatal(err)
		}
		var users, groups []string
		db := h.db()
		all, err := db.Users()
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range all {
			users = append(users, describe(t, db, u))
		}
		for _, g := range h.groups {
			groups = append(groups, fmt.Sprintf("%s %d", g.name, g.gid))
		}
		if diff := cmp.Diff(c.want, strings.Join(users, ", ")+"; "+strings.Join(groups, ", ")); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

func describe(t *testing.T, db *userdb.DB, u userdb.User) string {
	t.Helper()
	text := fmt.Sprintf("%s %d %d", u.Name, u.UID, u.GID)
	if strings.HasPrefix(u.Home, "/h") {
		text += " " + u.Home
	}
	groups, err := db.Memberships(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, gid := range groups {
		text += fmt.Sprintf(" %d", gid)
	}
	return text
}

func TestTree(t *testing.T) {
	h, err := newHost(aCase(t, `
account: alice
accounts: [bob]
users: {web: 33}
tree: |
  d 0711 .
  d 2750 :web a acl=user:web:r-x,default:group:web:rwx
  f 0600 a/f immutable
  h a/g -> a/f
  h /home/bob/f -> a/f
  f 0600 33:4 a/lone nlink=5
  l a/l -> ../x
  d 0700 /home/bob
  f 0600 /home/bob/x
  f 0644 /var/x/y
  d 0777 /var/tmp
  s 0666 /var/tmp/s`))
	if err != nil {
		t.Fatal(err)
	}
	number := func(id uint32) string { return fmt.Sprint(id) }
	for path, want := range map[string]string{
		"/":                "directory 0755 0:0 0 none none",
		"/home":            "directory 0755 0:0 0 none none",
		"/home/alice":      "directory 0711 1001:1001 0 none none",
		"/home/alice/a":    "directory 2750 1001:33 0 user:33:r-x group:33:rwx",
		"/home/alice/a/f":  "file 0600 1001:1001 3 immutable none none",
		"/home/alice/a/g":  "file 0600 1001:1001 3 immutable none none",
		"/home/bob/f":      "file 0600 1001:1001 3 immutable none none",
		"/home/alice/a/l":  "symlink 0000 1001:1001 0 ../x none none",
		"/home/bob/x":      "file 0600 1002:1002 1 none none",
		"/var/x":           "directory 0755 0:0 0 none none",
		"/var/tmp":         "directory 0777 0:0 0 none none",
		"/var/tmp/s":       "socket 0666 0:0 0 none none",
		"/home/alice/gone": "file does not exist",
	} {
		got := ""
		s, err := h.tree.Lookup(path)
		if err == nil {
			got = fmt.Sprintf("%v %v %d:%d %d", s.Type, s.Mode, s.UID, s.GID, s.Nlink)
			if s.Flags != 0 {
				got += " immutable"
			}
			if s.Target != "" {
				got += " " + s.Target
			}
			got += " " + s.ACLText(number, number) + " " + s.DefaultACLText(number, number)
		} else if strings.HasSuffix(err.Error(), "no such file or directory") {
			got = "file does not exist"
		}
		if got != want {
			t.Errorf("%s: %s %v; want %s", path, got, err, want)
		}
	}
}
