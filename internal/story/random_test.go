//go:build linux

package story

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"rightful/internal/access"
	"rightful/plan"
)

// random is a host with random trees for homes, and a random policy for each.
type random struct {
	*host
	rng      *rand.Rand
	accounts []string
	expects  map[string][]expectation // by account, in the policy's order
}

// expectation is what a policy expects, and the words for it.
type expectation struct {
	identity  string
	cannot    bool
	file, dir access.Want
	match     string
}

// outsider is nobody whom the host knows, and numbered an identity that only
// policies know.
const (
	outsider = "(a stranger)"
	numbered = "numbered"
)

func (r *random) one(of ...string) string   { return of[r.rng.IntN(len(of))] }
func (r *random) id(of ...uint32) uint32    { return of[r.rng.IntN(len(of))] }
func (r *random) in(n int) bool             { return r.rng.IntN(n) == 0 }
func (r *random) home(name string) string   { return "/home/" + name }
func (r *random) exact(at uint32) string    { return fmt.Sprintf("%q", fmt.Sprintf("%04o", r.bits()|at)) }
func (r *random) own(name string) [2]uint32 { return [2]uint32{r.ids[name].UID, r.ids[name].GID} }

// bits is a mode without the upper three, more often one that lets people
// through than not.
func (r *random) bits() uint32 {
	mode := uint32(r.rng.IntN(0o1000))
	if !r.in(4) {
		mode |= 0o111
	}
	return mode
}

// populate makes accounts, in groups with each other and with the web server.
func (r *random) populate(n int) {
	for i := range n {
		name := fmt.Sprint("k", i)
		r.accounts = append(r.accounts, name)
		r.user(name, 61100+uint32(i), r.home(name))
	}
	r.group("mates", 61500, "k0", "k1", "www-data")
	r.group("crew", 61501, "k1", "k2")
	r.ids[numbered] = access.Identity{UID: 61051, GID: 61052, Groups: []uint32{61501}}
	r.ids[outsider] = access.Identity{UID: 61998, GID: 61999}
	for _, name := range r.accounts {
		r.tree(name)
	}
}

// tree is a random one; its names come back, so that patterns find them.
func (r *random) tree(name string) {
	home := r.abs(r.home(name))
	must(r.t, os.MkdirAll(home, 0o755))
	dirs, all := []string{home}, []string{home}
	for range 24 {
		p := filepath.Join(dirs[r.rng.IntN(len(dirs))], r.one("a", "b", "c", "gone", "f", "g.php", "h.html", "link"))
		if _, err := os.Lstat(p); err == nil {
			continue
		}
		all = append(all, p)
		kind := path.Base(p)
		if r.in(8) {
			kind = r.one("a", "f", "link")
		}
		switch kind {
		case "f", "g.php", "h.html":
			must(r.t, os.WriteFile(p, nil, 0o600))
		case "link":
			must(r.t, os.Symlink(r.one("a", "f", "../f", "../b/c", "nowhere"), p))
		default:
			must(r.t, os.Mkdir(p, 0o755))
			dirs = append(dirs, p)
		}
	}
	for _, p := range all {
		r.dress(p, name)
	}
}

// dress gives an owner, mostly the account, a mode, and perhaps an ACL.
func (r *random) dress(p, name string) {
	own := r.own(name)
	uid, gid := r.id(own[0], own[0], own[0], own[0], own[0], own[0], 0, wwwData, 61101), r.id(own[1], own[1], wwwData, 61500, 61501, 0)
	must(r.t, os.Lchown(p, int(uid), int(gid)))
	info, err := os.Lstat(p)
	must(r.t, err)
	if info.Mode()&os.ModeSymlink != 0 {
		return
	}
	mode := r.bits()
	if info.IsDir() && r.in(6) {
		mode |= uint32(plan.Setgid)
	}
	must(r.t, syscall.Chmod(p, mode))
	if r.in(3) {
		must(r.t, unix.Setxattr(p, "system.posix_acl_access", r.acl(), 0))
	}
	if r.in(8) {
		must(r.t, syscall.Chmod(p, mode)) // which moves the mask, also to nothing
	}
}

// acl is one with some named users and groups, in the kernel's form (xattr(7),
// linux/posix_acl_xattr.h).
func (r *random) acl() []byte {
	raw := binary.LittleEndian.AppendUint32(nil, 2)
	entry := func(tag plan.ACLTag, id uint32) {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(tag))
		raw = binary.LittleEndian.AppendUint16(raw, uint16(r.rng.IntN(8)))
		raw = binary.LittleEndian.AppendUint32(raw, id)
	}
	const none = ^uint32(0)
	entry(plan.ACLOwner, none)
	for _, uid := range []uint32{wwwData, 61051, 61100, 61102} {
		if r.in(2) {
			entry(plan.ACLUser, uid)
		}
	}
	entry(plan.ACLGroup, none)
	for _, gid := range []uint32{61101, 61500, 61501} {
		if r.in(3) {
			entry(plan.ACLNamedGroup, gid)
		}
	}
	entry(plan.ACLMask, none)
	entry(plan.ACLOther, none)
	return raw
}

// policy is a profile for each account.
func (r *random) policy() string {
	r.expects = map[string][]expectation{}
	text := `rightful: 1
identities:
  web: {user: www-data}
  numbered: {uid: 61051, gid: 61052, groups: [crew]}
limits:
  run: {accounts: unlimited, held: unlimited}
  account: {remove: unlimited, access_broken: unlimited}
`
	profiles := "profiles:\n"
	accounts := "accounts:\n"
	for _, name := range r.accounts {
		accounts += fmt.Sprintf("  - {list: [{name: %s}], profile: %[1]s}\n", name)
		profiles += fmt.Sprintf("  %s:\n    take_from: [%s]\n", name, r.one("root", "root, www-data"))
		if r.in(2) {
			profiles += "    owner: ${account}\n"
		}
		if r.in(2) {
			profiles += "    group: " + r.groups() + "\n"
		}
		profiles += r.layout() + r.rules() + r.access(name)
	}
	return text + accounts + profiles
}

func (r *random) groups() string {
	return r.one(`"${group}"`, "www-data", `[mates, "${group}"]`, "crew")
}

func (r *random) layout() string {
	text := fmt.Sprintf("    layout:\n      .: {type: directory, mode: %s}\n", r.exact(0))
	if r.in(2) {
		text += fmt.Sprintf("      a: {type: directory, directory_mode: %s, group: %s, replace: true}\n", r.exact(0o2000), r.groups())
	}
	if r.in(2) {
		text += fmt.Sprintf("      new: {type: directory, mode: %s}\n      new/f: {type: file, mode: %s, content: x}\n", r.exact(0), r.exact(0))
	}
	if r.in(2) {
		text += "      gone: {type: absent}\n"
	}
	if r.in(2) {
		text += "      link: {type: symlink, target: " + r.one("a", "new/f") + "}\n"
	}
	return text
}

func (r *random) rules() string {
	text := "    rules:\n"
	for range 2 + r.rng.IntN(4) {
		text += fmt.Sprintf("      - {match: %s, file_mode: %s, directory_mode: %s",
			r.pattern(), r.one(r.exact(0), r.symbolic(), "any"), r.one(r.exact(0), r.exact(0o2000), r.symbolic(), "["+r.exact(0)+", "+r.exact(0o2000)+"]"))
		if r.in(3) {
			text += ", owner: " + r.one(`"${account}"`, `["${account}", www-data]`, "any")
		}
		if r.in(3) {
			text += ", group: " + r.groups()
		}
		if r.in(10) {
			text += ", enforce: report"
		}
		text += "}\n"
	}
	if r.in(6) {
		text += "      - {match: c/**, manage: false}\n"
	}
	return text
}

func (r *random) symbolic() string {
	return fmt.Sprintf("%q", r.one("u+rwX,go-w", "go-rwx", "g=u", "o=g", "u=rwX,g=rX,o=", "a+rX", "o-x,g+w", "ug+rw,o=", "go=rX"))
}

func (r *random) pattern() string { return fmt.Sprintf("%q", r.glob()) }

func (r *random) glob() string {
	return r.one("**/*", "a/**", "b/**", "**/*.php", "**/{b,c}", "*", "**/h.html", "a/**/f", "new/**")
}

// access is what is expected of people; the answers matter, not whether they are
// as hoped for.
func (r *random) access(name string) string {
	text := "    access:\n"
	for range 4 {
		e := expectation{identity: r.one("web", numbered, "account", "others"), cannot: r.in(2)}
		var words []string
		for i, right := range []access.Want{access.Read, access.Write, access.Execute} {
			if r.in(2) {
				e.file |= right
				words = append(words, [...]string{"read", "write", "execute"}[i])
			}
		}
		for i, right := range []access.Want{access.List, access.Search} {
			if r.in(2) {
				e.dir |= right
				words = append(words, [...]string{"list", "search"}[i])
			}
		}
		if len(words) == 0 {
			e.file, words = access.Read, []string{"read"}
		}
		e.match = r.glob()
		r.expects[name] = append(r.expects[name], e)
		verb := map[bool]string{false: "can", true: "cannot"}[e.cannot]
		text += fmt.Sprintf("      - {identity: %s, %s: [%s], match: %q}\n", e.identity, verb, strings.Join(words, ", "), e.match)
	}
	return text
}
