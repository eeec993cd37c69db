package spec

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// CaseEntry is one line of a case's tree:
//
//	d 0711 alice:alice .
//	f 0600 public_html/x.php immutable
//	l www -> public_html
//	h public_html/y.php -> backup/y.php
//
// Types are find(1)'s letters; h is another name of the file that the arrow leads
// to. Links have no mode, h neither mode nor owner. Without OWNER:GROUP, or one of
// them, an entry belongs to the account in whose home it is, and to root where it
// is in none.
type CaseEntry struct {
	Pos   Pos
	Type  byte   // d, f, l, p, s, c or b; h
	Mode  uint16 // as in a policy: beside an ACL the group digit is the group's own
	Owner string // a name or a number; empty where it is not said
	Group string
	Path  string // clean; absolute, or relative to the home of the case's account
	// Target is a link's, as it is, or the path that h is another name of.
	Target string

	ACL          []ACLEntry // acl=ENTRY,ENTRY
	Nlink        uint32     // nlink=N: of the names only these are in the tree; 0 if not said
	Immutable    bool
	AppendOnly   bool
	Mount        bool // something is mounted here
	Closed       bool // a directory that cannot be listed
	Capabilities bool
}

// entryTypes are the letters of find(1)'s %y, and h.
const entryTypes = "dflpscbh"

// tree lays a block of entries over those that a case's file has for all cases. A
// line of the same path takes the place of the other; "- PATH" takes away what is
// there, with all below.
func (p *caseParser) tree(common []CaseEntry, n *yaml.Node) []CaseEntry {
	all := slices.Clone(common)
	own := map[string]Pos{}
	for _, l := range p.block("tree", n) {
		if len(l.Words) == 0 {
			continue
		}
		e, err := parseEntry(l.Words)
		if err != nil {
			p.errorAt(l.Pos, "tree: %v", err)
			continue
		}
		if first, twice := own[e.Path]; twice {
			p.errorAt(l.Pos, "tree: %s is there twice, first in line %d", show(e.Path), first.Line)
			continue
		}
		if e.Pos = l.Pos; e.Type != '-' {
			own[e.Path] = l.Pos
		}
		before := len(all)
		all = slices.DeleteFunc(all, func(other CaseEntry) bool {
			return other.Path == e.Path || e.Type == '-' && below(other.Path, e.Path)
		})
		switch {
		case e.Type != '-':
			all = append(all, e)
		case len(all) == before:
			p.errorAt(l.Pos, "tree: - takes %s away, and it is not there", show(e.Path))
		}
	}
	return all
}

func below(p, dir string) bool {
	return dir == "." && !path.IsAbs(p) || strings.HasPrefix(p, dir+"/")
}

// parseEntry reads one line.
func parseEntry(words []string) (e CaseEntry, err error) {
	e.Type = words[0][0]
	if len(words[0]) > 1 || !strings.Contains(entryTypes+"-", words[0]) {
		return e, fmt.Errorf("%s: want a type: d, f, l, h, p, s, c or b", show(words[0]))
	}
	words = words[1:]
	if strings.IndexByte("lh-", e.Type) < 0 {
		if len(words) == 0 || !octal(words[0]) {
			return e, errors.New("want a mode in octal digits, like 0755, after the type")
		}
		mode, _ := strconv.ParseUint(words[0], 8, 12)
		e.Mode, words = uint16(mode), words[1:]
	}
	if len(words) > 1 && strings.IndexByte("h-", e.Type) < 0 && isOwner(words[0]) {
		e.Owner, e.Group, _ = strings.Cut(words[0], ":")
		words = words[1:]
	}
	if len(words) == 0 {
		return e, errors.New("want a path")
	}
	if e.Path, err = entryPath(words[0], e.Type == 'd'); err != nil {
		return e, err
	}
	return e, e.rest(words[1:])
}

// octal is true for the digits of twelve bits.
func octal(word string) bool {
	return (len(word) == 3 || len(word) == 4) && strings.Trim(word, "01234567") == ""
}

// isOwner is true for OWNER:GROUP and :GROUP. A path like that is quoted.
func isOwner(word string) bool {
	_, group, found := strings.Cut(word, ":")
	return found && group != "" && !strings.ContainsAny(word, `"/`)
}

func entryPath(word string, directory bool) (string, error) {
	if directory && len(word) > 1 {
		word = strings.TrimSuffix(word, "/") // as plans write directories
	}
	text, err := unquote(word)
	switch {
	case err != nil:
		return "", err
	case text == "" || strings.Contains(text, "\x00"):
		return "", fmt.Errorf("%s is not a path", show(text))
	case path.Clean(text) != text || text == ".." || strings.HasPrefix(text, "../"):
		return "", fmt.Errorf("%s: without . and .. in it, write the path from the home or from the root", show(text))
	}
	return text, nil
}

// rest reads what follows the path: where it leads, and what else there is to say.
func (e *CaseEntry) rest(words []string) (err error) {
	leads := e.Type == 'l' || e.Type == 'h'
	if leads != (len(words) > 1 && words[0] == "->") {
		return errors.New("l and h, and nothing else, have -> and what they lead to after the path")
	}
	if leads {
		e.Target, err = unquote(words[1])
		if e.Type == 'h' && err == nil {
			e.Target, err = entryPath(words[1], false)
		}
		if err == nil && (e.Target == "" || strings.Contains(e.Target, "\x00")) {
			err = errors.New("a link leads somewhere")
		}
		if err != nil {
			return err
		}
		words = words[2:]
	}
	for _, word := range words {
		if err := e.option(word); err != nil {
			return err
		}
	}
	return nil
}

// optionTypes are the words that may follow, with the types that can have them.
func optionTypes() map[string]string {
	return map[string]string{
		"acl": "df", "nlink": "f", "immutable": "df", "append_only": "df", "mount": "dfpscb", "closed": "d", "capabilities": "f",
	}
}

func (e *CaseEntry) option(word string) error {
	name, value, _ := strings.Cut(word, "=")
	types, known := optionTypes()[name]
	switch {
	case !known:
		return fmt.Errorf("%s: unknown; what may follow is acl=, nlink=, immutable, append_only, mount, closed and capabilities", show(word))
	case strings.IndexByte(types, e.Type) < 0:
		return fmt.Errorf("%s: is for entries of type %s", name, strings.Join(strings.Split(types, ""), ", "))
	}
	switch name {
	case "acl":
		return e.setACL(value)
	case "nlink":
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 {
			return fmt.Errorf("%s: want a number of names", show(word))
		}
		e.Nlink = uint32(n)
		return nil
	}
	if word != name {
		return fmt.Errorf("%s: takes no value", name)
	}
	*map[string]*bool{
		"immutable": &e.Immutable, "append_only": &e.AppendOnly, "mount": &e.Mount, "closed": &e.Closed, "capabilities": &e.Capabilities,
	}[name] = true
	return nil
}

// setACL reads entries as a policy has them.
func (e *CaseEntry) setACL(text string) error {
	for _, word := range strings.Split(text, ",") {
		entry, err := parseACL(word)
		switch {
		case err != nil:
			return err
		case strings.Contains(entry.Name.Text, "${"):
			return fmt.Errorf("%s: a tree has no variables", show(word))
		case entry.Default && e.Type != 'd':
			return fmt.Errorf("%s: only directories have default entries", show(word))
		}
		e.ACL = append(e.ACL, entry)
	}
	return nil
}
