package examples

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// host is one host.txtar: files below etc/, and two tables.
//
// A line of "tree" is an entry, parents first:
//
//	[root] TYPE MODE OWNER:GROUP PATH[->TARGET] [=> [add] [MODE] [OWNER:GROUP] [->TARGET]]
//
// TYPE is find's letter, or h for a hard link to the path TARGET. What stands
// after => is what is different after apply; "add" means that the entry was not
// there before. A line of "problems" is an account, a path and the kind.
//
// Lines marked [root] need owners that only root can give, or a look into a
// folder that only root can enter. For an ordinary user they are left out, and
// every user and group of the host is the caller.
type host struct {
	dir      string // the root
	users    map[string]int
	groups   map[string]int
	homes    map[string]string // by account
	text     string            // of the tree, every line with a space at its end
	tree     []entry
	problems []string
	left     int // lines left out
}

// entry is one line of the tree, with numbers for names.
type entry struct {
	path       string
	hard       string // the path that this is another name of
	added      bool
	have, want state
}

type state struct {
	kind     string
	mode     uint64
	uid, gid int
	target   string
}

func (s state) String() string {
	text := fmt.Sprintf("%s %04o %d:%d", s.kind, s.mode, s.uid, s.gid)
	if s.target != "" {
		text += " -> " + s.target
	}
	return text
}

func root() bool { return os.Geteuid() == 0 }

// newHost builds the host of an example below dir.
func newHost(t *testing.T, example, dir string) *host {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join(example, "host.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	h := &host{dir: dir, users: map[string]int{}, groups: map[string]int{}, homes: map[string]string{}}
	for _, f := range archive.Files {
		if f.Name == "tree" {
			h.text = strings.ReplaceAll(string(f.Data), "\n", " \n")
		}
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "etc/passwd":
			h.write(t, f.Name, h.accounts(t, f.Data))
		case "etc/group":
			h.write(t, f.Name, h.rewrite(t, f.Data, h.groups, os.Getegid(), 2))
		case "tree":
			h.lines(f.Data, func(line string) { h.tree = append(h.tree, h.entry(t, line)) })
		case "problems":
			h.lines(f.Data, func(line string) { h.problems = append(h.problems, line) })
		default:
			t.Fatalf("%s: unknown section %s", example, f.Name)
		}
	}
	h.build(t)
	return h
}

func (h *host) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (h *host) accounts(t *testing.T, passwd []byte) string {
	t.Helper()
	for line := range strings.Lines(string(passwd)) {
		f := strings.Split(line, ":")
		h.homes[f[0]] = strings.TrimPrefix(f[5], "/")
	}
	text := h.rewrite(t, passwd, h.users, os.Geteuid(), 2)
	return h.rewrite(t, []byte(text), map[string]int{}, os.Getegid(), 3)
}

// rewrite notes the number in one field of a passwd or group file. For an
// ordinary user it becomes the caller's, but for root's and those of strangers:
// who own nothing of the tree.
func (h *host) rewrite(t *testing.T, table []byte, ids map[string]int, caller, field int) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(string(table)) {
		f := strings.Split(line, ":")
		id, err := strconv.Atoi(f[field])
		if err != nil {
			t.Fatal(err)
		}
		if !root() && id != 0 && h.owning(f[0]) {
			f[field] = strconv.Itoa(caller)
		}
		if ids[f[0]] = id; !root() {
			ids[f[0]] = caller
		}
		text.WriteString(strings.Join(f, ":"))
	}
	return text.String()
}

// owning reports whether the tree has something of a user or group.
func (h *host) owning(name string) bool {
	return strings.Contains(h.text, " "+name+":") || strings.Contains(h.text, ":"+name+" ")
}

func (h *host) lines(data []byte, each func(string)) {
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		line, rootOnly := strings.CutPrefix(s.Text(), "[root] ")
		switch {
		case line == "" || line[0] == '#':
		case rootOnly && !root():
			h.left++
		default:
			each(line)
		}
	}
}

func (h *host) entry(t *testing.T, line string) entry {
	t.Helper()
	before, after, changed := strings.Cut(line, "=>")
	f := strings.Fields(before)
	if len(f) != 4 {
		t.Fatalf("host.txtar: %q: want TYPE MODE OWNER:GROUP PATH", line)
	}
	e := entry{have: state{kind: f[0]}}
	var target string
	e.path, target, _ = strings.Cut(f[3], "->")
	if e.have.target = target; f[0] == "h" {
		e.have.kind, e.hard, e.have.target = "f", target, ""
	}
	h.set(t, &e.have, f[1])
	h.set(t, &e.have, f[2])
	e.want = e.have
	if !changed {
		return e
	}
	for _, word := range strings.Fields(after) {
		if word == "add" {
			e.added = true
			continue
		}
		h.set(t, &e.want, word)
	}
	return e
}

// set reads a mode, OWNER:GROUP or ->TARGET.
func (h *host) set(t *testing.T, s *state, word string) {
	t.Helper()
	if target, ok := strings.CutPrefix(word, "->"); ok {
		s.target = target
		return
	}
	if user, group, ok := strings.Cut(word, ":"); ok {
		var known, also bool
		s.uid, known = h.users[user]
		s.gid, also = h.groups[group]
		if !known || !also {
			t.Fatalf("host.txtar: %s: no such user or group", word)
		}
		return
	}
	mode, err := strconv.ParseUint(word, 8, 12)
	if err != nil {
		t.Fatalf("host.txtar: %v", err)
	}
	s.mode = mode
}

func (h *host) build(t *testing.T) {
	t.Helper()
	for _, e := range h.tree {
		if e.added {
			continue
		}
		if err := h.create(e); err != nil {
			t.Fatal(err)
		}
	}
	// Modes come last and from below: they may close a folder to its maker.
	for i := len(h.tree) - 1; i >= 0; i-- {
		e := h.tree[i]
		if e.added || e.have.kind == "l" {
			continue
		}
		mode := os.FileMode(e.have.mode & 0o777)
		if e.have.mode&0o2000 != 0 {
			mode |= os.ModeSetgid
		}
		if err := os.Chmod(filepath.Join(h.dir, e.path), mode); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *host) create(e entry) error {
	name := filepath.Join(h.dir, e.path)
	var err error
	switch {
	case e.hard != "":
		return os.Link(filepath.Join(h.dir, e.hard), name)
	case e.have.kind == "d":
		err = os.Mkdir(name, 0o700)
	case e.have.kind == "l":
		err = os.Symlink(e.have.target, name)
	default:
		err = os.WriteFile(name, []byte(e.path), 0o600)
	}
	if err != nil {
		return err
	}
	return os.Lchown(name, e.have.uid, e.have.gid)
}

// owner is the account in whose home a path is, "" for none.
func (h *host) owner(p string) string {
	for account, home := range h.homes {
		if p == home || strings.HasPrefix(p, home+"/") {
			return account
		}
	}
	return ""
}

// until is the date of an exception. Examples have one that a reader believes;
// the tests must not end with it.
var until = regexp.MustCompile(`until: \d{4}-\d\d-\d\d`)

// uids is a range of ordinary users, in which the caller may not be.
const uids = "uid: 1000-59999"

// policy is an example's policy, made fit for a test of any day and any caller.
func policy(t *testing.T, example string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(example, "rightful.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := until.ReplaceAllString(string(data), "until: 9999-12-31")
	if !root() {
		text = strings.ReplaceAll(text, uids, "uid: 1-4294967294")
	}
	return text
}

// at is a path of the plan, relative to the root.
func (h *host) at(account, rel string) string { return path.Join(h.homes[account], rel) }
