//go:build linux

package apply

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rightful/internal/access"
	"rightful/internal/fsys"
	"rightful/plan"
)

// keepsACLs reports whether the tests' filesystem does.
func (h *host) keepsACLs() bool {
	dir, err := fsys.OpenRoot(h.root)
	h.must(err)
	defer dir.Close()
	return dir.KeepsACLs()
}

// grants names users by number.
func grants(perms ...uint16) (g plan.Grants) {
	for i, perm := range perms {
		g.Named = append(g.Named, plan.ACLEntry{Tag: plan.ACLUser, Perm: perm, ID: uint32(33 + i)})
	}
	return g
}

// granted is s with a mode and ACLs.
func (h *host) granted(s plan.State, m plan.Mode, access, inherit plan.Grants) plan.State {
	h.t.Helper()
	s, err := s.WithGrants(m, access, inherit)
	h.must(err)
	return s
}

// dress gives what stands at a path of alice's a mode and ACLs, by hand.
func (h *host) dress(path string, m plan.Mode, access, inherit plan.Grants) {
	h.t.Helper()
	s, _ := h.look(filepath.Join("home/alice", path))
	s = h.granted(s, m, access, inherit)
	full := h.abs(filepath.Join("home/alice", path))
	h.must(syscall.Setxattr(full, fsys.XattrAccess, []byte(s.AccessImage()), 0))
	h.must(syscall.Chmod(full, uint32(s.Mode)))
	if s.Default != "" {
		h.must(syscall.Setxattr(full, fsys.XattrDefault, []byte(s.Default), 0))
	}
}

// everyACL plans a step of each kind that does something to ACLs.
func everyACL(h *host) []draft {
	if !h.keepsACLs() {
		return nil
	}
	own := plan.State{UID: h.uid, GID: h.gid()}
	dir, file := own, own
	dir.Type, file.Type, file.Nlink = plan.Directory, plan.File, 1
	h.dir("home/alice/acl", 0o755, int(h.uid))
	h.dir("home/alice/acl/gets", 0o700, int(h.uid))
	h.dir("home/alice/acl/loses", 0o700, int(h.uid))
	h.dress("acl/loses", 0o700, grants(5, 7), grants(7))
	h.dir("home/alice/acl/swaps", 0o700, int(h.uid))
	h.dress("acl/swaps", 0o751, grants(0, 7), grants(5))
	h.file("home/alice/acl/file", 0o600, int(h.uid))
	h.dress("acl/file", 0o600, grants(6), plan.Grants{})
	to := func(m plan.Mode, access, inherit plan.Grants) func(*plan.State) {
		return func(s *plan.State) { *s = h.granted(*s, m, access, inherit) }
	}
	give := func(s *plan.State) {
		*s = h.granted(*s, 0o1775, grants(7, 4), grants(4, 4))
		if os.Geteuid() == 0 {
			s.GID = 33
		}
	}
	return []draft{
		h.add("acl/new", h.granted(dir, 0o2750, grants(5), grants(5)), ""),
		h.add("acl/new/file", h.granted(file, 0o600, grants(4), plan.Grants{}), "hello\n"),
		h.update("acl/file", to(0o600, grants(4, 6), plan.Grants{})),
		h.update("acl/gets", to(0o1700, grants(5), grants(5))),
		h.update("acl/loses", to(0o710, plan.Grants{}, plan.Grants{})),
		h.update("acl/swaps", give),
	}
}

// TestEveryACL asks getfacl(1) what has become of each.
func TestEveryACL(t *testing.T) {
	h := newHost(t)
	drafts := everyACL(h)
	if _, err := exec.LookPath("getfacl"); err != nil || drafts == nil {
		t.Skip("needs a filesystem with ACLs, and getfacl: install acl")
	}
	before := h.manifest()
	o := h.plan(drafts...)
	report := h.apply(o, fmt.Sprintf("done %d", len(drafts)))
	for path, want := range map[string]string{
		"file":     "user::rw-,user:33:r--,user:34:rw-,group::---,mask::rw-,other::---",
		"gets":     "user::rwx,user:33:r-x,group::---,mask::r-x,other::---,default:user::rwx,default:user:33:r-x,default:group::---,default:mask::r-x,default:other::---",
		"loses":    "user::rwx,group::--x,other::---",
		"new":      "user::rwx,user:33:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,default:user:33:r-x,default:group::r-x,default:mask::r-x,default:other::---",
		"new/file": "user::rw-,user:33:r--,group::---,mask::r--,other::---",
	} {
		got := strings.ReplaceAll(h.shell("getfacl -cnpE home/alice/acl/"+path), "\n", ",")
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := h.shell("stat -c %a home/alice/acl/gets home/alice/acl/new home/alice/acl/swaps"); got != "1750\n2750\n1775" {
		t.Errorf("modes: %s", got)
	}
	h.apply(o, fmt.Sprintf("already_right %d", len(drafts)))
	h.takeBack(o, report.Run)
	h.same("after undo", before)
}

// TestEveryStage leaves a change of owner, mode and ACLs after each of its calls,
// as a crash does: the run that began it takes it up from there, and its undo
// takes it back.
func TestEveryStage(t *testing.T) {
	needRoot(t)
	for cut := 1; ; cut++ {
		h := newHost(t)
		if !h.keepsACLs() {
			t.Skip("no ACLs here")
		}
		h.dir("home/alice/d", 0o777, 2001)
		h.dress("d", 0o775, grants(0, 6), grants(5))
		before := h.manifest()
		d := h.update("d", func(s *plan.State) {
			*s = h.granted(*s, 0o3755, grants(5, 0), grants(7, 7))
			s.GID = 33
		})
		if cut >= len(stages(nil, &d.change.Before, &d.change.After)) {
			if cut < 5 {
				t.Errorf("only %d stages", cut)
			}
			return
		}
		o := h.plan(d)
		h.leaveAt(d, cut)
		h.apply(o, "stale 1")
		r, err := createRun(&o, o.Now())
		h.must(err)
		h.must(r.journal.write(record{Intent: &intent{"alice", []span{{0, 0}}}}, true))
		h.must(r.journal.close())
		back, problems := h.undo(o, r.id)
		if len(problems) > 0 {
			t.Errorf("%d calls: %+v", cut, problems)
		}
		if cut%2 == 0 {
			h.apply(back, "done 1")
			h.same("after undo", before)
			continue
		}
		h.apply(o, "done 1")
		if have, _ := h.look("home/alice/d"); have != d.change.After {
			t.Errorf("%d calls: %+v", cut, have)
		}
	}
}

// leaveAt makes the first calls of a change and no more.
func (h *host) leaveAt(d draft, calls int) {
	h.t.Helper()
	pin, err := h.pin(h.abs(filepath.Join("home/alice", d.path)))
	h.must(err)
	defer pin.Close()
	stop := errors.New("crash")
	err = onlyFirst(calls, stop).change(pin, &d.change.Before, &d.change.After)
	if !errors.Is(err, stop) {
		h.t.Fatal(err)
	}
}

func onlyFirst(n int, stop error) calls {
	return calls{func(_ string, call func() error) error {
		if n--; n < 0 {
			return stop
		}
		return call()
	}}
}

// TestStagesAreNeverWider asks of each state through which a change of anything
// goes whether anybody may do in it what he may do at neither end.
func TestStagesAreNeverWider(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	random := func() plan.State {
		s := plan.State{Type: plan.Directory, UID: uint32(33 + rng.IntN(3)), GID: uint32(70 + rng.IntN(3))}
		var g plan.Grants
		for i := range uint32(rng.IntN(3)) {
			g.Named = append(g.Named,
				plan.ACLEntry{Tag: plan.ACLUser, Perm: uint16(rng.IntN(8)), ID: 33 + i},
				plan.ACLEntry{Tag: plan.ACLNamedGroup, Perm: uint16(rng.IntN(8)), ID: 70 + i})
		}
		g.Mask = uint16(rng.IntN(8))
		mode := plan.Mode(rng.IntN(0o2000))
		s, err := s.WithGrants(mode, g, g)
		if err != nil { // an empty mask
			s, _ = s.WithGrants(mode&^0o007, g, g)
		}
		return s
	}
	may := func(s *plan.State, uid, gid uint32) (bits access.Want) {
		for bit := access.Execute; bit <= access.Read; bit <<= 1 {
			if access.DAC(&access.Identity{UID: uid, GID: gid}, s, bit).Answer == access.Allowed {
				bits |= bit
			}
		}
		return bits
	}
	type who struct{ uid, gid uint32 }
	rounds := 20000
	if testing.Short() {
		rounds = 2000
	}
	for range rounds {
		have, want := random(), random()
		ends := map[who]access.Want{}
		for uid := uint32(32); uid < 37; uid++ {
			for gid := uint32(69); gid < 74; gid++ {
				ends[who{uid, gid}] = may(&have, uid, gid) | may(&want, uid, gid)
			}
		}
		for i, stage := range stages(nil, &have, &want) {
			now := stage.state
			if now.Access != "" && now.CheckACL() != nil {
				t.Fatalf("%+v: %v", now, now.CheckACL())
			}
			for is, could := range ends {
				if wider := may(&now, is.uid, is.gid) &^ could; wider != 0 {
					t.Fatalf("stage %d: %d:%d may %v: from %+v over %+v to %+v", i, is.uid, is.gid, wider, have, now, want)
				}
			}
			if anyoneWrites := now.Mode&0o022 != 0; now.Mode&plan.Sticky < want.Mode&have.Mode&plan.Sticky && anyoneWrites {
				t.Fatalf("stage %d: not sticky: from %+v over %+v to %+v", i, have, now, want)
			}
		}
	}
}
