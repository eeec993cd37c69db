//go:build linux

package hostile

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rightful/apply"
	"rightful/plan"
)

// manifest is a tree by path, as find(1), getfacl(1) and sha256sum(1) see it.
type manifest map[string]string

// look is what find says of each path below the given ones, and getfacl of the
// whole. With touched it has inode numbers and change times too: then two equal
// manifests mean that nobody has made any changing call, whatever its effect.
func (h *host) look(touched bool, paths ...string) manifest {
	h.t.Helper()
	format := `%p\t%y %m %U:%G %s %l`
	if touched {
		format += ` %i %n %C@ %T@`
	}
	m := manifest{}
	args := slices.Concat(paths, []string{"-printf", format + `\0`})
	for _, line := range strings.Split(h.tool("find", args...), "\x00") {
		if path, what, ok := strings.Cut(line, "\t"); ok {
			m[path] = what
		}
	}
	if _, err := exec.LookPath("getfacl"); err == nil {
		m["(acl)"] = h.tool("getfacl", slices.Concat([]string{"-RPns"}, paths)...)
	}
	return m
}

// outside is everything that no apply may ever touch.
func (h *host) outside() manifest {
	h.t.Helper()
	m := h.look(true, "outside", "etc")
	for line := range strings.Lines(h.tool("find", "outside", "etc", "-type", "f", "-exec", "sha256sum", "{}", "+")) {
		m["(sum) "+line] = "there"
	}
	return m
}

func (h *host) tool(name string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = h.root
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && (strings.Contains(string(exit.Stderr), "No such file") || name == "getfacl") {
			return string(out) // it changes while it is looked at
		}
		h.t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// diff is what is different, a path a line.
func (m manifest) diff(now manifest) string {
	var lines []string
	for path, was := range m {
		if is, ok := now[path]; !ok {
			lines = append(lines, fmt.Sprintf("%q is gone, was %s", path, was))
		} else if is != was {
			lines = append(lines, fmt.Sprintf("%q is %s, was %s", path, is, was))
		}
	}
	for path, is := range now {
		if _, ok := m[path]; !ok {
			lines = append(lines, fmt.Sprintf("%q is new, %s", path, is))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// same fails the test where something is different.
func same(t testing.TB, what string, was, is manifest) {
	t.Helper()
	if d := was.diff(is); d != "" {
		t.Errorf("%s changed:\n%s", what, d)
	}
}

// right reports whether a path is as a step wants it, by lstat(2).
func (h *host) right(s *plan.Step) bool {
	h.t.Helper()
	path := h.path(s)
	info, err := os.Lstat(path)
	if err != nil {
		return s.Change.Action == plan.Remove
	}
	if s.Change.Action == plan.Remove {
		return false
	}
	st, after := info.Sys().(*syscall.Stat_t), s.Change.After
	if st.Uid != after.UID || st.Gid != after.GID || after.Type != plan.Symlink && !hasACLs(path, &after) {
		return false
	}
	switch after.Type {
	case plan.Symlink:
		target, err := os.Readlink(path)
		return err == nil && target == after.Target
	case plan.Directory:
		return info.IsDir() && st.Mode&0o7777 == uint32(after.Mode)
	}
	return info.Mode().IsRegular() && st.Mode&0o7777 == uint32(after.Mode)
}

// hasACLs reports whether a path's ACLs are those of a state.
func hasACLs(path string, want *plan.State) bool {
	for name, image := range map[string]string{"system.posix_acl_access": want.Access, "system.posix_acl_default": want.Default} {
		buf := make([]byte, 4096)
		n, _ := syscall.Getxattr(path, name, buf)
		if string(buf[:max(n, 0)]) != image {
			return false
		}
	}
	return true
}

func (h *host) path(s *plan.Step) string { return filepath.Join(h.root, s.Account.Home, s.Path()) }

// honest holds a journal against the tree: what it says is done is done, what
// it says was not reached was not touched. Only a run that has ended says it
// for good; one that was killed says nothing of what it had in hand.
func (h *host) honest(j *apply.Journal, steps []plan.Step, before manifest) {
	h.t.Helper()
	now := h.look(false, "home")
	for i := range steps {
		s := &steps[i]
		result, reason := j.Result(s.Number)
		rel := strings.TrimPrefix(h.path(s), h.root+"/")
		switch {
		case (result == apply.Done || result == apply.AlreadyRight) && !h.right(s):
			h.t.Errorf("the journal says %v of %q, which is %s", result, rel, now[rel])
		case result == apply.NotReached && before[rel] != now[rel]:
			h.t.Errorf("the journal says %v of %q (%s), which was %s and is %s", result, rel, reason, before[rel], now[rel])
		case result == 0 && !j.Unsettled(s.Number) && before[rel] != now[rel]:
			h.t.Errorf("the journal says nothing of %q, which was %s and is %s", rel, before[rel], now[rel])
		}
	}
}

// narrow fails the test where an entry is wider than before and after: where
// its owner, its group or others can do more than at either end.
func (h *host) narrow(steps []plan.Step) {
	h.t.Helper()
	for i := range steps {
		s := &steps[i]
		if s.Change.Action != plan.Update || s.Change.Before.Type == plan.Symlink {
			continue
		}
		info, err := os.Lstat(h.path(s))
		if err != nil {
			h.t.Errorf("%q is lost: %v", h.path(s), err)
			continue
		}
		now := rights{info.Sys().(*syscall.Stat_t).Uid, info.Sys().(*syscall.Stat_t).Gid, plan.Mode(info.Sys().(*syscall.Stat_t).Mode & 0o7777)}
		if who := now.wider(&s.Change.Before, &s.Change.After); who != "" {
			h.t.Errorf("%q: %s can do more than at either end: %v, on the way from %v to %v",
				h.path(s), who, now, rightsOf(&s.Change.Before), rightsOf(&s.Change.After))
		}
	}
}

// rights are an owner, a group and a mode.
type rights struct {
	uid, gid uint32
	mode     plan.Mode
}

func rightsOf(s *plan.State) rights { return rights{s.UID, s.GID, s.Mode} }

func (r rights) String() string { return fmt.Sprintf("%d:%d %v", r.uid, r.gid, r.mode) }

// of is what somebody with these ids may do, as the kernel judges it.
func (r rights) of(uid, gid uint32) plan.Mode {
	switch {
	case uid == r.uid:
		return r.mode >> 6 & 7
	case gid == r.gid:
		return r.mode >> 3 & 7
	}
	return r.mode & 7
}

// wider names somebody who may do what he may do at neither end; empty if there
// is nobody.
func (r rights) wider(before, after *plan.State) string {
	a, b := rightsOf(before), rightsOf(after)
	const nobody = 65534
	for _, uid := range []uint32{a.uid, b.uid, nobody} {
		for _, gid := range []uint32{a.gid, b.gid, nobody} {
			if uid != 0 && r.of(uid, gid)&^(a.of(uid, gid)|b.of(uid, gid)) != 0 {
				return fmt.Sprintf("%d:%d", uid, gid)
			}
		}
	}
	if r.mode&(plan.Setuid|plan.Setgid)&^(a.mode|b.mode) != 0 {
		return "whoever runs it"
	}
	return ""
}

// files is the content of every regular file below the homes, the quarantine
// included, by checksum: none may be lost.
func (h *host) files() map[string]int {
	h.t.Helper()
	sums := map[string]int{}
	for line := range strings.Lines(h.tool("find", "home", "-type", "f", "-exec", "sha256sum", "{}", "+")) {
		sum, _, _ := strings.Cut(line, " ")
		sums[strings.TrimPrefix(sum, `\`)]++
	}
	return sums
}

// kept fails the test where a file's content is nowhere any more.
func (h *host) kept(before map[string]int) {
	h.t.Helper()
	now := h.files()
	for sum, n := range before {
		if now[sum] < n {
			h.t.Errorf("%d of %d files with sum %s are lost", n-now[sum], n, sum)
		}
	}
}
