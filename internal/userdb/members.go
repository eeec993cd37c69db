package userdb

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Members are a group's, by uid: those whose own group it is, and those that its
// record lists, each in the order of the database. Known is false where there is
// no such group. A listed name that is nobody's has the uid -1, which the kernel
// gives to nobody. Where users cannot be enumerated, none has it as his own: that
// is what a program sees, too, that asks getpwent(3).
func (db *DB) Members(gid uint32) (primary, listed []uint32, known bool, err error) {
	names, known, err := db.memberNames(gid)
	if err != nil || !known {
		return nil, nil, known, err
	}
	for _, name := range names {
		u, ok, err := db.User(name)
		if err != nil {
			return nil, nil, true, err
		}
		if !ok {
			u.UID = ^uint32(0)
		}
		listed = append(listed, u.UID)
	}
	primary, err = db.primary(gid)
	return primary, listed, true, err
}

// memberNames are the names that the group's record lists.
func (db *DB) memberNames(gid uint32) (names []string, known bool, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	lines, err := db.src.find(group, strconv.FormatUint(uint64(gid), 10))
	if err != nil {
		return nil, false, err
	}
	for _, line := range lines {
		if g, ok := parseGroup(line); ok && g.GID == gid {
			list := line[strings.LastIndexByte(line, ':')+1:]
			return slices.DeleteFunc(strings.Split(list, ","), func(n string) bool { return n == "" }), true, nil
		}
	}
	return nil, false, nil
}

// primary are the users whose own group it is. All users are asked for once.
func (db *DB) primary(gid uint32) ([]uint32, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.byGroup == nil {
		lines, err := db.src.all(passwd)
		if err != nil && !errors.Is(err, ErrNoEnumeration) {
			return nil, err
		}
		db.byGroup = map[uint32][]uint32{}
		for _, line := range lines {
			if u, ok := parseUser(line); ok {
				db.byGroup[u.GID] = append(db.byGroup[u.GID], u.UID)
			}
		}
	}
	return db.byGroup[gid], nil
}
