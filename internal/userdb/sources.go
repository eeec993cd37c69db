package userdb

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// ReadFile reads a file by its absolute path below the root.
type ReadFile func(path string) ([]byte, error)

// Files is the database in etc/passwd and etc/group alone.
func Files(read ReadFile) *DB {
	return newDB(files{read, map[string][]string{}, map[string]map[string][]string{}})
}

// Host is the host's own database. Where there is no getent(1), it is the
// files: systems without it have no other name services.
func Host(read ReadFile) *DB {
	path, err := exec.LookPath("getent")
	if err != nil {
		return Files(read)
	}
	return newDB(getent{path, map[string]int{}, map[string]map[string][]string{}})
}

// files reads each table once. The DB's lock guards it.
type files struct {
	read   ReadFile
	tables map[string][]string
	index  map[string]map[string][]string // by table, where somebody was looked for
}

func (f files) all(table string) ([]string, error) {
	if lines, ok := f.tables[table]; ok {
		return lines, nil
	}
	data, err := f.read("/etc/" + table)
	if err != nil {
		return nil, err
	}
	f.tables[table] = strings.Split(string(data), "\n")
	return f.tables[table], nil
}

func (f files) find(table, key string) ([]string, error) {
	if f.index[table] == nil {
		lines, err := f.all(table)
		if err != nil {
			return nil, err
		}
		f.index[table] = indexOf(lines)
	}
	return f.index[table][key], nil
}

func (f files) memberships(user string) ([]uint32, error) {
	lines, err := f.all(group)
	if err != nil {
		return nil, err
	}
	var gids []uint32
	for _, line := range lines {
		g, ok := parseGroup(line)
		if ok && slices.Contains(strings.Split(line[strings.LastIndexByte(line, ':')+1:], ","), user) {
			gids = append(gids, g.GID)
		}
	}
	return gids, nil
}

// getent is a process for each question, and there may be thousands of accounts.
// The DB's lock guards it.
type getent struct {
	path  string
	asked map[string]int                 // by table
	index map[string]map[string][]string // of tables that were enumerated
}

// manyAsked is from how many questions about a table on its records are asked for
// all at once. Those that cannot be enumerated (a directory of ten thousands may
// say no) go on being asked for one by one.
const manyAsked = 16

// memberships asks id(1), which is POSIX where getent's initgroups is not. It
// names the user's own group too.
func (g getent) memberships(user string) ([]uint32, error) {
	out, err := exec.Command("id", "-G", "--", user).Output()
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	var gids []uint32
	for field := range strings.FieldsSeq(string(out)) {
		gid, err := strconv.ParseUint(field, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("id: %w", err)
		}
		gids = append(gids, uint32(gid))
	}
	return gids, nil
}

func (g getent) all(table string) ([]string, error) {
	lines, err := g.run(table)
	if err == nil && len(lines) == 0 {
		err = ErrNoEnumeration
	}
	if err == nil {
		g.index[table] = indexOf(lines)
	}
	return lines, err
}

func (g getent) find(table, key string) ([]string, error) {
	if g.asked[table]++; g.asked[table] == manyAsked && g.index[table] == nil {
		_, _ = g.all(table) // the answer that counts is key's
	}
	if lines, ok := g.index[table][key]; ok {
		return lines, nil
	}
	return g.run(table, key)
}

// notFound is getent's exit status where a key has no record, getent(1).
const notFound = 2

func (g getent) run(args ...string) ([]string, error) {
	cmd := exec.Command(g.path, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == notFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("getent: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n"), nil
}
