package reconcile

// -path patterns narrow a walk: a matcher of their own goes down with the
// policy's, and where nothing below can match any more the walk turns back.

// narrowRoot is where the narrowing starts; nil where nothing narrows.
func (r *run) narrowRoot() *node {
	if r.narrow == nil {
		return nil
	}
	return r.narrow.root
}

// narrowTo goes one name further; it is false where nothing there or below is
// asked for.
func (r *run) narrowTo(n *node, name string) (*node, bool) {
	if n == nil {
		return nil, true
	}
	next := r.narrow.child(n, name)
	return next, !next.dead
}

// selected reports whether the path that n stands for is asked for itself.
func selected(n *node) bool { return n == nil || n.wants.managed }

// selectedPath is selected for a path that nobody walked to.
func (r *run) selectedPath(path string) bool {
	switch {
	case r.narrow == nil:
		return true
	case path == ".":
		return selected(r.narrow.root)
	}
	return selected(r.narrow.at(path))
}
