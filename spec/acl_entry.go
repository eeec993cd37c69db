package spec

import (
	"errors"
	"fmt"
	"strings"
)

// parseACL reads one entry in the form of setfacl(1), whose tag may not be left
// out here.
func parseACL(text string) (ACLEntry, error) {
	var e ACLEntry
	parts := strings.Split(text, ":")
	if parts[0] == "default" || parts[0] == "d" {
		e.Default, parts = true, parts[1:]
	}
	if len(parts) == 2 && unnamed(parts[0]) {
		parts = []string{parts[0], "", parts[1]} // setfacl takes mask:r-x too
	}
	if len(parts) != 3 {
		return e, fmt.Errorf("%s: want an entry of setfacl(1), like user:NAME:r-x, group:NAME:r-x or mask::r-x, with or without default: before it", show(text))
	}
	err := e.setTag(parts[0], parts[1])
	if err == nil {
		err = e.setPerm(parts[2])
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", show(text), err)
	}
	return e, nil
}

func unnamed(tag string) bool { return tag == "mask" || tag == "m" || tag == "other" || tag == "o" }

func (e *ACLEntry) setTag(tag, name string) error {
	switch {
	case tag == "mask" || tag == "m":
		e.Tag = ACLMask
	case tag == "user" || tag == "u":
		e.Tag = ACLUser
	case tag == "group" || tag == "g":
		e.Tag = ACLGroup
	case !unnamed(tag):
		return fmt.Errorf("unknown tag %s; want user, group or mask%s", show(tag), meant(tag, []string{"user", "group", "mask", "default"}))
	}
	switch {
	case unnamed(tag) && name != "":
		return fmt.Errorf("%s takes no name", tag)
	case e.Tag == ACLMask:
		return nil
	case name == "" && e.Default:
		return errors.New("what owner, group and others have in a default ACL follows the directory's mode; leave it out")
	case name == "":
		return errors.New("owner, group and others belong to the mode; use mode")
	case e.Tag == ACLUser && name == IdentityOthers:
		return errors.New("others are not one user; what strangers may do belongs to the mode")
	}
	if strings.Contains(name, "${") {
		e.Name.Text = name
		return nil
	}
	var err error
	e.Name, err = aclName(name)
	return err
}

// aclName reads digits as a number: in these words there are no quotes to tell
// one from a name. A variable's digits are refused, as they are for owners.
func aclName(text string) (Name, error) {
	switch id, ok := parseID(text); {
	case !digits(text):
		return Name{Text: text}, checkName(text)
	case !ok || len(text) > 1 && text[0] == '0':
		return Name{}, fmt.Errorf("want a number from 0 to %d, found %s", uint32(maxID), show(text))
	default:
		return Name{Text: text, ID: id, Numeric: true}, nil
	}
}

// setPerm reads letters, or one octal digit. Like setfacl(1) it refuses a letter
// that is given twice.
func (e *ACLEntry) setPerm(text string) error {
	if len(text) == 1 && '0' <= text[0] && text[0] <= '7' {
		e.Perm = text[0] - '0'
	} else if !e.setLetters(text) {
		return fmt.Errorf("%s are not permissions; want letters of rwxX, each once, or a digit from 0 to 7", show(text))
	}
	// Under an empty mask the kernel asks the mode alone, so that an entry
	// meant to keep somebody out lets him in as one of the others.
	if e.Tag == ACLMask && e.Perm == 0 {
		return errors.New("under an empty mask the kernel ignores the ACL; write acl: none, or narrow each entry")
	}
	return nil
}

func (e *ACLEntry) setLetters(text string) bool {
	for i := range len(text) {
		letter := text[i]
		if letter != '-' && strings.IndexByte(text[:i], letter) >= 0 {
			return false
		}
		switch letter {
		case 'r':
			e.Perm |= 4
		case 'w':
			e.Perm |= 2
		case 'x':
			e.Perm |= 1
		case 'X':
			e.ExecuteSome = true
		case '-':
		default:
			return false
		}
	}
	e.ExecuteSome = e.ExecuteSome && e.Perm&1 == 0
	return text != "" && len(text) <= len("rwxX")
}

// Bits is what the entry gives on something that ought to have the twelve
// permission bits of mode.
func (e ACLEntry) Bits(mode uint16, directory bool) uint8 {
	if e.ExecuteSome && (directory || mode&executeBits != 0) {
		return e.Perm | 1
	}
	return e.Perm
}

// String returns the entry in setfacl(1)'s long form.
func (e ACLEntry) String() string {
	text := []string{"?", "user", "group", "mask"}[e.Tag] + ":" + e.Name.Text + ":"
	if e.Default {
		text = "default:" + text
	}
	return text + e.letters()
}

func (e ACLEntry) letters() string {
	letters := []byte("---")
	for i, letter := range []byte("rwx") {
		if e.Perm&(4>>i) != 0 {
			letters[i] = letter
		}
	}
	if e.ExecuteSome {
		letters[2] = 'X'
	}
	return string(letters)
}
