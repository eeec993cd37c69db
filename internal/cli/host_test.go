package cli_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// users are the people of a test's host, in the order of their uids.
var users = []string{"alice", "bob", "carol", "dave", "web"}

// firstUID keeps them away from this machine's users.
const firstUID = 62001

func isUser() bool { return os.Geteuid() != 0 }

// id is what a name, or a number, stands for; an ordinary user is everybody.
func id(name string) (int, error) {
	if n, err := strconv.Atoi(name); err == nil {
		return n, nil
	}
	if i := slices.Index(users, name); i >= 0 {
		return firstUID + i, nil
	}
	if name == "root" {
		return 0, nil
	}
	return 0, fmt.Errorf("%s: not one of %s", name, users)
}

// owner reads "alice" or "alice:web".
func owner(text string) (uid, gid int, err error) {
	name, group, ok := strings.Cut(text, ":")
	if !ok {
		group = name
	}
	uid, err = id(name)
	gid, groupErr := id(group)
	return uid, gid, errors.Join(err, groupErr)
}

// isOwner is true if have, "uid:gid", is what want names.
func isOwner(have, want string) bool {
	uid, gid, err := owner(want)
	return err == nil && (isUser() || have == fmt.Sprintf("%d:%d", uid, gid))
}

// names is "alice:web" for "62001:62005".
func names(ids string) string {
	for i, name := range users {
		ids = strings.ReplaceAll(ids, strconv.Itoa(firstUID+i), name)
	}
	return ids
}

// host is a tree that is being built.
type host struct {
	dir    string
	finish []func() error // owners and modes
}

func (h *host) entry(line string) error {
	mode, rest, _ := strings.Cut(line, " ")
	who, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
	path, target, err := pathAndTarget(strings.TrimSpace(rest))
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	uid, gid, err := owner(who)
	if err != nil {
		return err
	}
	full := filepath.Join(h.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	if mode == "link" {
		h.finish = append(h.finish, func() error { return chown(full, uid, gid) })
		return os.Symlink(target, full)
	}
	bits, err := strconv.ParseUint(mode, 8, 12)
	if err != nil {
		return err
	}
	// The mode comes last: a chown clears its setid bits.
	h.finish = append(h.finish, func() error { return errors.Join(chown(full, uid, gid), chmod(full, bits)) })
	if strings.HasSuffix(path, "/") {
		return os.MkdirAll(full, 0o755)
	}
	return os.WriteFile(full, []byte("x\n"), 0o644)
}

func chown(path string, uid, gid int) error {
	if isUser() {
		return nil
	}
	return os.Lchown(path, uid, gid)
}

// chmod takes the bits as the kernel numbers them, which os.FileMode does not.
func chmod(path string, bits uint64) error {
	mode := os.FileMode(bits & 0o777)
	for bit, flag := range map[uint64]os.FileMode{0o4000: os.ModeSetuid, 0o2000: os.ModeSetgid, 0o1000: os.ModeSticky} {
		if bits&bit != 0 {
			mode |= flag
		}
	}
	return os.Chmod(path, mode)
}

func pathAndTarget(text string) (path, target string, err error) {
	if !strings.HasPrefix(text, `"`) {
		path, target, _ = strings.Cut(text, " ")
		return path, target, nil
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", err
	}
	path, err = strconv.Unquote(quoted)
	return path, strings.TrimSpace(text[len(quoted):]), err
}

// databases writes the host's passwd and group files.
func (h *host) databases() error {
	passwd, group := "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
	for i, name := range users {
		uid, gid := firstUID+i, firstUID+i
		if isUser() {
			uid, gid = os.Geteuid(), os.Getegid()
		}
		group += fmt.Sprintf("%s:x:%d:\n", name, gid)
		if exists(filepath.Join(h.dir, "home", name)) {
			passwd += fmt.Sprintf("%s:x:%d:%d::/home/%s:/bin/sh\n", name, uid, gid, name)
		}
	}
	etc := filepath.Join(h.dir, "etc")
	if err := os.MkdirAll(etc, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(etc, "passwd"), []byte(passwd), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(etc, "group"), []byte(group), 0o644)
}
