package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"rightful/plan"
)

func user(id uint32, perm uint16) plan.ACLEntry  { return entry(plan.ACLUser, id, perm) }
func group(id uint32, perm uint16) plan.ACLEntry { return entry(plan.ACLNamedGroup, id, perm) }

func TestCheckSaysWhatDecided(t *testing.T) {
	web := Identity{UID: 33, GID: 33, Groups: []uint32{500}}
	file := func(uid, gid uint32, mode plan.Mode, acl string) plan.State {
		return plan.State{Type: plan.File, UID: uid, GID: gid, Mode: mode, Access: acl}
	}
	for name, c := range map[string]struct {
		state plan.State
		want  Want
		text  string
	}{
		"others may":                         {file(1, 1, 0o604, ""), Read, "allowed: other has r--, lacks ---"},
		"a member is no other":               {file(1, 500, 0o604, ""), Read, "denied: group (gid 500) has ---, lacks r--"},
		"the owner is no member":             {file(33, 33, 0o070, ""), Read, "denied: owner (uid 33) has ---, lacks r--"},
		"the owner is not asked about ACLs":  {file(33, 1, 0o474, acl(4, 7, 7, 4, user(33, 0))), Read, "allowed: owner (uid 33) has r--, lacks ---"},
		"an empty mask is no ACL":            {file(1, 1, 0o604, acl(6, 0, 0, 4, user(33, 0))), Read, "allowed: other has r--, lacks ---"},
		"an empty mask, to a member":         {file(1, 500, 0o604, acl(6, 7, 0, 4, user(33, 7))), Read, "denied: group (gid 500) has ---, lacks r--"},
		"a named user":                       {file(1, 1, 0o650, acl(6, 0, 5, 0, user(33, 5))), Read | Execute, "allowed: named user (uid 33) has r-x, lacks ---"},
		"a named user who lacks":             {file(1, 500, 0o677, acl(6, 7, 7, 7, user(33, 4))), Write, "denied: named user (uid 33) has r--, lacks -w-"},
		"the first of two decides":           {file(1, 1, 0o670, acl(6, 0, 7, 0, user(33, 1), user(33, 7))), Read, "denied: named user (uid 33) has --x, lacks r--"},
		"the mask cuts a user":               {file(1, 1, 0o610, acl(6, 0, 1, 7, user(33, 7))), Read, "denied: the mask leaves named user (33) with --x, lacks r--"},
		"the mask cuts a group":              {file(1, 500, 0o610, acl(6, 7, 1, 7)), Read, "denied: the mask leaves group (500) with --x, lacks r--"},
		"any group that gives all":           {file(1, 500, 0o670, acl(6, 1, 7, 0, group(33, 6))), Read | Write, "allowed: named group (gid 33) has rw-, lacks ---"},
		"groups do not add up":               {file(1, 500, 0o670, acl(6, 2, 7, 7, group(33, 4))), Read | Write, "denied: group (gid 500) has -w-, lacks r--"},
		"a group that matches bars others":   {file(1, 1, 0o677, acl(6, 7, 7, 7, group(500, 0))), Read, "denied: named group (gid 500) has ---, lacks r--"},
		"whom no entry names is an other":    {file(1, 1, 0o674, acl(6, 7, 7, 4, group(501, 0), user(34, 0))), Read, "allowed: other has r--, lacks ---"},
		"the mask does not cut others":       {file(1, 1, 0o614, acl(6, 7, 1, 4)), Read, "allowed: other has r--, lacks ---"},
		"an ACL that nobody can read":        {file(1, 1, 0o777, "\x02\x00\x00\x00junk"), Read, "cannot tell: its ACL cannot be read, lacks ---"},
		"the owner needs no ACL to be read":  {file(33, 1, 0o777, "junk"), Read, "allowed: owner (uid 33) has rwx, lacks ---"},
		"a link":                             {plan.State{Type: plan.Symlink}, Read, "cannot tell: it is a symlink, and its target decides, lacks ---"},
		"no state at all":                    {plan.State{Mode: 0o777}, Read, "cannot tell: no state, lacks ---"},
		"immutable":                          {plan.State{Type: plan.File, UID: 33, Mode: 0o777, Flags: plan.Immutable}, Write | Read, "denied: it is immutable, lacks -w-"},
		"append-only":                        {plan.State{Type: plan.File, UID: 33, Mode: 0o777, Flags: plan.AppendOnly}, Write, "allowed: owner (uid 33) has rwx, lacks ---"},
		"nothing is wanted, nothing refused": {file(1, 1, 0, ""), 0, "allowed: other has ---, lacks ---"},
	} {
		v := Check(&web, &c.state, c.want)
		if got := v.Answer.String() + ": " + v.String() + ", lacks " + v.Missing.String(); got != c.text {
			t.Errorf("%s: %s; want %s", name, got, c.text)
		}
	}
}

func TestRootIsAskedLast(t *testing.T) {
	root := Identity{}
	for _, c := range []struct {
		state plan.State
		want  Want
		dac   Answer
		check Answer
	}{
		{plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0}, Read | Write, Denied, Allowed},
		{plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o600}, Execute, Denied, Denied},
		{plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o610}, Execute, Denied, Allowed},
		{plan.State{Type: plan.Directory, UID: 1, GID: 1, Mode: 0}, List | Search | Write, Denied, Allowed},
		{plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o070, Access: "junk"}, Read, Unclear, Unclear}, // EIO is root's, too
	} {
		if dac, check := DAC(&root, &c.state, c.want).Answer, Check(&root, &c.state, c.want).Answer; dac != c.dac || check != c.check {
			t.Errorf("%v %v: %v, then %v", c.state.Mode, c.want, dac, check)
		}
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	id := Identity{UID: 33, GID: 33, Groups: []uint32{1, 2, 3}}
	plain := plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o640}
	withACL := plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o670, Access: acl(7, 7, 7, 0, user(34, 7), group(3, 4))}
	ids := []Identity{id, {UID: 34}, {UID: 35}}
	if n := testing.AllocsPerRun(100, func() {
		Check(&id, &plain, Read)
		Check(&id, &withACL, Read)
		Begin(3).Enter(ids, &plain).Ask(ids, &withACL, Read)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestReachStopsAtTheFirst(t *testing.T) {
	at := func(mode plan.Mode, acl string) Named {
		return Named{State: plan.State{Type: plan.Directory, UID: 1, GID: 1, Mode: mode, Access: acl}}
	}
	open, shut, damaged := at(0o755, ""), at(0o750, ""), at(0o755, "junk")
	file := plan.State{Type: plan.File, Mode: 0o604}
	secret := plan.State{Type: plan.File, UID: 1, GID: 1, Mode: 0o600}
	for _, c := range []struct {
		dirs  []Named
		entry *plan.State
		want  Answer
		at    int
	}{
		{[]Named{open, open}, &file, Allowed, 2},
		{nil, &file, Allowed, 0},
		{[]Named{open, shut, shut}, &file, Denied, 1},
		{[]Named{open, open}, &secret, Denied, 2},
		{[]Named{open, damaged}, &file, Unclear, 1},
		{[]Named{damaged, shut}, &file, Denied, 1}, // whatever the ACL says
		{[]Named{damaged, open}, &secret, Denied, 2},
	} {
		if r := Reach(&Identity{UID: 33, GID: 33}, c.dirs, c.entry, Read); r.Answer != c.want || r.At != c.at {
			t.Errorf("%v at %d, want %v at %d", r.Answer, r.At, c.want, c.at)
		}
	}
}

// One check after the other is the oracle for all the ways of asking many at
// once.
func TestManyAtOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		accounts := make([]Identity, 1+rng.IntN(100))
		for i := range accounts {
			accounts[i] = randomIdentity(rng)
		}
		all := NewStrangers(accounts)
		home := someID(rng)
		var ids []Identity
		for i := range all.ids[:min(len(all.ids), MaxIdentities)] {
			ids = append(ids, all.Identity(i))
		}
		way, begin := Begin(len(ids)), all.Begin(home)
		crowd, spare := all.Begin(home), Crowd{}
		var dirs []Named
		for range 1 + rng.IntN(4) {
			dir := randomState(rng, plan.Directory)
			if rng.IntN(3) > 0 {
				dir.Mode |= 0o111
			}
			dirs = append(dirs, Named{State: dir})
			way = way.Enter(ids, &dir)
			all.Enter(&spare, &crowd, &dir)
			crowd, spare = spare, crowd
		}
		file, want := randomState(rng, plan.Type(1+rng.IntN(7))), Want(rng.IntN(8))
		way = way.Ask(ids, &file, want)
		all.Ask(&spare, &crowd, &file, want)
		for i, id := range all.ids {
			reached := Reach(&id, dirs, &file, want).Answer
			if i < len(ids) && way.Of(i) != reached {
				t.Fatalf("%+v of %+v in %+v: the way says %v, the check %v", id, file, dirs, way.Of(i), reached)
			}
			if i > 0 && id.UID == home {
				reached = Denied // is at home, and no stranger
			}
			if spare.Of(i) != reached {
				t.Fatalf("%+v of %+v in %+v: the crowd says %v, the check %v", id, file, dirs, spare.Of(i), reached)
			}
		}
		worstOf(t, all, &spare, &begin)
	}
}

func worstOf(t *testing.T, all *Strangers, c, begin *Crowd) {
	t.Helper()
	any, lost := Denied, Allowed
	for i := range all.ids {
		if begin.Of(i) == Denied {
			continue
		}
		switch a := c.Of(i); {
		case a == Allowed:
			any = Allowed
		case a == Unclear && any == Denied:
			any = Unclear
		}
		switch a := c.Of(i); {
		case a == Denied:
			lost = Denied
		case a == Unclear && lost == Allowed:
			lost = Unclear
		}
	}
	if who, got := c.Any(); got != any || who >= 0 && c.Of(who) != any {
		t.Fatalf("any is %v (%d), want %v", got, who, any)
	}
	if who, got := c.Lost(begin); got != lost || who >= 0 && c.Of(who) != lost {
		t.Fatalf("lost is %v (%d), want %v", got, who, lost)
	}
}

// FuzzACL: no image makes the check panic, none that cannot be read allows
// anything to those who depend on it, and judging one or many is the same.
func FuzzACL(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		f.Add(randomACL(rng), uint16(0o770), uint32(61001), byte(Read))
	}
	f.Add("", uint16(0o070), uint32(33), byte(Read))
	f.Add(strings.Repeat("\x02\x00\x00\x00", 5), uint16(0o777), uint32(33), byte(7))
	f.Fuzz(func(t *testing.T, raw string, mode uint16, uid uint32, want byte) {
		s := plan.State{Type: plan.File, UID: 1, GID: 61002, Mode: plan.Mode(mode & 0o7777), Access: raw}
		id := Identity{UID: uid, GID: 61001, Groups: []uint32{61002}}
		v := Check(&id, &s, Want(want&7))
		consulted := raw != "" && s.Mode&0o070 != 0 && uid != s.UID
		if consulted && !legible(raw) != (v.Answer == Unclear) {
			t.Errorf("%x: legible %v, and %v", raw, legible(raw), v.Answer)
		}
		if v.Answer == Denied && v.Missing == 0 || v.Answer == Allowed && v.Missing != 0 {
			t.Errorf("%v, and lacks %v", v.Answer, v.Missing)
		}
		if uid == 0 || uid == undefined {
			return
		}
		all := NewStrangers([]Identity{id})
		var c Crowd
		begin := all.Begin(undefined)
		all.Ask(&c, &begin, &s, Want(want&7))
		if c.Of(1) != v.Answer {
			t.Errorf("%x: alone %v, in a crowd %v", raw, v.Answer, c.Of(1))
		}
	})
}
