package lint

import "rightful/spec"

// effect is what a line's modes make of the permission bits of whatever they
// find.
type effect struct {
	gives uint16 // set on some entry that lacked them
	ones  uint16 // set on every entry
	zeros uint16 // set on none
}

const allBits = 0o7777

// effectOf joins what any of the modes does: which of them an entry comes to
// depends on what it has.
func effectOf(modes *spec.Modes, directory bool) effect {
	if modes == nil || len(modes.Allowed) == 0 {
		return effect{}
	}
	sum := effect{ones: allBits, zeros: allBits}
	for _, m := range modes.Allowed {
		e := effectOfOne(m, directory)
		sum.gives |= e.gives
		sum.ones &= e.ones
		sum.zeros &= e.zeros
	}
	return sum
}

func effectOfOne(m spec.Mode, directory bool) effect {
	if bits, exact := m.Exact(); exact {
		return effect{bits, bits, allBits &^ bits}
	}
	e := effect{ones: allBits, zeros: allBits}
	for before := range uint16(allBits + 1) {
		after := m.Apply(before, directory)
		e.gives |= after &^ before
		e.ones &= after
		e.zeros &^= after
	}
	return e
}

// modesOf are the modes of a line for files or for directories, where its types
// allow such.
func modesOf(l *spec.Line, a attribute) *spec.Modes {
	t := spec.File
	modes := l.FileMode
	if a == directoryMode {
		t, modes = spec.Directory, l.DirMode
	}
	if l.Kind != spec.KindLayout {
		return modes
	}
	for _, allowed := range l.Types {
		if allowed == t {
			return modes
		}
	}
	return nil
}

// classes names the classes that have some of the bits: "the group and others".
func classes(bits uint16) string {
	switch {
	case bits&0o070 != 0 && bits&0o007 != 0:
		return "the group and others"
	case bits&0o070 != 0:
		return "the group"
	}
	return "others"
}
