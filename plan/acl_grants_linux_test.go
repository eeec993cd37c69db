package plan

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
)

const defaultXattr = "system.posix_acl_default"

func randomGrants(rng *rand.Rand) (g Grants) {
	for id := range uint32(rng.IntN(3)) {
		g.Named = append(g.Named, ACLEntry{ACLUser, uint16(rng.IntN(8)), 70002 - id})
	}
	for id := range uint32(rng.IntN(3)) {
		g.Named = append(g.Named, ACLEntry{ACLNamedGroup, uint16(rng.IntN(8)), 80000 + id})
	}
	if len(g.Named) > 0 && rng.IntN(3) == 0 {
		g.Mask = uint16(1 + rng.IntN(7))
	}
	return g
}

// words are g for setfacl -m.
func (g Grants) words(prefix string) (words []string) {
	for _, e := range g.Named {
		tag := map[ACLTag]string{ACLUser: "u", ACLNamedGroup: "g"}[e.Tag]
		words = append(words, fmt.Sprintf("%s%s:%d:%d", prefix, tag, e.ID, e.Perm))
	}
	if g.Mask != 0 {
		words = append(words, fmt.Sprintf("%sm::%d", prefix, g.Mask))
	}
	return words
}

// stateOf is what the kernel has of a path.
func stateOf(t *testing.T, path string) State {
	t.Helper()
	s := State{Type: File, GID: uint32(os.Getegid())}
	if info, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	} else if info.IsDir() {
		s.Type = Directory
		buf := make([]byte, 4096)
		n, err := syscall.Getxattr(path, defaultXattr, buf)
		if err != nil && !errors.Is(err, syscall.ENODATA) {
			t.Fatal(err)
		}
		s.Default = string(buf[:max(n, 0)])
	}
	s.Mode, s.Access = readBack(t, path)
	return s
}

// grantsCase is an entry that a mode and words are given to.
type grantsCase struct {
	path            string
	mode            Mode
	access, inherit Grants
	words           []string // setfacl's
	have            State    // what is to become the same
}

// script makes the entry with setfacl(1).
func (c *grantsCase) script(kind string) string {
	making := ": >" + c.path
	if c.words = c.access.words(""); kind == "mkdir" {
		making = "mkdir " + c.path
		c.words = append(c.words, c.inherit.words("d:")...)
	}
	making += fmt.Sprintf(" && chmod %o %s", c.mode, c.path)
	if len(c.words) > 0 {
		making += " && setfacl -m " + strings.Join(c.words, ",") + " " + c.path
	}
	return making + " || exit\n"
}

// TestGrantsAreSetfacls has setfacl(1) say what ACLs a mode and the words of a
// policy make, on the filesystem of temporary files and on tmpfs.
func TestGrantsAreSetfacls(t *testing.T) {
	if _, err := exec.LookPath("setfacl"); err != nil {
		t.Skip("needs setfacl: install acl")
	}
	for _, dir := range []string{t.TempDir(), memoryDir(t)} {
		rng := rand.New(rand.NewPCG(5, 6))
		cases := make([]grantsCase, rounds(150))
		var script strings.Builder
		for i := range cases {
			c := &cases[i]
			c.path = filepath.Join(dir, fmt.Sprint(i))
			c.mode, c.access, c.inherit = Mode(rng.IntN(0o1000)), randomGrants(rng), randomGrants(rng)
			script.WriteString(c.script([]string{"touch", "mkdir"}[i%2]))
			c.have = State{Mode: Mode(rng.IntN(0o1000)), Access: randomACL(rng)}
		}
		if out, err := exec.Command("sh", "-c", script.String()).CombinedOutput(); err != nil {
			t.Skipf("no ACLs here: %s", out)
		}
		refused := 0
		for i := range cases {
			if !cases[i].agrees(t) {
				refused++
			}
		}
		if refused > len(cases)/7 {
			t.Errorf("%d refused", refused)
		}
	}
}

// agrees fails the test where the entry is not what setfacl made of it; false is
// what is refused.
func (c *grantsCase) agrees(t *testing.T) bool {
	t.Helper()
	want := stateOf(t, c.path)
	c.have.Type, c.have.GID = want.Type, want.GID
	got, err := c.have.WithGrants(c.mode, c.access, c.inherit)
	if err != nil {
		return false
	}
	if got != want {
		t.Fatalf("mode %v, %s: %+v, setfacl has %+v", c.mode, c.words, got, want)
	}
	if stored, _ := got.OwnMode(); stored != c.mode || got.CheckACL() != nil {
		t.Fatalf("mode %v, %s: %v, %v", c.mode, c.words, stored, got.CheckACL())
	}
	if again, err := got.WithGrants(c.mode, c.access, c.inherit); err != nil || again != got {
		t.Fatalf("mode %v, %s: %+v, and then %+v, %v", c.mode, c.words, got, again, err)
	}
	return true
}

// memoryDir is a folder on tmpfs, where there is one.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rightful-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Who is named to be kept out is not let in by an ACL that does not count.
func TestEmptyMask(t *testing.T) {
	nothing := Grants{Named: []ACLEntry{{ACLUser, 0, 33}}}
	for _, test := range []struct {
		mode            Mode
		access, inherit Grants
		want            string
	}{
		{0o700, nothing, Grants{}, ""}, // others have nothing either
		{0o704, Grants{}, Grants{}, ""},
		{0o714, nothing, nothing, ""},
		{0o704, nothing, Grants{}, "the ACL would have an empty mask with mode 0704"},
		{0o701, Grants{}, nothing, "the default ACL would have an empty mask with mode 0701"},
	} {
		_, err := State{Type: Directory}.WithGrants(test.mode, test.access, test.inherit)
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("mode %v: %v, want %q", test.mode, err, test.want)
		}
	}
}

// An ACL that another program has put into another order is right as it is; one
// in which somebody stands twice is not.
func TestOrderOfEntries(t *testing.T) {
	user := func(id uint32) aclEntry { return aclEntry{tagUser, 4, id} }
	want := Grants{Named: []ACLEntry{{ACLUser, 4, 7}, {ACLUser, 4, 5}}}
	for stored, right := range map[string]bool{
		image(6, []aclEntry{user(5), user(7)}, 4, nil, 4, 0):          true,
		image(6, []aclEntry{user(7), user(5)}, 4, nil, 4, 0):          true,
		image(6, []aclEntry{user(5), user(5), user(7)}, 4, nil, 4, 0): false,
		image(6, []aclEntry{user(5), user(5)}, 4, nil, 4, 0):          false,
	} {
		have := State{Type: File, Mode: 0o640, Access: stored}
		got, err := have.WithGrants(0o640, want, Grants{})
		if err != nil || (got == have) != right {
			t.Errorf("%x: %x, %v", stored, got.Access, err)
		}
	}
}

// The kernel is the oracle for what is an ACL.
func TestCheckACLIsTheKernels(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(7, 8))
	taken := 0
	for range 3000 {
		raw := []byte(randomACL(rng))
		for range rng.IntN(3) {
			entry := 4 + 8*rng.IntN(len(raw)/8)
			switch rng.IntN(5) {
			case 0:
				raw[entry] = byte(1 << rng.IntN(7))
			case 1:
				raw[entry+2] = byte(rng.IntN(9))
			case 2:
				copy(raw[entry+4:], "\xff\xff\xff\xff")
			case 3:
				raw = append(raw[:entry], raw[entry+8:]...)
			default:
				raw[entry] |= byte(1 << rng.IntN(7))
			}
			if len(raw) < 12 {
				break
			}
		}
		err := syscall.Setxattr(dir, defaultXattr, raw, 0)
		if errors.Is(err, syscall.EOPNOTSUPP) {
			t.Skip("no ACLs here")
		}
		if err == nil {
			taken++
		}
		if got := (State{Type: Directory, Default: string(raw)}).CheckACL(); (got == nil) != (err == nil) && len(raw) > 4 {
			t.Fatalf("%x: %v, the kernel says %v", raw, got, err)
		}
	}
	if taken < 500 || taken > 2500 {
		t.Errorf("%d of 3000 taken", taken)
	}
}

// TestTightened: while an entry waits for its new owner or group, and when it
// has it, nobody has more than before or after. Who is who, and the way in which
// the kernel decides, are kernelMay's.
func TestTightened(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	random := func() State {
		s := State{Type: File, UID: uint32(70000 + rng.IntN(3)), GID: uint32(80000 + rng.IntN(3)), Mode: Mode(rng.IntN(0o1000))}
		if rng.IntN(3) > 0 {
			s.Access = randomACL(rng)
			entries, _ := readACL(s.Access)
			last := len(entries) - 1
			s.Mode = Mode(entries[0].perm<<6 | entries[last-1].perm<<3 | entries[last].perm)
		}
		return s
	}
	may := func(s State, uid, gid uint32) uint16 {
		if uid == s.UID {
			return uint16(s.Mode) >> 6 & 7
		}
		return kernelMay(s, uid, gid)
	}
	for range 50000 {
		before, after := random(), random()
		waits := before.Tightened(after)
		given := waits
		given.UID, given.GID = after.UID, after.GID
		for _, now := range []State{waits, given} {
			for uid := uint32(69999); uid < 70004; uid++ {
				for gid := uint32(79999); gid < 80004; gid++ {
					if wider := may(now, uid, gid) &^ (may(before, uid, gid) | may(after, uid, gid)); wider != 0 {
						t.Fatalf("%d:%d may %o in between: from %+v over %+v to %+v", uid, gid, wider, before, now, after)
					}
				}
			}
		}
	}
}
