package access

import "fmt"

// Answer is whether somebody may do something.
type Answer uint8

// Unclear is an answer of its own: it must never be taken for Allowed, and a
// promise that somebody cannot do something is not kept by it either.
const (
	_ Answer = iota
	Allowed
	Denied
	Unclear
)

var answerNames = [...]string{"", "allowed", "denied", "cannot tell"}

func (a Answer) String() string {
	if int(a) >= len(answerNames) {
		return fmt.Sprintf("answer %d", uint8(a))
	}
	return answerNames[a]
}

// Class is what decided.
type Class uint8

const (
	_          Class = iota
	Owner            // the mode's first digit: ACL and groups were not looked at
	Group            // the mode's second digit, or the ACL entry of the entry's own group
	Other            // the third
	NamedUser        // an ACL entry of a user, named by ID
	NamedGroup       // an ACL entry of a group, named by ID
	Mask             // the ACL's mask takes what the entry would give
	Root             // capabilities, which ask nobody
	Flag             // an immutable inode, which not even root writes to
	Link             // a symlink: what it points to decides
	BadACL           // an ACL that cannot be read
	NoState          // a state that says not even what it is of
)

var classNames = [...]string{
	"", "owner", "group", "other", "named user", "named group", "mask", "root", "immutable", "symlink", "unreadable acl", "no state",
}

func (c Class) String() string {
	if int(c) >= len(classNames) {
		return fmt.Sprintf("class %d", uint8(c))
	}
	return classNames[c]
}

// Verdict is an answer and what decided it.
type Verdict struct {
	Answer Answer
	Class  Class
	// Entry is the class of the ACL entry that the mask cuts, where Class is
	// Mask, and Class itself elsewhere.
	Entry Class
	// Bits are there, mask applied; Missing are wanted and not there.
	Bits, Missing Want
	// ID is the user or group that the deciding bits speak of: the owner, the
	// group or whom the ACL entry names. 0 for the classes without one.
	ID uint32
}

// String is the verdict as part of a sentence: "other has r--".
func (v Verdict) String() string {
	switch v.Class {
	case Owner, NamedUser:
		return fmt.Sprintf("%s (uid %d) has %s", v.Class, v.ID, v.Bits)
	case Group, NamedGroup:
		return fmt.Sprintf("%s (gid %d) has %s", v.Class, v.ID, v.Bits)
	case Mask:
		return fmt.Sprintf("the mask leaves %s (%d) with %s", v.Entry, v.ID, v.Bits)
	case Other:
		return "other has " + v.Bits.String()
	case Flag:
		return "it is immutable"
	case Link:
		return "it is a symlink, and its target decides"
	case BadACL:
		return "its ACL cannot be read"
	}
	return v.Class.String()
}

// judge is the verdict of one class's bits.
func judge(class Class, id uint32, bits, want Want) Verdict {
	v := Verdict{Answer: Allowed, Class: class, Entry: class, Bits: bits & 7, Missing: want &^ bits, ID: id}
	if v.Missing != 0 {
		v.Answer = Denied
	}
	return v
}

func unclear(class Class) Verdict { return Verdict{Answer: Unclear, Class: class, Entry: class} }
