package userdb

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Record is what somebody wrote down of a database. It has no passwords, real
// names or shells.
type Record struct {
	// Passwd and Group are lines of passwd(5) and group(5): those that were
	// enumerated, in their order, and then those that were found by asking.
	Passwd, Group []string
	// Asked is how many of the first were found by asking.
	Asked int
	// Unlisted means that users could not be enumerated.
	Unlisted bool
	// Memberships are the groups of users, beside their own, where Group does not
	// say the same.
	Memberships map[string][]uint32
}

// Questions are who a record is to have, however the database lists them.
type Questions struct {
	Users, Groups []string
	UIDs, GIDs    []uint32
	Members       []string // users whose groups matter
}

// Record writes down all that can be enumerated, and the answers to questions.
func (db *DB) Record(q Questions) (*Record, error) {
	r := &Record{Memberships: map[string][]uint32{}}
	users, err := db.table(passwd)
	r.Unlisted = errors.Is(err, ErrNoEnumeration)
	if err != nil && !r.Unlisted {
		return nil, err
	}
	groups, err := db.table(group)
	if err != nil && !errors.Is(err, ErrNoEnumeration) {
		return nil, err
	}
	r.Passwd, r.Group = clean(users, cleanUser), clean(groups, cleanGroup)
	listed := len(r.Passwd)
	for _, uid := range q.UIDs {
		q.Users = append(q.Users, strconv.FormatUint(uint64(uid), 10))
	}
	if r.Passwd, err = db.complete(passwd, r.Passwd, append(q.Users, q.Members...), cleanUser); err != nil {
		return nil, err
	}
	r.Asked = len(r.Passwd) - listed
	for _, gid := range q.GIDs {
		q.Groups = append(q.Groups, strconv.FormatUint(uint64(gid), 10))
	}
	if r.Group, err = db.complete(group, r.Group, q.Groups, cleanGroup); err != nil {
		return nil, err
	}
	return r, db.memberships(r, q.Members)
}

func (db *DB) table(name string) ([]string, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.src.all(name)
}

// complete asks for what the lines do not have.
func (db *DB) complete(table string, lines, keys []string, tidy func(string) string) ([]string, error) {
	known := indexOf(lines)
	for _, key := range keys {
		if _, asked := known[key]; asked || key == "" || strings.ContainsAny(key, ":\n\x00") || key[0] == '-' {
			continue
		}
		db.mu.Lock()
		found, err := db.src.find(table, key)
		db.mu.Unlock()
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", table, key, err)
		}
		known[key] = nil
		for _, line := range clean(found, tidy) {
			if n, id := keysOf(line); n == key || id == key {
				lines, known[key] = append(lines, line), []string{line}
				break
			}
		}
	}
	return lines, nil
}

// memberships asks for users' groups, and keeps what the lines do not say.
func (db *DB) memberships(r *Record, names []string) error {
	said := newRecorded(r)
	for _, name := range names {
		u, ok, err := db.User(name)
		if err != nil || !ok {
			continue // asked as an account's name, and nobody's
		}
		gids, err := db.Memberships(u)
		if err != nil {
			return err
		}
		// The lines name the own group too, where it lists its user.
		lines, _ := said.memberships(name)
		lines = slices.DeleteFunc(lines, func(gid uint32) bool { return gid == u.GID })
		slices.Sort(lines)
		if !slices.Equal(slices.Compact(lines), gids) {
			r.Memberships[name] = gids
		}
	}
	return nil
}

func clean(lines []string, tidy func(string) string) (all []string) {
	for _, line := range lines {
		if line = tidy(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func cleanUser(line string) string {
	u, ok := parseUser(line)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:x:%d:%d::%s:", u.Name, u.UID, u.GID, u.Home)
}

func cleanGroup(line string) string {
	g, ok := parseGroup(line)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:x:%d:%s", g.Name, g.GID, line[strings.LastIndexByte(line, ':')+1:])
}

// keysOf is the name and the number of a line, which may have leading zeros
// there and has none here.
func keysOf(line string) (name, id string) {
	name, rest, _ := strings.Cut(line, ":")
	_, rest, _ = strings.Cut(rest, ":")
	id, _, _ = strings.Cut(rest, ":")
	if n, err := strconv.ParseUint(id, 10, 32); err == nil {
		id = strconv.FormatUint(n, 10)
	}
	return name, id
}

// indexOf is the lines by name and by number.
func indexOf(lines []string) map[string][]string {
	index := make(map[string][]string, 2*len(lines))
	for _, line := range lines {
		name, id := keysOf(line)
		index[name] = append(index[name], line)
		if id != name {
			index[id] = append(index[id], line)
		}
	}
	return index
}

// Recorded is the database of a record.
func Recorded(r *Record) *DB { return newDB(newRecorded(r)) }

// recorded is a source that answers from memory.
type recorded struct {
	*Record
	index map[string]map[string][]string // by table
	in    map[string][]uint32            // groups by the users that they list
}

func newRecorded(r *Record) recorded {
	in := map[string][]uint32{}
	for _, line := range r.Group {
		g, ok := parseGroup(line)
		if !ok {
			continue
		}
		for name := range strings.SplitSeq(line[strings.LastIndexByte(line, ':')+1:], ",") {
			in[name] = append(in[name], g.GID)
		}
	}
	return recorded{r, map[string]map[string][]string{passwd: indexOf(r.Passwd), group: indexOf(r.Group)}, in}
}

// all is what could be enumerated.
func (r recorded) all(table string) ([]string, error) {
	switch {
	case table == group:
		return r.Group, nil
	case r.Unlisted:
		return nil, ErrNoEnumeration
	}
	return r.Passwd[:len(r.Passwd)-r.Asked], nil
}

func (r recorded) find(table, key string) ([]string, error) { return r.index[table][key], nil }

func (r recorded) memberships(user string) ([]uint32, error) {
	if gids, ok := r.Memberships[user]; ok {
		return slices.Clone(gids), nil
	}
	return slices.Clone(r.in[user]), nil
}
