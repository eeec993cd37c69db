package lint

import (
	"encoding/binary"
	"slices"
)

// maxWork bounds a search, in steps of single states. Policies as people write
// them need a thousandth of it.
const maxWork = 500_000

// answer is what became of a search for a path.
type answer int

const (
	none    answer = iota // there is no such path
	found                 // there is, and here is one
	tooMuch               // nobody knows: the patterns are too many, or too odd
)

// search looks for a path that all of in match and that out does not. It goes
// through all paths, the shortest first, by what the patterns make of them: each
// language is an automaton, and together they have finitely many states.
func search(in []language, out language) (path string, a answer) {
	out = meeting(out, in)
	symbols, ok := alphabet(append(slices.Clip(in), out))
	if !ok {
		return "", tooMuch
	}
	s := &searcher{symbols: symbols, out: newAutomaton(out, symbols), seen: map[string]bool{}}
	for _, l := range in {
		s.in = append(s.in, newAutomaton(l, symbols))
	}
	s.push(node{in: make([]int, len(in)), from: -1})
	for i := 0; i < len(s.queue); i++ {
		if s.accepts(&s.queue[i]) {
			return s.path(i), found
		}
		if s.expand(i); s.work > maxWork {
			return "", tooMuch
		}
	}
	return "", none
}

// contains reports whether l matches whatever other matches. What it cannot
// decide it denies.
func (l language) contains(other language) bool {
	_, a := search([]language{other}, l)
	return a == none
}

// searcher is one search.
type searcher struct {
	symbols []symbol
	in      []*automaton
	out     *automaton
	queue   []node
	seen    map[string]bool
	work    int
}

// node is all paths that every automaton comes to the same state by. The first
// of them is that of another node and one more symbol.
type node struct {
	in     []int
	out    int
	name   name
	from   int // in the queue; below 0: the empty path
	symbol int
}

// name is what the last name of a path is so far: no file is called . or ..
type name byte

const (
	noName name = iota
	dot
	dotDot
	someName
)

func (n name) add(s symbol) name {
	switch {
	case s.char == '/':
		return noName
	case s.char == '.' && n < dotDot:
		return n + 1
	}
	return someName
}

// accepts reports whether a node's paths are looked for.
func (s *searcher) accepts(n *node) bool {
	if n.name != someName || s.out.sets[n.out].ends {
		return false
	}
	for i, a := range s.in {
		if !a.sets[n.in[i]].ends {
			return false
		}
	}
	return true
}

// expand queues what follows a node.
func (s *searcher) expand(i int) {
	n := s.queue[i]
	for j, sym := range s.symbols {
		if sym.char == '/' && n.name != someName {
			continue
		}
		next := node{in: make([]int, len(n.in)), name: n.name.add(sym), from: i, symbol: j}
		var work int
		next.out, work = s.out.step(n.out, j)
		s.work += work
		for k, a := range s.in {
			next.in[k], work = a.step(n.in[k], j)
			s.work += work
		}
		s.push(next)
	}
}

// push queues a node that is new and from which something may still be found.
func (s *searcher) push(n node) {
	if s.out.sets[n.out].full {
		return
	}
	key := binary.AppendUvarint([]byte{byte(n.name)}, uint64(n.out))
	for i, a := range s.in {
		if a.sets[n.in[i]].dead {
			return
		}
		key = binary.AppendUvarint(key, uint64(n.in[i]))
	}
	if !s.seen[string(key)] {
		s.seen[string(key)] = true
		s.queue = append(s.queue, n)
	}
}

// path is the first path of a node.
func (s *searcher) path(i int) string {
	if s.queue[i].from < 0 {
		return ""
	}
	return s.path(s.queue[i].from) + s.symbols[s.queue[i].symbol].text()
}

// meeting leaves out the patterns that plainly match nothing in common with the
// others: of a policy's lines most are about other folders.
func meeting(l language, in []language) language {
	var out language
	for _, alt := range l {
		meets := true
		for _, other := range in {
			meets = meets && slices.ContainsFunc(other, func(b []component) bool { return mayMeet(alt, b) })
		}
		if meets {
			out = append(out, alt)
		}
	}
	return out
}

// mayMeet compares names one by one, as far as both patterns have single ones.
func mayMeet(a, b []component) bool {
	for i := range min(len(a), len(b)) {
		if a[i].deep || b[i].deep {
			return true
		}
		one, isName := a[i].literal()
		two, isToo := b[i].literal()
		if isName && isToo && one != two {
			return false
		}
	}
	return true
}

// literal is the one name that a component matches, if only one does.
func (c *component) literal() (string, bool) {
	var name []rune
	for i := range c.elements {
		if c.elements[i].kind != char {
			return "", false
		}
		name = append(name, c.elements[i].char)
	}
	return string(name), true
}
