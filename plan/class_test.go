package plan_test

import (
	"encoding/binary"
	"encoding/json"
	"testing"

	"rightful/plan"
)

// acl is the kernel's form of tag, perm, id triples.
func acl(entries ...[3]uint32) string {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return string(b)
}

func TestClassify(t *testing.T) {
	const none = ^uint32(0)
	owner, group, other := [3]uint32{1, 6, none}, [3]uint32{4, 4, none}, [3]uint32{0x20, 0, none}
	state := func(uid, gid uint32, mode plan.Mode) plan.State {
		return plan.State{Type: plan.File, UID: uid, GID: gid, Mode: mode}
	}
	withACL := func(mode plan.Mode, entries ...[3]uint32) plan.State {
		s := state(1, 1, mode)
		s.Access = acl(entries...)
		return s
	}
	dir := func(mode plan.Mode, deflt string) plan.State {
		return plan.State{Type: plan.Directory, UID: 1, GID: 1, Mode: mode, Default: deflt}
	}
	link := func(uid uint32, target string) plan.State {
		return plan.State{Type: plan.Symlink, UID: uid, GID: uid, Target: target}
	}
	bob := func(perm uint32) [3]uint32 { return [3]uint32{2, perm, 7} }
	mask := func(perm uint32) [3]uint32 { return [3]uint32{0x10, perm, none} }
	for _, c := range []struct {
		name          string
		before, after plan.State
		want          string
	}{
		{"add", plan.State{}, state(1, 1, 0o777), "add"},
		{"remove", state(1, 1, 0o777), plan.State{}, "remove"},
		{"bit added", state(1, 1, 0o600), state(1, 1, 0o644), "loosen"},
		{"bit dropped", state(1, 1, 0o666), state(1, 1, 0o644), "tighten"},
		{"both", state(1, 1, 0o606), state(1, 1, 0o640), "tighten,loosen"},
		{"sticky dropped", dir(0o1777, ""), dir(0o777, ""), "loosen"},
		{"sticky set", dir(0o777, ""), dir(0o1777, ""), "tighten"},
		{"setgid set", dir(0o755, ""), dir(0o2755, ""), "loosen"},
		{"setgid dropped", dir(0o2755, ""), dir(0o755, ""), "tighten"},
		{"owner alone", state(0, 1, 0o600), state(1, 1, 0o600), "chown"},
		{"group while its bits stand", state(1, 1, 0o640), state(1, 2, 0o640), "tighten,loosen,chown"},
		{"group without bits", state(1, 1, 0o600), state(1, 2, 0o600), "chown"},
		{"group and bits", state(1, 1, 0o700), state(1, 2, 0o750), "loosen,chown"},
		{"the shut out group changes", state(1, 1, 0o604), state(1, 2, 0o604), "tighten,loosen,chown"},
		{"link retargeted", link(1, "a"), link(1, "b"), ""},
		{"link chowned", link(1, "a"), link(2, "a"), "chown"},
		{"named user enters", state(1, 1, 0o640), withACL(0o640, owner, bob(4), group, mask(4), other), "loosen"},
		{"named user leaves", withACL(0o640, owner, bob(4), group, mask(4), other), state(1, 1, 0o640), "tighten"},
		{"mask opens", withACL(0o640, owner, bob(6), group, mask(4), other), withACL(0o660, owner, bob(6), group, mask(6), other), "loosen"},
		{"mask shuts", withACL(0o660, owner, bob(6), group, mask(6), other), withACL(0o640, owner, bob(6), group, mask(4), other), "tighten"},
		{"a shut out user is no longer named", withACL(0o644, owner, bob(0), group, mask(4), [3]uint32{0x20, 4, none}), state(1, 1, 0o644), "loosen"},
		{"default acl", dir(0o755, ""), dir(0o755, acl(owner, bob(4), group, mask(4), other)), "loosen"},
		{"unreadable acl", state(1, 1, 0o640), plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o640, Access: "\x09\x00\x00\x00"}, "tighten,loosen"},
	} {
		if got := plan.Classify(c.before, c.after, false).String(); got != c.want {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
	if got := plan.Classify(state(0, 1, 0o600), state(1, 1, 0o600), true).String(); got != "chown,take" {
		t.Errorf("taking: %q", got)
	}
}

func TestClassesAsText(t *testing.T) {
	text, err := json.Marshal(plan.Chown | plan.Loosen)
	if err != nil || string(text) != `["loosen","chown"]` {
		t.Errorf("%s, %v", text, err)
	}
	var back plan.Classes
	if err := json.Unmarshal([]byte(`["chown","loosen"]`), &back); err != nil || back != plan.Chown|plan.Loosen {
		t.Errorf("%v, %v", back, err)
	}
	if _, err := plan.ParseClass("losen"); err == nil {
		t.Error("losen is a class")
	}
}
