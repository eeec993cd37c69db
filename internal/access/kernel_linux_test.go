package access

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

var wanted = flag.Int("answers", 3_000, "how many answers of the kernel's to compare, on each filesystem")

// The kernel is the oracle: random trees, random people, and what open(2),
// getdents(2), lstat(2) and faccessat2(2) tell them.
func TestKernelAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	needRoot(t)
	t.Run("temp", func(t *testing.T) { agree(t, ground(t)) })
	t.Run("tmpfs", func(t *testing.T) {
		dir := ground(t)
		tmpfs(t, dir)
		agree(t, dir)
	})
}

func agree(t *testing.T, dir string) {
	rng := rand.New(rand.NewPCG(uint64(*wanted), 7))
	kernel := newOracle(t)
	answers, decided := 0, map[string]int{}
	for round := 0; answers < *wanted; round++ {
		g := growing{t: t, rng: rng, root: filepath.Join(dir, fmt.Sprint(round))}
		paths := g.grow()
		for i := range 10 {
			id := randomIdentity(rng)
			if i == 0 {
				id.UID = 0
			}
			questions := questionsAbout(paths)
			for i, got := range kernel.ask(id, questions) {
				answers++
				want, class := predict(host, &id, questions[i])
				decided[class]++
				if got != want {
					t.Errorf("%+v as %+v: predicted %v, the kernel says %v\n%s", questions[i], id, want, got, wayTo(&id, questions[i]))
				}
				if t.Failed() && answers > 100 {
					return
				}
			}
		}
		must(t, os.RemoveAll(g.root))
	}
	t.Logf("%d answers: %v", answers, decided)
	for _, class := range []Class{Owner, Group, Other, NamedUser, NamedGroup} {
		for _, answer := range []Answer{Allowed, Denied} {
			if decided[fmt.Sprint(class, " ", answer)] == 0 {
				t.Errorf("%v by %v: never asked", answer, class)
			}
		}
	}
	if decided["mask denied"] == 0 || decided["root allowed"] == 0 {
		t.Error("no mask or no capability ever decided")
	}
}

func wayTo(id *Identity, q question) (text string) {
	for _, d := range Walk(host, id, q.Path, !q.Stay).Dirs {
		text += fmt.Sprintf("  %s %v %v: %+v\n", d.Path, d.State.Mode, d.State.UID, d.Verdict)
	}
	return text
}

func questionsAbout(paths []string) (out []question) {
	for _, p := range paths {
		out = append(out, question{Path: p, Do: true}, question{Path: p, Stay: true})
		for want := range Want(8) {
			out = append(out, question{Path: p, Want: want})
		}
	}
	return out
}

// predict is the answer that the package gives, as an errno, and what decided.
func predict(tree Tree, id *Identity, q question) (syscall.Errno, string) {
	e := eyes{tree, id}
	want := q.Want
	if q.Do {
		want = Read
	}
	r := e.lstat(q.Path)
	if !q.Stay {
		r = e.open(q.Path, want)
	}
	if r.Fault == nil {
		return 0, Check(id, &r.End.State, want).Class.String() + " allowed"
	}
	number := map[Cause]syscall.Errno{
		NoPermission: syscall.EACCES, Missing: syscall.ENOENT, NotDirectory: syscall.ENOTDIR, Loop: syscall.ELOOP, NotKnown: syscall.EIO,
	}[r.Fault.Cause]
	if r.Fault.Cause != NoPermission {
		return number, number.Error()
	}
	return number, r.Fault.Verdict.Class.String() + " denied"
}

// growing is a random tree in the making.
type growing struct {
	t    *testing.T
	rng  *rand.Rand
	root string
	dirs []string
	all  []string
}

// grow makes the tree, then takes rights away: the paths to ask about.
func (g *growing) grow() []string {
	must(g.t, os.Mkdir(g.root, 0o755))
	g.dirs, g.all = []string{g.root}, []string{g.root}
	for i := range 24 {
		g.add(filepath.Join(g.dirs[g.rng.IntN(len(g.dirs))], fmt.Sprint(i)))
	}
	for _, p := range g.all[1:] {
		g.dress(p)
	}
	paths := g.all
	for range 8 {
		p := g.all[g.rng.IntN(len(g.all))]
		paths = append(paths, p+[...]string{"/missing", "/..", "/.", "/../" + fmt.Sprint(g.rng.IntN(24))}[g.rng.IntN(4)])
	}
	return paths
}

func (g *growing) add(p string) {
	g.all = append(g.all, p)
	switch g.rng.IntN(10) {
	case 0, 1, 2, 3:
		must(g.t, os.Mkdir(p, 0o755))
		g.dirs = append(g.dirs, p)
	case 4, 5, 6:
		must(g.t, os.WriteFile(p, nil, 0o644))
	case 7:
		must(g.t, syscall.Mkfifo(p, 0o644))
	default:
		must(g.t, os.Symlink(g.target(p), p))
	}
}

func (g *growing) target(p string) string {
	to := g.all[g.rng.IntN(len(g.all))]
	switch g.rng.IntN(5) {
	case 0:
		return to
	case 1:
		return "nowhere"
	case 2:
		return p // a loop
	}
	rel, err := filepath.Rel(filepath.Dir(p), to)
	must(g.t, err)
	return rel
}

// dress gives owner, mode and perhaps an ACL. No sticky bit: with
// fs.protected_symlinks it decides about links, which is not modelled.
func (g *growing) dress(p string) {
	must(g.t, os.Lchown(p, int(someID(g.rng)), int(someID(g.rng))))
	if info, err := os.Lstat(p); err != nil || info.Mode()&os.ModeSymlink != 0 {
		return
	}
	mode := uint32(g.rng.IntN(0o10000)) &^ uint32(plan.Sticky)
	if g.rng.IntN(4) > 0 {
		mode |= 0o111 // so that walks get somewhere
	}
	must(g.t, syscall.Chmod(p, mode))
	if g.rng.IntN(2) > 0 {
		return
	}
	raw := randomACL(g.rng)
	err := unix.Setxattr(p, "system.posix_acl_access", []byte(raw), 0)
	if taken := err == nil; taken != legible(raw) && len(raw) > 4 {
		g.t.Errorf("the kernel takes %x: %v; legible: %v", raw, err, legible(raw))
	}
	if g.rng.IntN(3) == 0 {
		must(g.t, syscall.Chmod(p, mode)) // which moves the mask, also to nothing
	}
}

// immutableFlag is FS_IMMUTABLE_FL of linux/fs.h.
const immutableFlag = 0x10

// Nobody writes to an immutable inode, and everything else stays as it was.
func TestKernelAgreesOnImmutable(t *testing.T) {
	needRoot(t)
	path := filepath.Join(ground(t), "f")
	must(t, os.WriteFile(path, nil, 0o644))
	chownmod(t, path, 61001, 61001, 0o666)
	f, err := os.Open(path)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, immutableFlag); err != nil {
		t.Skipf("no immutable files here: %v", err)
	}
	t.Cleanup(func() { must(t, unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0)) })
	s, err := host(path)
	must(t, err)
	kernel := newOracle(t)
	for _, id := range []Identity{{}, {UID: 61001, GID: 61001}, {UID: 61002, GID: 61002}} {
		for i, got := range kernel.ask(id, []question{{Path: path, Want: Write}, {Path: path, Want: Read}}) {
			v := Check(&id, &s, []Want{Write, Read}[i])
			if want := map[Answer]syscall.Errno{Allowed: 0, Denied: syscall.EPERM}[v.Answer]; got != want {
				t.Errorf("uid %d: %+v, the kernel says %v", id.UID, v, got)
			}
		}
	}
}
