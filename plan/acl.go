package plan

import (
	"encoding/binary"
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
// stored (acl(5)). So a narrower mode never gives anybody anything, but a wider
// one may wake what a mask had put to sleep: see [State.WithMode].
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

// bytes is the kernel's form of an ACL, entries in their order.
func (a acl) bytes() string {
	out := binary.LittleEndian.AppendUint32(nil, aclVersion)
	for _, e := range a {
		out = binary.LittleEndian.AppendUint16(out, e.tag)
		out = binary.LittleEndian.AppendUint16(out, e.perm)
		out = binary.LittleEndian.AppendUint32(out, e.id)
	}
	return string(out)
}

// CheckACL reports why an access ACL does not go with the state's mode: the two
// share nine bits.
func (s State) CheckACL() error {
	if _, ok := readACL(s.Access); !ok {
		return errors.New("an ACL that cannot be read")
	}
	if s.Chmod(s.Mode).Access != s.Access {
		return errors.New("an ACL that does not agree with the mode")
	}
	return nil
}
