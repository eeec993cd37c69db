package plan

import (
	"strings"
	"testing"
)

// The bytes of all these were made by setfacl(1) on a 0750 directory.
func TestACLText(t *testing.T) {
	name := func(id uint32) string { return map[uint32]string{48: "apache", 8: "mail"}[id] }
	const (
		head  = "\x02\x00\x00\x00"
		owner = "\x01\x00\x07\x00\xff\xff\xff\xff"
		other = "\x20\x00\x00\x00\xff\xff\xff\xff"
		user  = "\x02\x00\x05\x00\x30\x00\x00\x00"
	)
	group := func(perm string) string { return "\x04\x00" + perm + "\x00\xff\xff\xff\xff" }
	mask := func(perm string) string { return "\x10\x00" + perm + "\x00\xff\xff\xff\xff" }
	named := "\x08\x00\x07\x00\x08\x00\x00\x00"
	for _, test := range []struct {
		state State
		want  string
	}{
		{State{Mode: 0o750}, "none"},
		{State{Mode: 0o750, Access: head + owner + user + group("\x05") + mask("\x05") + other}, "user:apache:r-x"},
		{State{Mode: 0o770, Access: head + owner + user + group("\x05") + named + mask("\x07") + other}, "user:apache:r-x,group::r-x,group:mail:rwx"},
		{State{Mode: 0o740, Access: head + owner + user + group("\x04") + mask("\x04") + other}, "user:apache:r-x,mask::r--"},
		{State{Mode: 0o740, Access: head + owner + user + group("\x05") + mask("\x04") + other}, "user:apache:r-x,group::r-x,mask::r--"},
		{State{Mode: 0o750, Access: head + owner + group("\x05") + mask("\x05") + other}, "user::rwx,group::r-x,mask::r-x,other::---"},
		// Not what goes with the mode, and nothing that the kernel keeps.
		{State{Mode: 0o700, Access: head + owner + user + group("\x05") + mask("\x05") + other}, "user::rwx,user:apache:r-x,group::r-x,mask::r-x,other::---"},
		{State{Access: head + other + owner}, "02000000" + "20000000ffffffff" + "01000700ffffffff"},
		{State{Access: "\x03\x00\x00\x00"}, "03000000"},
		{State{Access: "x"}, "78"},
	} {
		if got := test.state.ACLText(name, name); got != test.want {
			t.Errorf("%+v: %s, want %s", test.state, got, test.want)
		}
	}
	inherited := head + owner + user + group("\x05") + mask("\x05") + other
	for _, test := range []struct {
		state State
		want  string
	}{
		{State{Mode: 0o750}, "none"},
		{State{Mode: 0o750, Default: inherited}, "user:apache:r-x"},
		{State{Mode: 0o700, Default: inherited}, "user:apache:r-x,group::r-x"},
		{State{Mode: 0o551, Default: inherited}, "user::rwx,user:apache:r-x,other::---"},
		{State{Mode: 0o750, Default: head + owner + user + group("\x05") + mask("\x04") + other}, "user:apache:r-x,mask::r--"},
		{State{Mode: 0o750, Default: head + owner + group("\x05") + other}, "user::rwx,group::r-x,other::---"},
		{State{Mode: 0o770, Access: inherited, Default: inherited}, "user:apache:r-x"},
		{State{Mode: 0o770, Default: head}, "02000000"},
	} {
		if got := test.state.DefaultACLText(name, name); got != test.want {
			t.Errorf("%+v: default %s, want %s", test.state, got, test.want)
		}
	}
}

// An ACL is never hidden in what is said of a change, and one that is right
// stands among what stays.
func TestACLOfChanges(t *testing.T) {
	a := &Account{UID: 1, GID: 1, Users: map[uint32]string{1: "alice", 33: "web"}, Groups: map[uint32]string{1: "alice"}}
	plain := State{Type: Directory, UID: 1, GID: 1, Mode: 0o700}
	web := Grants{Named: []ACLEntry{{ACLUser, 5, 33}}}
	granted, err := plain.WithGrants(0o700, web, web)
	if err != nil {
		t.Fatal(err)
	}
	wider, err := granted.WithGrants(0o701, web, Grants{})
	if err != nil {
		t.Fatal(err)
	}
	shut := granted.Chmod(0o350)
	const inherited = "user:web:r-x"
	for _, test := range []struct {
		change Change
		want   string
	}{
		{
			Change{Action: Update, Before: plain, After: granted},
			"mode 0700 -> 0750   acl none -> user:web:r-x,group::---   default acl none -> " + inherited + " (alice:alice)",
		},
		{
			Change{Action: Update, Before: granted, After: wider},
			"mode 0750 -> 0751   default acl " + inherited + " -> none (alice:alice, acl user:web:r-x,group::---)",
		},
		// What it leaves out of a default ACL depends on the mode; it is not changed by that.
		{
			Change{Action: Update, Before: granted, After: shut},
			"mode 0750 -> 0350 (alice:alice, acl user:web:r-x,group::---, default acl user::rwx," + inherited + ")",
		},
		{Change{Action: Add, After: granted}, "alice:alice   mode 0750   acl user:web:r-x,group::---   default acl " + inherited},
		{Change{Action: Remove, Before: wider}, "is alice:alice   mode 0751   acl user:web:r-x,group::---"},
	} {
		if got := describe(a, &test.change); strings.TrimSpace(got) != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
}
