package spec

import (
	"errors"
	"fmt"
	"strings"
)

const (
	setuid    = 0o4000
	setgid    = 0o2000
	sticky    = 0o1000
	permBits  = 0o7777
	modeBytes = 128 // no sensible mode is longer, and each is tried on all modes
)

// Mode is what a policy asks of an entry's twelve permission bits: either
// exactly these bits, or a change in the manner of chmod(1) to those it has. The
// zero Mode asks for nothing.
type Mode struct {
	text    string
	octal   bool
	bits    uint16
	changes []change
}

// ParseMode reads a mode from the text that was written: three or four octal
// digits, after a leading 0 or not, or the symbolic form of chmod(1), where no
// letter before the operator means all and the umask has no say.
//
// Three digits are exact too. chmod(1) would keep a directory's setgid bit for
// 755 and for 0755 alike; here a digit that is not written is a 0.
func ParseMode(text string) (Mode, error) {
	switch {
	case text == "":
		return Mode{}, errors.New("a mode is empty")
	case len(text) > modeBytes:
		return Mode{}, fmt.Errorf("a mode is longer than %d bytes", modeBytes)
	case text[0] >= '0' && text[0] <= '9':
		return parseOctal(text)
	}
	changes, err := parseSymbolic(text)
	if err != nil {
		return Mode{}, fmt.Errorf("%s: %w", show(text), err)
	}
	m := Mode{text: text, changes: changes}
	return m, m.settles()
}

func parseOctal(text string) (Mode, error) {
	digits := text
	if len(digits) > 3 {
		digits = strings.TrimPrefix(digits, "0")
	}
	if rest := strings.TrimLeft(digits, "01234567"); rest != "" {
		return Mode{}, fmt.Errorf("%s: %s is not an octal digit; write it like 0755", show(text), show(rest[:1]))
	}
	if len(digits) < 3 || len(digits) > 4 {
		return Mode{}, fmt.Errorf("%s: want three or four octal digits, like 0755", show(text))
	}
	m := Mode{text: text, octal: true}
	for _, digit := range []byte(digits) {
		m.bits = m.bits<<3 | uint16(digit-'0')
	}
	return m, nil
}

// Apply returns the bits that an entry with the bits of mode ought to have.
func (m Mode) Apply(mode uint16, directory bool) uint16 {
	if m.octal {
		return m.bits
	}
	mode &= permBits
	for _, c := range m.changes {
		mode = c.apply(mode, directory)
	}
	return mode
}

// Exact returns the bits of an octal mode.
func (m Mode) Exact() (uint16, bool) { return m.bits, m.octal }

// String returns the mode as it was written.
func (m Mode) String() string { return m.text }

// Equal reports whether both were written alike.
func (m Mode) Equal(other Mode) bool { return m.text == other.text }

// settles refuses a mode that would ask for another change after each run, such
// as u=g,g=o.
func (m Mode) settles() error {
	for _, directory := range []bool{false, true} {
		for mode := range uint16(permBits + 1) {
			once := m.Apply(mode, directory)
			if twice := m.Apply(once, directory); twice != once {
				return fmt.Errorf("%s does not settle: it makes %04o of %04o, and then %04o of that", show(m.text), once, mode, twice)
			}
		}
	}
	return nil
}

// sets returns the bits that the mode gives to some entry that lacks them.
func (m Mode) sets(directory bool) uint16 {
	if m.octal {
		return m.bits
	}
	var set uint16
	for mode := range uint16(permBits + 1) {
		set |= m.Apply(mode, directory) &^ mode
	}
	return set
}

// forFiles refuses what no policy may ask of a regular file. A file that has
// such a bit may keep it: that is not asking.
func (m Mode) forFiles() error {
	set := m.sets(false)
	switch {
	case set&setuid != 0:
		return fmt.Errorf("%s: setuid on files cannot be asked for", show(m.text))
	case set&setgid != 0:
		return fmt.Errorf("%s: setgid on files cannot be asked for; for directories write directory_mode", show(m.text))
	case set&sticky != 0:
		return fmt.Errorf("%s: the sticky bit means nothing on files; for directories write directory_mode", show(m.text))
	}
	return nil
}

func (m Mode) forDirectories() error {
	if m.sets(true)&setuid != 0 {
		return fmt.Errorf("%s: setuid on directories cannot be asked for", show(m.text))
	}
	return nil
}
