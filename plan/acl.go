package plan

import (
	"errors"
	"fmt"
)

// ACLError is a mode that cannot be given to an entry because of its ACL.
type ACLError struct {
	Mode Mode
	Why  string
}

func (e *ACLError) Error() string { return fmt.Sprintf("has an ACL: mode %v %s", e.Mode, e.Why) }

// Chmod is s after a plain chmod(2): where there is an ACL, the group digit goes
// to its mask, and the entries for named users and groups stay as they are
// stored (acl(5)). So a wider mode may wake what a mask had put to sleep, and one
// that empties the mask puts the whole ACL to sleep: see [State.WithMode] and
// [State.Tightened].
func (s State) Chmod(m Mode) State {
	s.Mode = m
	if entries, ok := readACL(s.Access); ok && s.Access != "" {
		entries.chmod(uint16(m))
		s.Access = entries.bytes()
	}
	return s
}

// WithMode is s with the mode m and, where there is an ACL, with an image of it
// under which no named user or group may do more than now: entries keep only
// what the present mask lets through. Its error is an [*ACLError].
func (s State) WithMode(m Mode) (State, error) {
	if s.Access == "" {
		s.Mode = m
		return s, nil
	}
	entries, ok := readACL(s.Access)
	if !ok {
		return s, &ACLError{m, "cannot be set: the ACL cannot be read"}
	}
	mask := uint16(s.Mode) >> 3 & 7
	for i, e := range entries {
		if e.tag == tagUser || e.tag == tagNamedGroup {
			entries[i].perm &= mask
		}
	}
	after := s
	after.Access = entries.bytes()
	after = after.Chmod(m)
	if who, gains := after.wakes(s); gains {
		return s, &ACLError{m, "empties the mask, so that the kernel ignores the ACL, and " + who + " gains what all others may do"}
	}
	return after, nil
}

// wakes reports whether somebody whom the ACL names may do more by s than by
// before.
func (s State) wakes(before State) (string, bool) {
	had, gets := rightsOf(before), rightsOf(s)
	entries, _ := readACL(before.Access)
	for _, e := range entries {
		if e.tag != tagUser && e.tag != tagNamedGroup || e.tag == tagNamedGroup && e.id == s.GID {
			continue
		}
		who := holder{tag: e.tag, id: e.id}
		if may(gets, who)&^may(had, who) != 0 {
			return map[uint16]string{tagUser: "uid", tagNamedGroup: "gid"}[e.tag] + fmt.Sprintf(" %d", e.id), true
		}
	}
	return "", false
}

// may is what who may do, by name or else like others.
func may(rights map[holder]uint16, who holder) uint16 {
	if bits, named := rights[who]; named {
		return bits
	}
	return otherwise(rights, who)
}

// AccessImage is what to set as the access ACL to give an entry both the ACL and
// the nine bits of the mode in one call (setxattr(2)): three entries where there
// is to be none, which the kernel keeps as a mode.
func (s State) AccessImage() string {
	if s.Access != "" {
		return s.Access
	}
	return minimal(s.Mode).bytes()
}

// Tightened is the state in which an entry waits, on its way from s to after, to
// be given to another owner or group: nobody has more in it than before or
// after, whoever owns it. It is one chmod(2) from s. Where there is an ACL on
// either end only the owner is left with anything: whom that names to be kept
// out would else be one of the group or of the others for a moment.
func (s State) Tightened(after State) State {
	m := s.Mode & after.Mode
	switch {
	case s.Mode == after.Mode && s.Access == after.Access:
		return s // the owner is all that changes
	case s.Access != "" || after.Access != "":
		m &^= 0o077
	}
	return s.Chmod(m)
}

// CheckACL reports why no change may leave an entry in this state: an ACL is not
// one that the kernel would take, or the access ACL does not go with the mode,
// with which it shares nine bits.
func (s State) CheckACL() error {
	for _, raw := range [...]string{s.Access, s.Default} {
		if entries, ok := readACL(raw); !ok || raw != "" && !entries.wellFormed(raw) {
			return errors.New("an ACL that is none")
		}
	}
	if s.Chmod(s.Mode).Access != s.Access {
		return errors.New("an ACL that does not agree with the mode")
	}
	return nil
}
