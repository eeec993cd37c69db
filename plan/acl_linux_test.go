package plan

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

const accessXattr = "system.posix_acl_access"

// image makes an ACL of the owner, users, the group, named groups, mask, others.
func image(owner uint16, users []aclEntry, group uint16, groups []aclEntry, mask, other uint16) string {
	all := acl{{tagOwner, owner, ^uint32(0)}}
	all = append(all, users...)
	all = append(all, aclEntry{tagGroup, group, ^uint32(0)})
	all = append(all, groups...)
	all = append(all, aclEntry{tagMask, mask, ^uint32(0)}, aclEntry{tagOther, other, ^uint32(0)})
	return all.bytes()
}

func randomACL(rng *rand.Rand) string {
	perm := func() uint16 { return uint16(rng.IntN(8)) }
	var users, groups []aclEntry
	for id := range uint32(rng.IntN(3)) {
		users = append(users, aclEntry{tagUser, perm(), 70000 + id})
	}
	for id := range uint32(1 + rng.IntN(2)) {
		groups = append(groups, aclEntry{tagNamedGroup, perm(), 80000 + id})
	}
	return image(perm(), users, perm(), groups, perm(), perm())
}

// readBack is the file's mode and ACL as the kernel has them.
func readBack(t *testing.T, path string) (Mode, string) {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := syscall.Getxattr(path, accessXattr, buf)
	if err != nil && !errors.Is(err, syscall.ENODATA) {
		t.Fatal(err)
	}
	return Mode(st.Mode & 0o7777), string(buf[:max(n, 0)])
}

// The kernel is the oracle: what chmod(2) does to an ACL, and that an image made
// for a mode gives exactly that mode when it is set.
func TestACLAgreesWithTheKernel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 2000 {
		before := randomACL(rng)
		if err := syscall.Setxattr(path, accessXattr, []byte(before), 0); err != nil {
			t.Skipf("no ACLs here: %v", err)
		}
		mode, stored := readBack(t, path)
		have := State{Type: File, GID: uint32(os.Getegid()), Mode: mode, Access: stored}
		want := Mode(rng.IntN(0o1000))

		if err := syscall.Chmod(path, uint32(want)); err != nil {
			t.Fatal(err)
		}
		if _, acl := readBack(t, path); acl != have.Chmod(want).Access {
			t.Fatalf("round %d: chmod %v of %x: %x, the kernel has %x", round, want, stored, have.Chmod(want).Access, acl)
		}

		after, err := have.WithMode(want)
		if err != nil {
			continue
		}
		if err := syscall.Setxattr(path, accessXattr, []byte(after.Access), 0); err != nil {
			t.Fatalf("round %d: %x: %v", round, after.Access, err)
		}
		if mode, acl := readBack(t, path); mode != want || acl != after.Access {
			t.Fatalf("round %d: image %x for %v: the kernel has %v, %x", round, after.Access, want, mode, acl)
		}
	}
}

// kernelMay is what the kernel lets a user do who is not the owner and is in one
// group at most: acl(5) with the kernel's own rule for the empty mask, written
// down once more and apart (fs/namei.c, acl_permission_check; fs/posix_acl.c).
func kernelMay(s State, uid, gid uint32) uint16 {
	mode := uint16(s.Mode)
	others := mode & 7
	if s.Access == "" || mode&0o070 == 0 {
		if gid == s.GID {
			return mode >> 3 & 7
		}
		return others
	}
	mask := mode >> 3 & 7
	raw := []byte(s.Access)[4:]
	var found bool
	var bits uint16
	for ; len(raw) > 0; raw = raw[8:] {
		tag, perm, id := binary.LittleEndian.Uint16(raw), binary.LittleEndian.Uint16(raw[2:]), binary.LittleEndian.Uint32(raw[4:])
		switch {
		case tag == tagUser && id == uid:
			return perm & mask
		case tag == tagGroup && gid == s.GID, tag == tagNamedGroup && id == gid:
			found, bits = true, bits|perm&mask
		}
	}
	if found {
		return bits
	}
	return others
}

func TestNobodyNamedGains(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for range 20000 {
		have := State{Type: File, GID: 5, Access: randomACL(rng)}
		raw := []byte(have.Access)
		perm := func(i int) uint16 { return binary.LittleEndian.Uint16(raw[4+8*i+2:]) }
		last := len(raw)/8 - 1
		have.Mode = Mode(perm(0)<<6 | perm(last-1)<<3 | perm(last))
		want := Mode(rng.IntN(0o1000))
		after, err := have.WithMode(want)
		if err != nil {
			refused++
			continue
		}
		if after.Mode != want || after.CheckACL() != nil {
			t.Fatalf("%v: %+v: %v", want, after, after.CheckACL())
		}
		for i := range uint32(2) {
			if a, b := kernelMay(after, 70000+i, 9), kernelMay(have, 70000+i, 9); inACL(have.Access, tagUser, 70000+i) && a&^b != 0 {
				t.Fatalf("uid %d may %o, and could %o: %x at %v to %v", 70000+i, a, b, have.Access, have.Mode, want)
			}
			if a, b := kernelMay(after, 1, 80000+i), kernelMay(have, 1, 80000+i); inACL(have.Access, tagNamedGroup, 80000+i) && a&^b != 0 {
				t.Fatalf("gid %d may %o, and could %o: %x at %v to %v", 80000+i, a, b, have.Access, have.Mode, want)
			}
		}
	}
	if refused == 0 || refused > 10000 {
		t.Errorf("%d of 20000 refused; some empty masks must be, most others not", refused)
	}
}

func inACL(raw string, tag uint16, id uint32) bool {
	entries, _ := readACL(raw)
	for _, e := range entries {
		if e.tag == tag && e.id == id {
			return true
		}
	}
	return false
}
