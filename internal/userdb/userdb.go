// Package userdb answers who is who: names and numbers of users and groups,
// either as the host's name service has them (through getent(1), so that LDAP
// and its like are asked) or as the passwd and group files below a root do, and
// nothing else.
//
// A name that is asked for is answered only by a record of exactly that name:
// getent takes a name of digits for a number. Every answer is remembered, so
// that one run sees one state of the database.
package userdb

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// User is one record of passwd(5).
type User struct {
	Name string
	UID  uint32
	GID  uint32
	Home string
}

// Group is one record of group(5).
type Group struct {
	Name string
	GID  uint32
}

// source finds raw records: lines of passwd(5) or group(5).
type source interface {
	// all is every record of the table that can be enumerated.
	all(table string) ([]string, error)
	// find is the records for a name or a number, none if there is none.
	find(table, key string) ([]string, error)
	// memberships is the numbers of the groups that a user is in beside his own.
	memberships(user string) ([]uint32, error)
}

const (
	passwd = "passwd"
	group  = "group"
)

// DB is a user database. It may be used from several goroutines.
type DB struct {
	src source

	mu     sync.Mutex
	users  map[string]answer[User]
	groups map[string]answer[Group]
	// byGroup is the uids by their own group, once somebody asked for members.
	byGroup map[uint32][]uint32
}

type answer[T any] struct {
	value T
	found bool
}

func newDB(src source) *DB {
	return &DB{src: src, users: map[string]answer[User]{}, groups: map[string]answer[Group]{}}
}

// Users is every user that can be enumerated, in the database's order. Records
// that are no users (NIS's "+", damaged lines) are left out.
func (db *DB) Users() ([]User, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	lines, err := db.src.all(passwd)
	if err != nil {
		return nil, err
	}
	users := make([]User, 0, len(lines))
	for _, line := range lines {
		if u, ok := parseUser(line); ok {
			users = append(users, u)
		}
	}
	return users, nil
}

// User finds a user by name.
func (db *DB) User(name string) (User, bool, error) {
	return lookup(db, db.users, passwd, byName(name), parseUser, func(u User) bool { return u.Name == name })
}

// UserByID finds a user by number; where several share it, the first.
func (db *DB) UserByID(uid uint32) (User, bool, error) {
	return lookup(db, db.users, passwd, strconv.FormatUint(uint64(uid), 10), parseUser, func(u User) bool { return u.UID == uid })
}

// byName is the key for a name, none for one that would be taken for a number.
func byName(name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return ""
	}
	return name
}

// Group finds a group by name.
func (db *DB) Group(name string) (Group, bool, error) {
	return lookup(db, db.groups, group, byName(name), parseGroup, func(g Group) bool { return g.Name == name })
}

// GroupByID finds a group by number; where several share it, the first.
func (db *DB) GroupByID(gid uint32) (Group, bool, error) {
	return lookup(db, db.groups, group, strconv.FormatUint(uint64(gid), 10), parseGroup, func(g Group) bool { return g.GID == gid })
}

func lookup[T any](db *DB, cache map[string]answer[T], table, key string, parse func(string) (T, bool), fits func(T) bool) (T, bool, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if a, ok := cache[key]; ok {
		return a.value, a.found, nil
	}
	var none T
	if key == "" || strings.ContainsAny(key, ":\n\x00") || key[0] == '-' {
		return none, false, nil
	}
	lines, err := db.src.find(table, key)
	if err != nil {
		return none, false, fmt.Errorf("%s %q: %w", table, key, err)
	}
	a := answer[T]{}
	for _, line := range lines {
		if v, ok := parse(line); ok && fits(v) {
			a = answer[T]{v, true}
			break
		}
	}
	cache[key] = a
	return a.value, a.found, nil
}

// Memberships is the numbers of the groups that a user of the database is in,
// beside that of his own record.
func (db *DB) Memberships(u User) ([]uint32, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	all, err := db.src.memberships(u.Name)
	if err != nil {
		return nil, fmt.Errorf("groups of %q: %w", u.Name, err)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(gid uint32) bool { return gid == u.GID }), nil
}

func parseUser(line string) (User, bool) {
	f := strings.Split(line, ":")
	if len(f) != 7 || f[0] == "" || f[0][0] == '+' || f[0][0] == '-' {
		return User{}, false
	}
	uid, err1 := strconv.ParseUint(f[2], 10, 32)
	gid, err2 := strconv.ParseUint(f[3], 10, 32)
	return User{Name: f[0], UID: uint32(uid), GID: uint32(gid), Home: f[5]}, err1 == nil && err2 == nil
}

func parseGroup(line string) (Group, bool) {
	f := strings.Split(line, ":")
	if len(f) != 4 || f[0] == "" || f[0][0] == '+' || f[0][0] == '-' {
		return Group{}, false
	}
	gid, err := strconv.ParseUint(f[2], 10, 32)
	return Group{Name: f[0], GID: uint32(gid)}, err == nil
}

// ErrNoEnumeration means that the database answers questions but lists nobody.
var ErrNoEnumeration = errors.New("the user database cannot be enumerated")
