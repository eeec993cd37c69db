package plan

import (
	"fmt"
	"slices"
	"strings"
)

// ACLText is the access ACL in getfacl(1)'s words, in one line. What the mode
// tells already is left out: the owner and the others, the owning group's entry
// where the mask has the same bits, and a mask that cuts nothing. user and group
// name numbers.
func (s State) ACLText(user, group func(uint32) string) string {
	entries, ok := readACL(s.Access)
	if !ok || len(entries) == 0 || s.CheckACL() != nil {
		return aclText(s.Access, user, group)
	}
	mask, cuts := uint16(s.Mode)>>3&7, false
	var shown acl
	for _, e := range entries {
		cuts = cuts || e.tag&(namedTags|tagGroup) != 0 && e.perm&^mask != 0
		if e.tag&namedTags != 0 || e.tag == tagGroup && e.perm != mask || e.tag == tagMask && cuts {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		return aclText(s.Access, user, group)
	}
	return shown.text(user, group)
}

// DefaultACLText is the default ACL likewise. Left out is what the directory's
// owner, owning group and others have themselves, and a mask that setfacl(1)
// would have made.
func (s State) DefaultACLText(user, group func(uint32) string) string {
	entries, ok := readACL(s.Default)
	if !ok || !entries.wellFormed(s.Default) {
		return aclText(s.Default, user, group)
	}
	mode, _ := s.OwnMode()
	own, union := minimal(mode), uint16(0)
	var shown acl
	for _, e := range entries {
		if e.tag&(namedTags|tagGroup) != 0 {
			union |= e.perm
		}
		if !slices.Contains(own, e) && (e.tag != tagMask || e.perm != union) {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		return aclText(s.Default, user, group)
	}
	return shown.text(user, group)
}

const noACL = "none"

// aclText is a whole ACL. What is none is shown as bytes.
func aclText(raw string, user, group func(uint32) string) string {
	entries, ok := readACL(raw)
	switch {
	case raw == "":
		return noACL
	case !ok || !entries.wellFormed(raw):
		return fmt.Sprintf("%x", raw)
	}
	return entries.text(user, group)
}

func (a acl) text(user, group func(uint32) string) string {
	words := make([]string, len(a))
	for i, e := range a {
		words[i] = e.who(user, group) + ":" + rwx(e.perm)
	}
	return strings.Join(words, ",")
}

func (e aclEntry) who(user, group func(uint32) string) string {
	switch e.tag {
	case tagOwner:
		return "user:"
	case tagUser:
		return "user:" + user(e.id)
	case tagGroup:
		return "group:"
	case tagNamedGroup:
		return "group:" + group(e.id)
	case tagMask:
		return "mask:"
	}
	return "other:"
}

func rwx(perm uint16) string {
	s := []byte("---")
	for i, bit := range [...]uint16{4, 2, 1} {
		if perm&bit != 0 {
			s[i] = "rwx"[i]
		}
	}
	return string(s)
}
