package lint

import (
	"path"

	"rightful/spec"
)

// alone reports layout lines that are never looked at.
func (c *checker) alone() {
	for _, s := range c.subjects {
		for i := range s.lines {
			l := &s.lines[i]
			if l.Kind != spec.KindLayout || l.home() {
				continue
			}
			if at, by := s.leftAlone(l.Path); by != nil {
				c.report(layoutAlone, l.Pos, "%s is never made nor changed: %s leaves %s alone (manage: false)", show(l.Path), by.Pos, show(at))
			}
		}
	}
}

// leftAlone is the first of a path and the directories above it that is
// unmanaged, and the line that says so.
func (s *subject) leftAlone(p string) (at string, by *spec.Line) {
	for ; p != "."; p = path.Dir(p) {
		var last *spec.Line
		for i := range s.lines {
			if l := &s.lines[i]; l.Manage != nil && l.paths.matches(p) {
				last = l.Line
			}
		}
		if last != nil && !*last.Manage {
			at, by = p, last
		}
	}
	return at, by
}
