package spec

import (
	"errors"
	"fmt"
)

// The letters of the symbolic form. Each stands for all the bits that it may
// mean, for owner, group and others.
const (
	whoUser  = 0o4700
	whoGroup = 0o2070
	whoOther = 0o1007
	whoAll   = 0o7777

	readBits    = 0o444
	writeBits   = 0o222
	executeBits = 0o111
	setidBits   = setuid | setgid
)

// change is one operator of a symbolic mode with what stands around it.
type change struct {
	operator byte   // one of + - =
	who      uint16 // the bits that it may touch
	bits     uint16
	ifAnyX   bool   // X: execute too, for directories and where anyone has it
	from     uint16 // u, g or o after the operator: the bits to copy from
}

// apply does as GNU chmod(1) does, with umask 0. On directories u=rx leaves
// setuid and setgid alone: they go only where an s names them.
func (c change) apply(mode uint16, directory bool) uint16 {
	bits := c.bits
	switch {
	case c.from != 0:
		bits = spread(mode & c.from)
	case c.ifAnyX && (directory || mode&executeBits != 0):
		bits |= executeBits
	}
	var spared uint16
	if directory {
		spared = setidBits &^ (c.who & c.bits)
	}
	bits &= c.who &^ spared
	switch c.operator {
	case '+':
		return mode | bits
	case '-':
		return mode &^ bits
	default:
		return mode&(^c.who|spared) | bits
	}
}

// spread gives everybody what one of them has.
func spread(bits uint16) uint16 {
	var all uint16
	for _, three := range []uint16{readBits, writeBits, executeBits} {
		if bits&three != 0 {
			all |= three
		}
	}
	return all
}

// parseSymbolic reads clauses of who, operators and permissions, with commas
// between them.
func parseSymbolic(text string) ([]change, error) {
	var changes []change
	for rest, more := text, true; more; {
		var who uint16
		who, rest = parseWho(rest)
		if rest == "" || !operator(rest[0]) {
			return nil, errors.New("want one of + - = after u, g, o or a")
		}
		for rest != "" && operator(rest[0]) {
			c := change{operator: rest[0], who: who}
			rest = c.parse(rest[1:])
			changes = append(changes, c)
		}
		if rest != "" && rest[0] != ',' {
			return nil, fmt.Errorf("%s is not a permission; want letters of rwxXst, or one of u, g, o to copy from", show(rest[:1]))
		}
		if more = rest != ""; more {
			rest = rest[1:]
		}
	}
	return changes, nil
}

func operator(b byte) bool { return b == '+' || b == '-' || b == '=' }

func parseWho(text string) (who uint16, rest string) {
	for i := range len(text) {
		switch text[i] {
		case 'u':
			who |= whoUser
		case 'g':
			who |= whoGroup
		case 'o':
			who |= whoOther
		case 'a':
			who |= whoAll
		default:
			return orAll(who), text[i:]
		}
	}
	return orAll(who), ""
}

func orAll(who uint16) uint16 {
	if who == 0 {
		return whoAll
	}
	return who
}

// parse reads what follows an operator and returns the rest.
func (c *change) parse(text string) (rest string) {
	if text != "" {
		switch text[0] {
		case 'u':
			c.from = 0o700
		case 'g':
			c.from = 0o070
		case 'o':
			c.from = 0o007
		}
	}
	if c.from != 0 {
		return text[1:]
	}
	for i := range len(text) {
		if !c.add(text[i]) {
			return text[i:]
		}
	}
	return ""
}

func (c *change) add(letter byte) bool {
	switch letter {
	case 'r':
		c.bits |= readBits
	case 'w':
		c.bits |= writeBits
	case 'x':
		c.bits |= executeBits
	case 'X':
		c.ifAnyX = true
	case 's':
		c.bits |= setidBits
	case 't':
		c.bits |= sticky
	default:
		return false
	}
	return true
}
