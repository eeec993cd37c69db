package userdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const passwdFile = `root:x:0:0:root:/root:/bin/bash
+nisuser::::::
damaged:x:12
alice:x:1001:1001:Alice,,,:/home/alice:/bin/sh
alias:x:1001:1001::/home/alice:/bin/sh
1002:x:1003:1003::/home/1002:/bin/sh
huge:x:4294967296:1:::
`

func fromFiles(t *testing.T) *DB {
	t.Helper()
	reads := 0
	return Files(func(path string) ([]byte, error) {
		switch path {
		case "/etc/passwd":
			if reads++; reads > 1 {
				t.Error("passwd was read twice in one run")
			}
			return []byte(passwdFile), nil
		case "/etc/group":
			return []byte("root:x:0:\nwww-data:x:33:alice\n"), nil
		}
		return nil, os.ErrNotExist
	})
}

func TestFiles(t *testing.T) {
	db := fromFiles(t)
	users, err := db.Users()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range users {
		names = append(names, u.Name)
	}
	if got, want := strings.Join(names, " "), "root alice alias 1002"; got != want {
		t.Errorf("users = %q, want %q", got, want)
	}
	if u, ok, _ := db.User("alice"); !ok || u.UID != 1001 || u.Home != "/home/alice" {
		t.Errorf("alice = %+v, %v", u, ok)
	}
	if u, ok, _ := db.UserByID(1001); !ok || u.Name != "alice" {
		t.Errorf("uid 1001 = %+v, %v; the first record counts", u, ok)
	}
	if g, ok, _ := db.Group("www-data"); !ok || g.GID != 33 {
		t.Errorf("www-data = %+v, %v", g, ok)
	}
	for _, name := range []string{"nobody", "", "al:ice", "-h", "+nisuser", "damaged", "huge", "1001", "1002"} {
		if u, ok, err := db.User(name); ok || err != nil {
			t.Errorf("User(%q) = %+v, %v, %v; want nothing", name, u, ok, err)
		}
	}
}

// What somebody typed into a file is found by its number too.
func TestLeadingZeros(t *testing.T) {
	db := Files(func(string) ([]byte, error) { return []byte("padded:x:0007:08::/home/padded:/bin/sh\n"), nil })
	if u, ok, err := db.UserByID(7); !ok || err != nil || u != (User{"padded", 7, 8, "/home/padded"}) {
		t.Errorf("uid 7 = %+v, %v, %v", u, ok, err)
	}
}

// A number must never answer for a name: the cache is shared.
func TestNumberIsNoName(t *testing.T) {
	db := fromFiles(t)
	if _, ok, _ := db.UserByID(1001); !ok {
		t.Fatal("uid 1001 is missing")
	}
	if u, ok, _ := db.User("1001"); ok {
		t.Errorf("the name 1001 found %+v", u)
	}
}

func TestReadError(t *testing.T) {
	boom := errors.New("boom")
	db := Files(func(string) ([]byte, error) { return nil, boom })
	if _, _, err := db.User("alice"); !errors.Is(err, boom) {
		t.Errorf("err = %v, want boom", err)
	}
}

// The oracle is id(1).
func TestHost(t *testing.T) {
	if _, err := exec.LookPath("getent"); err != nil {
		t.Skip("no getent(1): install libc-bin")
	}
	out, err := exec.Command("id", "-u", "nobody").Output()
	if err != nil {
		t.Skip("no user nobody")
	}
	db := Host(os.ReadFile)
	u, ok, err := db.User("nobody")
	if err != nil || !ok || strings.TrimSpace(string(out)) != strconv.FormatUint(uint64(u.UID), 10) {
		t.Errorf("nobody = %+v, %v, %v; id says %s", u, ok, err, out)
	}
	if _, ok, err := db.User("no-such-user-here"); ok || err != nil {
		t.Errorf("a name that nobody has: %v, %v", ok, err)
	}
}

func TestMemberships(t *testing.T) {
	db := fromFiles(t)
	alice, _, _ := db.User("alice")
	if got, err := db.Memberships(alice); err != nil || len(got) != 1 || got[0] != 33 {
		t.Errorf("alice is in %v, %v; want 33", got, err)
	}
	root, _, _ := db.User("root")
	if got, err := db.Memberships(root); err != nil || len(got) != 0 {
		t.Errorf("root is in %v, %v; want nothing beside his own", got, err)
	}
}

func TestMembers(t *testing.T) {
	reads := 0
	db := Files(func(path string) ([]byte, error) {
		if path == "/etc/group" {
			return []byte("staff:x:50:bob,gone,alice\nalice:x:1001:\nempty:x:7:\n"), nil
		}
		reads++
		return []byte("alice:x:1001:1001::/:\nalias:x:1001:1001::/:\nbob:x:1002:50::/:\n+nis::::::\n"), nil
	})
	for _, c := range []struct {
		gid  uint32
		want string
	}{
		{50, "[1002] [1002 4294967295 1001] true"},
		{1001, "[1001 1001] [] true"},
		{7, "[] [] true"},
		{8, "[] [] false"},
	} {
		primary, listed, known, err := db.Members(c.gid)
		if got := fmt.Sprint(primary, listed, known); got != c.want || err != nil {
			t.Errorf("%d: %s, %v; want %s", c.gid, got, err, c.want)
		}
	}
	if reads != 1 {
		t.Errorf("passwd was read %d times", reads)
	}
}

// TestManyQuestions counts the processes: where many are asked for, the table is,
// and who is not in it is still asked for by name.
func TestManyQuestions(t *testing.T) {
	dir := t.TempDir()
	script := fmt.Sprintf(`#!/bin/sh
echo "$*" >>%[1]s/log
case $# in
1) [ -e %[1]s/silent ] || for i in $(seq 100); do echo "u$i:x:$i:$i::/home/u$i:/bin/sh"; done ;;
*) [ "$2" != hidden ] || echo "hidden:x:5000:5000::/:/bin/sh" ;;
esac
`, dir)
	for name, text := range map[string]string{"getent": script, "silent": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, silent := range []bool{true, false} {
		db, answered := Host(nil), 0
		for i := range 100 {
			if u, ok, err := db.UserByID(uint32(i + 1)); err != nil {
				t.Fatal(err)
			} else if ok && u.Name == fmt.Sprintf("u%d", i+1) {
				answered++
			}
		}
		if u, ok, err := db.User("hidden"); !ok || err != nil || u.UID != 5000 {
			t.Errorf("hidden: %+v, %v, %v", u, ok, err)
		}
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil {
			t.Fatal(err)
		}
		// Those before the table was asked for have had their answer: nobody.
		want, calls := 100-manyAsked+1, manyAsked+1
		if silent {
			want, calls = 0, 100+2
		}
		if n := strings.Count(string(log), "\n"); answered != want || n != calls {
			t.Errorf("silent %v: %d answers by %d processes, want %d by %d", silent, answered, n, want, calls)
		}
		os.Remove(filepath.Join(dir, "log"))
		os.Remove(filepath.Join(dir, "silent"))
	}
}
