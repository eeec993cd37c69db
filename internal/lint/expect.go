package lint

import (
	"fmt"

	"rightful/spec"
)

// unexpecting reports profiles of which nobody says who should reach what.
func (c *checker) unexpecting() {
	for _, source := range c.policy.Sources {
		if p := c.policy.Profiles[source.Profile]; len(p.Access) == 0 && !p.AccessNone {
			c.report(noAccess, p.Pos, "profile %s says nothing of who can reach what; write access, or access: none", show(p.Name))
		}
	}
}

// unsatisfiable reports expectations that the policy itself breaks: for some path
// the modes that it asks for, of the path and of the directories above, leave
// only one answer, and it is the wrong one.
func (c *checker) unsatisfiable(s *subject) {
	if !s.decided {
		return
	}
	for _, e := range s.bound.Access {
		if broken := s.broken(e); broken != "" {
			c.report(cannotHold, e.Pos, "this cannot hold: %s", broken)
		}
	}
}

// asked is one right that an expectation speaks of.
type asked struct {
	spec.Expectation
	right spec.Right
	bits  uint16    // by which it is judged: 0o007 for others
	attr  attribute // fileMode or directoryMode: rights speak of either
	mask  uint16    // those of bits that give the right
}

// broken says why an expectation cannot hold; nothing if it may.
func (s *subject) broken(e spec.Expectation) string {
	for _, q := range s.questions(e) {
		for _, p := range s.examples(q) {
			if why := s.verdict(q, p); why != "" {
				return why
			}
		}
	}
	return ""
}

// questions are the rights of an expectation, one by one; none where nothing can
// be said of its identity.
func (s *subject) questions(e spec.Expectation) []asked {
	bits := s.judgedBy(e)
	if bits == 0 {
		return nil
	}
	var all []asked
	for _, right := range e.Rights {
		q := asked{e, right, bits, fileMode, bits & 0o444}
		switch right {
		case spec.Write:
			q.mask = bits & 0o222
		case spec.Execute:
			q.mask = bits & 0o111
		case spec.List:
			q.attr = directoryMode
		case spec.Search:
			q.attr, q.mask = directoryMode, bits&0o111
		}
		all = append(all, q)
	}
	return all
}

// judgedBy is the permission bits that decide for an identity, whoever the files
// belong to: for strangers those of others; for the account those of the owner,
// if that is who it always is; and for a user of whom the policy knows the name
// alone all of them, if they agree. 0: nothing can be said.
func (s *subject) judgedBy(e spec.Expectation) uint16 {
	switch e.Identity {
	case spec.IdentityOthers:
		return 0o007
	case spec.IdentityAccount:
		if s.ownsAll() {
			return 0o700
		}
		return 0
	}
	// Against what all classes allow, an ACL that the policy does not speak of may
	// still keep one user out; and one that it does speak of may let him in.
	if e.Cannot || s.hasACL() {
		return 0
	}
	return 0o777
}

// ownsAll reports whether no line leaves anything to another owner.
func (s *subject) ownsAll() bool {
	own := func(n *spec.Names) bool {
		return n != nil && !n.Any && len(n.Allowed) == 1 && n.Allowed[0].Text == s.account.Name
	}
	for i := range s.lines {
		if n := s.lines[i].Owner; n != nil && !own(n) {
			return false
		}
	}
	return own(s.bound.Owner)
}

func (s *subject) hasACL() bool {
	for i := range s.lines {
		if a := s.lines[i].ACL; a != nil && !a.Any && len(a.Entries) > 0 {
			return true
		}
	}
	return false
}

// examples are paths that an expectation speaks of: one at random, and for each
// line that decides about the attribute one that has it from there.
func (s *subject) examples(q asked) []string {
	var paths []string
	match, ok := newLanguage(q.Match...)
	if !ok {
		return nil
	}
	for i := -1; i < len(s.lines); i++ {
		in := []language{match}
		if i >= 0 {
			l := &s.lines[i]
			if modesOf(l.Line, q.attr) == nil {
				continue
			}
			in = append(in, l.paths)
		}
		out := append(s.overriders(i, q.attr), s.otherTypes(q.attr)...)
		if i < 0 {
			out = append(s.overriders(len(s.lines), q.attr), s.otherTypes(q.attr)...)
		}
		if p, answer := search(in, out); answer == found {
			paths = append(paths, p)
		}
	}
	return paths
}

// otherTypes are the paths at which the layout wants no file, or no directory.
func (s *subject) otherTypes(a attribute) language {
	var out language
	want := spec.File
	if a == directoryMode {
		want = spec.Directory
	}
	for i := range s.lines {
		l := &s.lines[i]
		if l.Kind != spec.KindLayout {
			continue
		}
		has := false
		for _, t := range l.Types {
			has = has || t == want
		}
		if !has {
			out = append(out, l.paths...)
		}
	}
	return out
}

// verdict says why an expectation is broken at one path.
func (s *subject) verdict(q asked, p string) string {
	e, by := s.effectAt(p, q.attr)
	dirs := directoriesAbove(p)
	if q.Cannot {
		if by == nil || e.ones&q.mask != q.mask {
			return ""
		}
		for _, dir := range dirs {
			if way, _ := s.effectAt(dir, directoryMode); way.ones&q.bits&0o111 != q.bits&0o111 {
				return ""
			}
		}
		return fmt.Sprintf("%s (%s) lets %s %v %s, and no directory above is in the way",
			q.attr.said(by), q.attr.pos(by), q.Identity, q.right, show(p))
	}
	for _, dir := range dirs {
		if way, line := s.effectAt(dir, directoryMode); line != nil && way.zeros&q.bits&0o111 == q.bits&0o111 {
			return fmt.Sprintf("%s (%s) of %s keeps %s away from %s",
				directoryMode.said(line), directoryMode.pos(line), show(dir), q.Identity, show(p))
		}
	}
	if by != nil && e.zeros&q.mask == q.mask {
		return fmt.Sprintf("%s (%s) does not let %s %v %s", q.attr.said(by), q.attr.pos(by), q.Identity, q.right, show(p))
	}
	return ""
}

// directoriesAbove are those on the way to a path, the home first.
func directoriesAbove(p string) []string {
	dirs := []string{"."}
	for i := range len(p) {
		if p[i] == '/' {
			dirs = append(dirs, p[:i])
		}
	}
	return dirs
}

// effectAt is what the policy makes of the mode of what is at a path, and by
// which line. Where it enforces nothing there is none.
func (s *subject) effectAt(p string, a attribute) (effect, *spec.Line) {
	var last *spec.Line
	for i := range s.lines {
		l := &s.lines[i]
		if p == "." && !l.home() || p != "." && !l.paths.matches(p) {
			continue
		}
		if l.Report != nil || l.Kind == spec.KindExpired {
			return effect{}, nil
		}
		if a.said(l.Line) != "" {
			last = l.Line
		}
	}
	if last == nil {
		return effect{}, nil
	}
	modes := modesOf(last, a)
	if modes == nil || modes.Any {
		return effect{}, nil
	}
	return effectOf(modes, a == directoryMode), last
}
