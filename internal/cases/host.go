package cases

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"rightful/internal/recorded"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// host is the host of a case.
type host struct {
	c       *spec.Case
	people  []person
	groups  []group
	taken   map[uint32]bool // gids
	entries map[string]*spec.CaseEntry
	tree    *recorded.Tree
}

type person struct {
	spec.CaseUser
	uid, gid uint32
	account  bool
}

type group struct {
	name    string
	gid     uint32
	known   bool // its gid is
	members []string
}

// Where the numbers of those begin who have none of their own.
const (
	firstUser    = 101
	firstAccount = 1001
)

// newHost builds the host of a case. Its errors are [spec.Error]s.
func newHost(c *spec.Case) (*host, error) {
	h := &host{c: c, taken: map[uint32]bool{0: true}, entries: map[string]*spec.CaseEntry{}}
	h.populate()
	return h, h.build()
}

// populate gives everybody a number and a group.
func (h *host) populate() {
	h.groups = []group{{name: "root", known: true}}
	for _, g := range h.c.Groups {
		one := h.group(g.Name)
		one.members = g.Members
		if g.GID != nil {
			one.gid, one.known = *g.GID, true
			h.taken[*g.GID] = true
		}
	}
	h.people = []person{{CaseUser: spec.CaseUser{Name: "root", Home: "/root"}}}
	h.add(h.c.Users, false)
	h.add(h.c.Accounts, true)
	h.number()
	for i := range h.people {
		h.people[i].gid = h.own(&h.people[i])
	}
	for i := range h.groups {
		if g := &h.groups[i]; !g.known {
			g.gid, g.known = h.free(), true
			h.taken[g.gid] = true
		}
	}
}

// add notes users; of one who is there already the last word counts.
func (h *host) add(users []spec.CaseUser, accounts bool) {
	for _, u := range users {
		if u.Home == "" && accounts {
			u.Home = "/home/" + u.Name
		}
		h.people = slices.DeleteFunc(h.people, func(p person) bool { return p.Name == u.Name })
		h.people = append(h.people, person{CaseUser: u, account: accounts})
		for _, name := range u.Groups {
			g := h.group(name)
			g.members = append(slices.Clone(g.members), u.Name)
		}
	}
}

func (h *host) number() {
	taken := map[uint32]bool{}
	for i := range h.people {
		p := &h.people[i]
		if p.Name == "root" && p.UID == nil {
			p.UID = new(uint32)
		}
		if p.UID != nil {
			taken[*p.UID] = true
		}
	}
	for i := range h.people {
		p := &h.people[i]
		next := uint32(firstUser)
		if p.account {
			next = firstAccount
		}
		for p.UID == nil && taken[next] {
			next++
		}
		if p.UID != nil {
			next = *p.UID
		}
		p.uid, taken[next] = next, true
	}
}

// own is the number of somebody's own group: what is said of it, else the number
// of the user, where no other group has that.
func (h *host) own(p *person) uint32 {
	if p.GID != nil && p.Group == "" {
		if slices.ContainsFunc(h.groups, func(g group) bool { return g.known && g.gid == *p.GID }) {
			return *p.GID
		}
	}
	g := h.group(cmp.Or(p.Group, p.Name))
	switch {
	case p.GID != nil:
		g.gid = *p.GID
	case !g.known && !h.taken[p.uid]:
		g.gid = p.uid
	case !g.known:
		g.gid = h.free()
	}
	g.known, h.taken[g.gid] = true, true
	return g.gid
}

// free is a number that no group has.
func (h *host) free() uint32 {
	next := uint32(firstUser)
	for h.taken[next] {
		next++
	}
	return next
}

// group finds a group, or makes it. The pointer is good until the next call.
func (h *host) group(name string) *group {
	i := slices.IndexFunc(h.groups, func(g group) bool { return g.name == name })
	if i < 0 {
		i = len(h.groups)
		h.groups = append(h.groups, group{name: name})
	}
	return &h.groups[i]
}

// db is everybody, as passwd(5) and group(5) have them.
func (h *host) db() *userdb.DB {
	var users, groups strings.Builder
	for _, p := range h.people {
		fmt.Fprintf(&users, "%s:x:%d:%d::%s:/bin/sh\n", p.Name, p.uid, p.gid, cmp.Or(p.Home, "/nonexistent"))
	}
	for _, g := range h.groups {
		fmt.Fprintf(&groups, "%s:x:%d:%s\n", g.name, g.gid, strings.Join(g.members, ","))
	}
	return userdb.Files(func(path string) ([]byte, error) {
		if path == "/etc/passwd" {
			return []byte(users.String()), nil
		}
		return []byte(groups.String()), nil
	})
}

func (h *host) user(name string) (uint32, bool) {
	if id, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(id), true
	}
	i := slices.IndexFunc(h.people, func(p person) bool { return p.Name == name })
	if i < 0 {
		return 0, false
	}
	return h.people[i].uid, true
}

func (h *host) gid(name string) (uint32, bool) {
	if id, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(id), true
	}
	i := slices.IndexFunc(h.groups, func(g group) bool { return g.name == name })
	if i < 0 {
		return 0, false
	}
	return h.groups[i].gid, true
}

// holder is the account in whose home a path is, nil for none.
func (h *host) holder(abs string) *person {
	var inner *person
	for i := range h.people {
		p := &h.people[i]
		if p.account && (abs == p.Home || strings.HasPrefix(abs, p.Home+"/")) && (inner == nil || len(p.Home) > len(inner.Home)) {
			inner = p
		}
	}
	return inner
}

// abs is a path of the tree as the host has it.
func (h *host) abs(p string) string {
	if path.IsAbs(p) {
		return p
	}
	own := h.c.Own()
	return path.Join(cmp.Or(own.Home, "/home/"+own.Name), p)
}

// name is a path of an account as expectations have it: relative to the home of
// the case's account, absolute for all others.
func (h *host) name(a *plan.Account, rel string) string {
	if a.Name == h.c.Own().Name {
		return rel
	}
	return path.Join(a.Home, rel)
}

// Exists answers as a live host does.
func (h *host) Exists(p string) (bool, error) {
	_, found := h.entries[p]
	return found, nil
}

// Content is empty: of files a tree has only what a plan can see.
func (h *host) Content(p string) (*plan.Content, error) {
	if e := h.entries[p]; e == nil || e.Type != 'f' {
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	return &plan.Content{SHA256: emptySHA256, Data: []byte{}}, nil
}

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
