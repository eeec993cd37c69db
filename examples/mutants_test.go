package examples

import (
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// seed decides where there is a choice: which letters of a key are swapped, which
// other name is taken. Each choice hangs on the line's text alone, so that a
// policy may grow without new mistakes in its old lines.
const seed = "2026-11-22"

// mutant is a policy with one mistake in it.
type mutant struct {
	example  string
	kind     string
	was, now string // the line, and the first one that differs, without comments
	text     string // of the policy
}

// key is how [harmless] names a mutant; line, how all of its kind in its line.
func (m mutant) key() string  { return m.line() + " => " + m.now }
func (m mutant) line() string { return m.example + ": " + m.kind + ": " + m.was }

// edit replaces a part of a text.
type edit struct {
	from, to int
	text     string
}

// page is the text of a policy, and the words in it by their places.
type page struct {
	text    string
	starts  []int // of lines
	scalars []scalar
	parts   []part
}

// scalar is one word: a key, or a value.
type scalar struct {
	from, to int // quotes included
	value    string
	path     []string // keys that lead to it, its own last; items of lists have none
	key      bool
}

// role is the key that says what a scalar is.
func (s scalar) role() string { return s.path[len(s.path)-1] }

// part is an entry of a mapping, or an item of a list.
type part struct {
	from, to int // of its text
	item     bool
	flow     bool
	next     int // where the next one of the same list or mapping begins, 0 for the last
}

func newPage(t *testing.T, text string) *page {
	t.Helper()
	p := &page{text: text}
	for i := range text {
		if i == 0 || text[i-1] == '\n' {
			p.starts = append(p.starts, i)
		}
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	p.walk(root.Content[0], []string{""})
	return p
}

func (p *page) offset(n *yaml.Node) int { return p.starts[n.Line-1] + n.Column - 1 }

// walk notes a node and all below, and returns where it ends.
func (p *page) walk(n *yaml.Node, path []string) int {
	flow := n.Style&yaml.FlowStyle != 0
	end := p.offset(n)
	if n.Kind == yaml.ScalarNode {
		return p.scalar(n, path, false)
	}
	var own []int
	for i := 0; i < len(n.Content); i++ {
		child, below := n.Content[i], path
		from := p.offset(child)
		if n.Kind == yaml.MappingNode {
			below = append(slices.Clone(path), child.Value)
			p.scalar(child, below, true)
			i++
			child = n.Content[i]
		} else if !flow {
			from = strings.LastIndexByte(p.text[:from], '-')
		}
		own = append(own, len(p.parts))
		p.parts = append(p.parts, part{from: from, item: n.Kind == yaml.SequenceNode, flow: flow})
		at := len(p.parts) - 1
		end = p.walk(child, below)
		p.parts[at].to = end
	}
	for i := 1; i < len(own); i++ {
		p.parts[own[i-1]].next = p.parts[own[i]].from
	}
	if flow {
		end += strings.IndexAny(p.text[end:], "]}") + 1
	}
	return end
}

func (p *page) scalar(n *yaml.Node, path []string, key bool) int {
	from := p.offset(n)
	to := from + len(n.Value)
	if n.Style&yaml.DoubleQuotedStyle != 0 {
		to += 2
	}
	p.scalars = append(p.scalars, scalar{from, to, n.Value, path, key})
	return to
}

// line is that of an offset, as [mutant] has it.
func (p *page) line(at int) string {
	i, found := slices.BinarySearch(p.starts, at)
	if !found {
		i--
	}
	return bare(line(p.text, p.starts[i]))
}

func line(text string, from int) string {
	text, _, _ = strings.Cut(text[from:], "\n")
	return text
}

var comment = regexp.MustCompile(`(^|\s+)#.*`)

// bare is a line without its comment, and without blanks around it.
func bare(line string) string { return strings.TrimSpace(comment.ReplaceAllString(line, "")) }

// code is what of each line is no comment, by offset.
func (p *page) code() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for _, from := range p.starts {
			if text := comment.ReplaceAllString(line(p.text, from), ""); text != "" && !yield(from, text) {
				return
			}
		}
	}
}

// pick chooses one of n things to do to a line.
func pick(n int, what ...string) int {
	h := fnv.New64a()
	fmt.Fprint(h, seed, what)
	return int(h.Sum64() % uint64(n))
}

// mutants are all that the mutators make of a policy, each text once.
func (p *page) mutants(example string) []mutant {
	seen := map[string]bool{p.text: true}
	var all []mutant
	makers := mutators()
	for _, kind := range slices.Sorted(maps.Keys(makers)) {
		for _, e := range makers[kind](p) {
			text := p.text[:e.from] + e.text + p.text[e.to:]
			if seen[text] {
				continue
			}
			seen[text] = true
			m := mutant{example: example, kind: kind, text: text}
			m.was, m.now = p.line(e.from), p.differ(text)
			all = append(all, m)
		}
	}
	return all
}

// differ is the first line that is another one in text.
func (p *page) differ(text string) string {
	was, now := strings.Split(p.text, "\n"), strings.Split(text, "\n")
	for i := range now {
		if i >= len(was) || now[i] != was[i] {
			return bare(now[i])
		}
	}
	return ""
}
