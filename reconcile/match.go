package reconcile

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// matcher tells which lines a path matches. All patterns advance together, one
// component at a time: a directory's node is asked for the node of each name in
// it. Names that no literal and no glob of the node singles out, nearly all of
// them, share one node and cost one map lookup, however many patterns there are.
//
// Nodes are made when they are first reached. Lines are numbers, given in
// order of precedence.
type matcher struct {
	alts []alternative
	// want fills in a node's decisions; it is called once for each node.
	want func(lines []int) *wants

	mu    sync.RWMutex
	nodes map[string]*node // by the positions they stand for
	root  *node
}

// alternative is one pattern without braces, of the line it belongs to.
type alternative struct {
	line int
	segs []segment
}

// position is a place in a pattern: the components before seg are consumed.
type position struct{ alt, seg int }

// node is the positions that a path may be in, worked out for speed.
type node struct {
	wants    *wants
	always   []position            // reached by every name
	literals map[string][]position // reached by one name
	globs    []glob                // reached by names that fit
	any      atomic.Pointer[node]  // for names that only always concerns
	children map[string]*node      // by what singled the name out; under matcher.mu
	dead     bool                  // nothing here or below can match
}

type glob struct {
	seg *segment
	to  position
}

// maxNodes bounds the memory that hostile names can take: each combination of
// globs that some name fits is a node. Beyond it nodes are made anew each time.
const maxNodes = 4096

// newMatcher compiles patterns; patterns[i] are those of line i.
func newMatcher(patterns [][]string, want func(lines []int) *wants) (*matcher, error) {
	m := &matcher{want: want, nodes: map[string]*node{}}
	var start []position
	for line, list := range patterns {
		for _, pattern := range list {
			alts, err := compilePattern(pattern)
			if err != nil {
				return nil, err
			}
			for _, segs := range alts {
				start = append(start, position{len(m.alts), 0})
				m.alts = append(m.alts, alternative{line, segs})
			}
		}
	}
	m.root = m.node(start)
	return m, nil
}

// node is the one for a set of positions. The caller must not hold m.mu.
func (m *matcher) node(set []position) *node {
	set = m.close(set)
	key := positionsKey(set)
	m.mu.RLock()
	n, ok := m.nodes[key]
	m.mu.RUnlock()
	if ok {
		return n
	}
	n = m.build(set)
	m.mu.Lock()
	defer m.mu.Unlock()
	if other, ok := m.nodes[key]; ok {
		return other
	}
	if len(m.nodes) < maxNodes {
		m.nodes[key] = n
	}
	return n
}

// close adds what ** reaches without consuming anything, sorts and dedups.
func (m *matcher) close(set []position) []position {
	set = slices.Clone(set)
	for i := 0; i < len(set); i++ {
		p := set[i]
		if segs := m.alts[p.alt].segs; p.seg < len(segs) && segs[p.seg].kind == segDeep {
			set = append(set, position{p.alt, p.seg + 1})
		}
	}
	slices.SortFunc(set, func(a, b position) int {
		if a.alt != b.alt {
			return a.alt - b.alt
		}
		return a.seg - b.seg
	})
	return slices.Compact(set)
}

func positionsKey(set []position) string {
	key := make([]byte, 0, 4*len(set))
	for _, p := range set {
		key = binary.AppendUvarint(key, uint64(p.alt))
		key = binary.AppendUvarint(key, uint64(p.seg))
	}
	return string(key)
}

func (m *matcher) build(set []position) *node {
	n := &node{literals: map[string][]position{}, children: map[string]*node{}}
	var lines []int
	for _, p := range set {
		alt := &m.alts[p.alt]
		if p.seg == len(alt.segs) {
			lines = append(lines, alt.line)
			continue
		}
		next := position{p.alt, p.seg + 1}
		switch seg := &alt.segs[p.seg]; seg.kind {
		case segDeep:
			n.always = append(n.always, p)
		case segAny:
			n.always = append(n.always, next)
		case segLiteral:
			n.literals[seg.text] = append(n.literals[seg.text], next)
		default:
			n.globs = append(n.globs, glob{seg, next})
		}
	}
	n.dead = len(set) == 0
	slices.Sort(lines)
	n.wants = m.want(slices.Compact(lines))
	return n
}

// child is the node of name in the directory that n stands for.
func (m *matcher) child(n *node, name string) *node {
	var scratch [64]byte
	key := scratch[:0]
	literal := n.literals[name]
	if literal != nil {
		key = append(append(append(key, 0), name...), 0)
	}
	for i := range n.globs {
		if n.globs[i].seg.fits(name) {
			key = binary.AppendUvarint(key, uint64(i+1))
		}
	}
	next := n.any.Load()
	if len(key) > 0 {
		m.mu.RLock()
		next = n.children[string(key)]
		m.mu.RUnlock()
	}
	if next == nil {
		next = m.advance(n, name, literal, string(key))
	}
	return next
}

// advance works out a child for the first time.
func (m *matcher) advance(n *node, name string, literal []position, key string) *node {
	set := slices.Concat(n.always, literal)
	for i := range n.globs {
		if n.globs[i].seg.fits(name) {
			set = append(set, n.globs[i].to)
		}
	}
	next := m.node(set)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case key == "":
		n.any.Store(next)
	case len(n.children) < maxNodes:
		n.children[key] = next
	}
	return next
}

// at is the node of a whole path.
func (m *matcher) at(path string) *node {
	n := m.root
	for part := range strings.SplitSeq(path, "/") {
		n = m.child(n, part)
	}
	return n
}
