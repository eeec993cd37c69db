package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Classes is a set of classes: what a step does to rights.
type Classes uint8

const (
	ClassAdd Classes = 1 << iota
	Tighten
	Loosen
	Chown
	Take
	ClassRemove
)

var classNames = [...]string{"add", "tighten", "loosen", "chown", "take", "remove"}

// ParseClass is the class of that name.
func ParseClass(name string) (Classes, error) {
	i := slices.Index(classNames[:], name)
	if i < 0 {
		return 0, fmt.Errorf("%q: no such class: they are %s", name, strings.Join(classNames[:], ", "))
	}
	return 1 << i, nil
}

// Names lists the set in its fixed order: add, tighten, loosen, chown, take,
// remove.
func (c Classes) Names() []string {
	names := []string{}
	for i, name := range classNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (c Classes) String() string { return strings.Join(c.Names(), ",") }

// MarshalJSON makes the set a list of names.
func (c Classes) MarshalJSON() ([]byte, error) { return json.Marshal(c.Names()) }

// UnmarshalJSON reads a list of names, in any order.
func (c *Classes) UnmarshalJSON(data []byte) error {
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return err
	}
	*c = 0
	for _, name := range names {
		one, err := ParseClass(name)
		if err != nil {
			return err
		}
		*c |= one
	}
	return nil
}

// Classify says what a step does to rights, given the state before (zero for
// an add) and after (zero for a remove). Whether a change of owner takes from
// somebody is the policy's knowledge and passed in.
//
// Rights are compared by who holds them: the owner, each named user, each
// group by its number, the others; and the same again for default ACLs. So a
// group that is replaced while its bits stand is both: the new group gains,
// the old one loses. Whose the entry is, is not compared here: chown says that
// the owner changes, and were it to count as loosen and tighten too, neither
// would tell anything beside it. An add is an add and a remove a remove: their
// rights are new and gone as a whole. A link's target is nobody's right. An ACL
// that cannot be read and is replaced, or comes, may do either.
func Classify(before, after State, take bool) Classes {
	switch {
	case before.Type == 0:
		return ClassAdd
	case after.Type == 0:
		return ClassRemove
	}
	var c Classes
	if before.UID != after.UID || before.GID != after.GID {
		c |= Chown
	}
	if take {
		c |= Take
	}
	sameACL := before.Access == after.Access && before.Default == after.Default
	if !sameACL && !(legible(before) && legible(after)) {
		return c | Loosen | Tighten
	}
	had, gets := rightsOf(before), rightsOf(after)
	if exceeds(gets, had) || before.Mode&Sticky > after.Mode&Sticky || setid(after)&^setid(before) != 0 {
		c |= Loosen
	}
	if exceeds(had, gets) || before.Mode&Sticky < after.Mode&Sticky || setid(before)&^setid(after) != 0 {
		c |= Tighten
	}
	return c
}

func setid(s State) Mode { return s.Mode & (Setuid | Setgid) }
