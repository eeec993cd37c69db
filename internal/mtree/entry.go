package mtree

import (
	"math/bits"
	"strings"

	"rightful/plan"
)

// Keywords is a set of the keywords of mtree(5) that mean something here.
type Keywords uint32

const (
	Type    Keywords = 1 << iota
	Target           // link: a symbolic link's
	UID              // the owner's number
	User             // uname: the owner's name
	GID              // the group's number
	Group            // gname: the group's name
	Mode             // never a symbolic link's
	Nlink            // never a directory's
	Size             // in bytes
	Flags            // schg and sappnd, uchg and uappnd
	Access           // xattr.system.posix_acl_access
	Default          // xattr.system.posix_acl_default
	Notes            // what no tool has a keyword for

	// These three have no value. FreeBSD and NetBSD have them for what is to be
	// there: it may be missing, what is below it is not looked at, nothing but
	// its being there counts.
	Optional
	Ignore
	NoChange
)

// every is all of them.
const every = NoChange<<1 - 1

// aside are the keywords that may stand in a comment above the entry.
const aside = Flags | Access | Default | Notes

var keywordNames = [...]string{
	"type", "link", "uid", "uname", "gid", "gname", "mode", "nlink", "size", "flags",
	"xattr.system.posix_acl_access", "xattr.system.posix_acl_default", "rightful", "optional", "ignore", "nochange",
}

// String is the keywords as manifests have them: "uid, mode".
func (k Keywords) String() string {
	var names []string
	for one := range (k & every).each {
		names = append(names, one.name())
	}
	return strings.Join(names, ", ")
}

// each yields the keywords of the set one by one.
func (k Keywords) each(yield func(Keywords) bool) {
	for k != 0 {
		one := k & -k
		if !yield(one) {
			return
		}
		k &^= one
	}
}

// name is that of a single keyword.
func (k Keywords) name() string { return keywordNames[bits.TrailingZeros32(uint32(k))] }

// keywordOf is the keyword of that name, none if it means nothing here.
func keywordOf(name []byte) Keywords {
	for i, n := range keywordNames {
		if string(name) == n {
			return 1 << i
		}
	}
	return 0
}

// Entry is what a manifest says about one path.
type Entry struct {
	// Path is below the root, with slashes and without "./", byte for byte; the
	// root is ".".
	Path string
	// Given is the keywords that the manifest has for this entry. What is not
	// among them is unknown, and zero in the fields below.
	Given Keywords
	State plan.State
	// User and Group are names. Where both name and number are given, and are not
	// of the same user, it is for the caller to say which of them counts.
	User, Group string
	Size        int64
	// Notes is whatever else the caller has to say about the path, in up to 255
	// bytes.
	Notes string
}

// Of is an entry with everything that a state says; names may be added. In a
// manifest made of such entries alone, missing flags and ACLs are none.
func Of(path string, s plan.State) Entry {
	e := Entry{Path: path, Given: Type | UID | GID | Mode | Nlink | Target, State: s}
	if s.Flags != 0 {
		e.Given |= Flags
	}
	if s.Access != "" {
		e.Given |= Access
	}
	if s.Default != "" {
		e.Given |= Default
	}
	e.settle()
	return e
}

// settle drops what package plan has no place for: the mode of a link, how many
// links a directory has, a target of what is no link.
func (e *Entry) settle() {
	if e.Given&Type == 0 {
		return
	}
	if e.State.Type == plan.Symlink {
		e.drop(Mode)
	} else {
		e.drop(Target)
	}
	if e.State.Type != plan.File {
		e.drop(Nlink)
	}
}

// displace drops a name that was inherited where the line itself has a number,
// and a number where it has a name. Of uid and uname NetBSD's mtree writes the
// one that it knows, so that one of them in /set and the other in an entry are
// two users. In gomtree's they are the same user, and the number is lost: a
// name that has to be looked up is better than another owner.
func (e *Entry) displace(here Keywords) {
	for _, pair := range [...]Keywords{UID | User, GID | Group} {
		if here&pair != 0 {
			e.drop(pair &^ here)
		}
	}
}

// drop makes keywords unknown.
func (e *Entry) drop(k Keywords) {
	s := &e.State
	for one := range (k & e.Given).each {
		switch one {
		case Type:
			s.Type = 0
		case UID:
			s.UID = 0
		case User:
			e.User = ""
		case GID:
			s.GID = 0
		case Group:
			e.Group = ""
		case Mode:
			s.Mode = 0
		case Nlink:
			s.Nlink = 0
		case Size:
			e.Size = 0
		case Target:
			s.Target = ""
		case Flags:
			s.Flags = 0
		case Access:
			s.Access = ""
		case Default:
			s.Default = ""
		case Notes:
			e.Notes = ""
		}
	}
	e.Given &^= k
}
