package mtree

import "bytes"

// place is where in the tree a reader stands.
type place struct {
	path    []byte // of the last entry, without "./"
	dir     int    // how much of path is the current directory: 0 for the root
	depth   int    // names in path
	outside bool   // the root was left, too
}

// relative goes to a name in the current directory.
func (p *place) relative(word []byte) error {
	if p.outside {
		return wrong("path: %s: no directory is open: there are more .. than directories", excerpt(word))
	}
	p.path = p.path[:p.dir]
	return p.add(word)
}

// full goes to a path from the root. It is known to have a slash, and not to
// begin with it.
func (p *place) full(word []byte) error {
	p.path, p.depth, p.outside = p.path[:0], 0, false
	word = bytes.TrimPrefix(word, []byte("./"))
	for {
		name, rest, more := cutName(word)
		if err := p.add(name); err != nil {
			return err
		}
		if !more {
			return nil
		}
		word = rest
	}
}

// add goes one encoded name down.
func (p *place) add(word []byte) error {
	if p.depth++; p.depth > maxDepth {
		return wrong("path: deeper than %d names", maxDepth)
	}
	if len(p.path) > 0 {
		p.path = append(p.path, '/')
	}
	start := len(p.path)
	var err error
	if p.path, err = appendUnvis(p.path, word); err != nil {
		return wrong("path: %s: %v", excerpt(word), err)
	}
	return checkName(p.path[start:])
}

// settle makes the last entry, or its parent, the current directory.
func (p *place) settle(isDir bool) {
	if p.dir = len(p.path); !isDir {
		p.up()
	}
}

// leave is "..".
func (p *place) leave() error {
	switch {
	case p.outside:
		return wrong("path: .. above the root")
	case p.dir == 0:
		p.outside = true
	default:
		p.up()
	}
	return nil
}

func (p *place) up() {
	p.dir = max(0, bytes.LastIndexByte(p.path[:p.dir], '/'))
	p.depth--
}

// cutName cuts an encoded path at its first slash. One that belongs to an
// escape is none: \M-/ is the byte 0xaf.
func cutName(word []byte) (name, rest []byte, more bool) {
	for i := 0; i < len(word); {
		switch word[i] {
		case '/':
			return word[:i], word[i+1:], true
		case '\\':
			i += escapeLen(word[i:])
		default:
			i++
		}
	}
	return word, nil, false
}
