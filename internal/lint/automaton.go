package lint

import (
	"encoding/binary"
	"slices"
)

// matches reports whether l matches one path.
func (l language) matches(path string) bool {
	var set []state
	for alt := range l {
		set = l.enter(set, alt, 0)
	}
	for rest := path; rest != ""; {
		s, size := readSymbol(rest)
		set, rest = l.step(set, s), rest[size:]
	}
	return l.ends(set)
}

// state is where an automaton may be within a name: the elements before
// element are consumed.
type state struct{ alt, component, element int }

// enter appends the places at the start of a name.
func (l language) enter(set []state, alt, c int) []state {
	for ; c < len(l[alt]); c++ {
		if !l[alt][c].deep {
			return l.add(set, state{alt, c, 0})
		}
		set = append(set, state{alt, c, 0}) // and, as ** may be no name at all, the next
	}
	return set
}

// add appends a state, and those behind stars that match nothing.
func (l language) add(set []state, p state) []state {
	elements := l[p.alt][p.component].elements
	for ; ; p.element++ {
		set = append(set, p)
		if p.element == len(elements) || elements[p.element].kind != star {
			return set
		}
	}
}

// step is where a symbol leads to.
func (l language) step(set []state, s symbol) []state {
	var next []state
	for _, p := range set {
		c := &l[p.alt][p.component]
		switch {
		case s.char == '/' && c.deep:
			next = l.enter(next, p.alt, p.component)
		case s.char == '/':
			if p.element == len(c.elements) {
				next = l.enter(next, p.alt, p.component+1)
			}
		case c.deep:
			next = append(next, p)
		case p.element < len(c.elements) && c.elements[p.element].takes(s):
			if c.elements[p.element].kind != star {
				p.element++
			}
			next = l.add(next, p)
		}
	}
	slices.SortFunc(next, state.compare)
	return slices.Compact(next)
}

func (p state) compare(q state) int {
	if p.alt != q.alt {
		return p.alt - q.alt
	}
	if p.component != q.component {
		return p.component - q.component
	}
	return p.element - q.element
}

// ends reports whether a path may end here, within a name.
func (l language) ends(set []state) bool {
	return slices.ContainsFunc(set, func(p state) bool {
		alt := l[p.alt]
		if !alt[p.component].deep && p.element < len(alt[p.component].elements) {
			return false
		}
		rest := alt[p.component+1:]
		return !slices.ContainsFunc(rest, func(c component) bool { return !c.deep })
	})
}

// automaton is a language as a machine with one state at a time, each a set of
// states. They are made when they are first reached.
type automaton struct {
	language language
	symbols  []symbol
	ids      map[string]int
	sets     []set
}

// set is one of an automaton's states.
type set struct {
	states []state
	next   []int // by symbol; below 0: not known yet
	ends   bool
	dead   bool // nothing that follows is in the language
	full   bool // whatever follows is
}

const notYet = -1

// newAutomaton begins at state 0. The symbols are all there are.
func newAutomaton(l language, symbols []symbol) *automaton {
	a := &automaton{language: l, symbols: symbols, ids: map[string]int{}}
	var start []state
	for alt := range l {
		start = l.enter(start, alt, 0)
	}
	a.id(start)
	return a
}

// id is the number of a set of states.
func (a *automaton) id(states []state) int {
	key := make([]byte, 0, 3*len(states))
	for _, s := range states {
		key = binary.AppendUvarint(key, uint64(s.alt))
		key = binary.AppendUvarint(key, uint64(s.component))
		key = binary.AppendUvarint(key, uint64(s.element))
	}
	if id, ok := a.ids[string(key)]; ok {
		return id
	}
	a.ids[string(key)] = len(a.sets)
	a.sets = append(a.sets, set{
		states: states,
		next:   slices.Repeat([]int{notYet}, len(a.symbols)),
		ends:   a.language.ends(states),
		dead:   len(states) == 0,
		full:   a.full(states),
	})
	return len(a.sets) - 1
}

// step is the state that a symbol leads to, and how much work that was.
func (a *automaton) step(from, symbol int) (to, work int) {
	if to := a.sets[from].next[symbol]; to != notYet {
		return to, 1
	}
	states := a.sets[from].states
	to = a.id(a.language.step(states, a.symbols[symbol]))
	a.sets[from].next[symbol] = to
	return to, 1 + len(states)
}

// full reports whether the language has all that can follow: ** is all that is
// left, or ** and then any name, which has begun. That name is none to a
// variable of several names.
func (a *automaton) full(states []state) bool {
	severalNames := slices.ContainsFunc(a.symbols, func(s symbol) bool { return s.char == 0 && s.variable.slashes })
	return slices.ContainsFunc(states, func(s state) bool {
		rest := a.language[s.alt][s.component:]
		switch {
		case !rest[0].deep:
			return false
		case len(rest) == 1:
			return true
		}
		return len(rest) == 2 && !severalNames && rest[1].anyName() && slices.Contains(states, state{s.alt, s.component + 1, 1})
	})
}

// anyName is true for *.
func (c *component) anyName() bool { return len(c.elements) == 1 && c.elements[0].kind == star }
