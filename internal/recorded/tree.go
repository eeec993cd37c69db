// Package recorded is a host's tree that is not there: what somebody wrote down
// of it, held in memory. The planner walks it like a live one, on any system and
// as anybody, so that a policy can be tested without a host and planned against
// one that is elsewhere.
//
// It promises the live tree's answers, errors included, as far as the record
// goes. What was not recorded is an error, never taken for missing: a directory
// that could not be listed answers as it did then.
//
// Read tree.go, then dir.go and place.go, which are what the planner sees.
package recorded

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"rightful/plan"
)

// Entry is what is known of one path.
type Entry struct {
	State        plan.State
	Mount        bool // something is mounted here
	Capabilities bool // of a file
	// Closed is a directory that could not be listed.
	Closed bool
	// Barred is a directory that could not be searched: what is not in its listing
	// cannot be asked for either.
	Barred bool
	// Partial is a directory of which only some names are recorded: of any other
	// nobody knows whether it is there.
	Partial bool
	// Unseen is a name that was listed and could not be looked at; it has no State.
	Unseen bool
	NoACLs bool // the filesystem of a directory keeps none
}

// UnknownError is a question that a record has no answer to.
type UnknownError struct{ Path string }

func (e *UnknownError) Error() string { return plan.Quote(e.Path) + ": is not in the record" }

// Tree is a recorded tree, which is only read. It satisfies reconcile.Tree.
type Tree struct {
	root *node
	// trust says who is believed to own what is above the homes: root, and
	// whoever recorded it.
	trust func(uid uint32) bool
}

type node struct {
	Entry
	name     string
	number   uint64 // stands for the inode's
	gone     bool   // nothing is there, and that is known
	children []*node
	// below has the children where they are kept elsewhere.
	below func() (*Tree, error)
}

// open is the node with its children.
func (n *node) open() (*node, error) {
	if n.below == nil {
		return n, nil
	}
	t, err := n.below()
	if err != nil {
		return nil, err
	}
	opened := *n
	opened.children, opened.below = t.root.children, nil
	opened.Closed, opened.Barred = n.Closed || t.root.Closed, n.Barred || t.root.Barred
	return &opened, nil
}

// Builder makes a [Tree] of entries in any order.
type Builder struct {
	root  *node
	dirs  map[string]*node
	count uint64
	known map[*node]bool // of directories
}

// NewBuilder begins with a root directory that belongs to root.
func NewBuilder() *Builder {
	root := &node{name: "/", number: 1, Entry: Entry{State: plan.State{Type: plan.Directory, Mode: 0o755}}}
	return &Builder{root: root, dirs: map[string]*node{"/": root}, count: 1, known: map[*node]bool{root: true}}
}

// Add notes what stands at an absolute, clean path; the root may be given too.
func (b *Builder) Add(p string, e Entry) error {
	if !path.IsAbs(p) || path.Clean(p) != p || strings.IndexByte(p, 0) >= 0 {
		return fmt.Errorf("%s: not an absolute, clean path", plan.Quote(p))
	}
	if e.State.Type == 0 && !e.Unseen {
		return fmt.Errorf("%s: of no type", plan.Quote(p))
	}
	if e.State.Type != plan.Directory {
		dir := b.dir(path.Dir(p))
		dir.children = append(dir.children, b.node(path.Base(p), e))
		return nil
	}
	n := b.dir(p)
	if b.known[n] && n != b.root {
		return fmt.Errorf("%s: is there twice", plan.Quote(p))
	}
	n.Entry, b.known[n] = e, true
	return nil
}

// AddMissing notes that nothing stands at a path.
func (b *Builder) AddMissing(p string) error {
	if err := b.Add(p, Entry{Unseen: true}); err != nil {
		return err
	}
	siblings := b.dirs[path.Dir(p)].children
	last := siblings[len(siblings)-1]
	last.Unseen, last.gone = false, true
	return nil
}

// AddElsewhere notes a directory whose contents are a tree of their own, rooted
// in it. It is asked for whenever somebody goes there, and not kept.
func (b *Builder) AddElsewhere(p string, e Entry, contents func() (*Tree, error)) error {
	if err := b.Add(p, e); err != nil {
		return err
	}
	b.dirs[p].below = contents
	return nil
}

// Close notes that a directory which was added could not be listed.
func (b *Builder) Close(p string) error {
	return b.correct(p, func(n *node) { n.Closed, n.below = true, nil })
}

// Bar notes that such a directory could not be searched.
func (b *Builder) Bar(p string) error { return b.correct(p, func(n *node) { n.Barred = true }) }

func (b *Builder) correct(p string, do func(*node)) error {
	n := b.dirs[p]
	if n == nil || !b.known[n] {
		return fmt.Errorf("%s: no directory that is in the record", plan.Quote(p))
	}
	do(n)
	return nil
}

func (b *Builder) node(name string, e Entry) *node {
	b.count++
	return &node{name: name, number: b.count, Entry: e}
}

// dir is the directory at p, which may be given later.
func (b *Builder) dir(p string) *node {
	if n := b.dirs[p]; n != nil {
		return n
	}
	parent := b.dir(path.Dir(p))
	n := b.node(path.Base(p), Entry{})
	parent.children = append(parent.children, n)
	b.dirs[p] = n
	return n
}

// Tree is what was added. Every directory has to be, and no name twice. Trust
// says who is believed to own what is above the homes; nil is root alone.
func (b *Builder) Tree(trust func(uid uint32) bool) (*Tree, error) {
	for p, n := range b.dirs {
		if !b.known[n] {
			return nil, fmt.Errorf("%s: the directory is not in the record, and something in it is", plan.Quote(p))
		}
		slices.SortFunc(n.children, func(x, y *node) int { return strings.Compare(x.name, y.name) })
		for i := 1; i < len(n.children); i++ {
			if n.children[i].name == n.children[i-1].name {
				return nil, fmt.Errorf("%s: is there twice", plan.Quote(path.Join(p, n.children[i].name)))
			}
		}
	}
	if trust == nil {
		trust = func(uid uint32) bool { return uid == 0 }
	}
	return &Tree{b.root, trust}, nil
}

// child is a name in a directory, nil if it is not there.
func (n *node) child(name string) *node {
	if c := n.find(name); c != nil && !c.gone {
		return c
	}
	return nil
}

func (n *node) find(name string) *node {
	i, ok := slices.BinarySearchFunc(n.children, name, func(c *node, name string) int { return strings.Compare(c.name, name) })
	if !ok {
		return nil
	}
	return n.children[i]
}

// Lookup is what stands at an absolute path. As from a live tree, a link on the
// way is an error, and one at the end is what is found.
func (t *Tree) Lookup(p string) (plan.State, error) {
	n := t.root
	for name := range components(p) {
		switch {
		case n.State.Type == plan.Symlink:
			return plan.State{}, failed("open", p, syscall.ELOOP)
		case n.State.Type != plan.Directory:
			return plan.State{}, failed("open", p, syscall.ENOTDIR)
		}
		dir, err := n.open()
		if err != nil {
			return plan.State{}, err
		}
		next := dir.child(name)
		if next == nil {
			return plan.State{}, dir.missing("open", p, name)
		}
		n = next
	}
	if n.Unseen {
		return plan.State{}, failed("open", p, syscall.EACCES)
	}
	return n.State, nil
}

// missing is the answer for a name that is not there as far as is recorded: of a
// directory that could not be listed nobody knows what is in it.
func (n *node) missing(op, p, name string) error {
	switch {
	case n.find(name) != nil: // as gone
	case n.Closed, n.Barred:
		return failed(op, p, syscall.EACCES)
	case n.Partial, n.Mount && len(n.children) == 0:
		return &UnknownError{p}
	}
	return failed(op, p, syscall.ENOENT)
}

// isGone reports whether a name is known not to be there.
func (n *node) isGone(name string) bool {
	return errors.Is(n.missing("look", name, name), syscall.ENOENT)
}

func failed(op, p string, cause error) error { return &fs.PathError{Op: op, Path: p, Err: cause} }

func components(p string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' })
}
