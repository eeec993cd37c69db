package lint

import (
	"slices"
	"strings"

	"rightful/spec"
)

// docrootNames are what panels call the folder that is served.
var docrootNames = []string{"public_html", "httpdocs", "htdocs", "public_shtml", "private_html"}

// docrootVariables are what policies call it.
var docrootVariables = []string{"docroot", "docroots", "document_root", "document_roots", "documentroot", "documentroots", "webroot", "webroots"}

// docroots reports exact modes for all that is below a document root.
func (c *checker) docroots(s *subject) {
	if !s.decided {
		return
	}
	for i := range s.lines {
		l := &s.lines[i]
		if l.Kind != spec.KindRule && l.Kind != spec.KindException {
			continue
		}
		root, ok := s.docrootBelow(l)
		if !ok {
			continue
		}
		for _, a := range []attribute{fileMode, directoryMode} {
			c.exactBelow(s, i, a, root)
		}
	}
}

// docrootBelow is a document root all of whose content a line matches.
func (s *subject) docrootBelow(l *line) (string, bool) {
	for _, root := range s.documentRoots() {
		if all, ok := newLanguage(literalPattern(root) + "/**/*"); ok && l.paths.contains(all) {
			return root, true
		}
	}
	return "", false
}

func (s *subject) documentRoots() []string {
	var roots []string
	for _, name := range docrootVariables {
		roots = append(roots, s.value(name).Items...)
	}
	roots = slices.DeleteFunc(roots, func(r string) bool { return r == "" || r == "." })
	return append(roots, docrootNames...)
}

// literalPattern is the pattern that matches one path.
func literalPattern(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if strings.IndexByte(`*?[]{}\,`, path[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

// exactBelow reports an attribute of line i that decides about something below
// the root.
func (c *checker) exactBelow(s *subject, i int, a attribute, root string) {
	l := s.lines[i].Line
	modes := modesOf(l, a)
	if modes == nil || l.Report != nil || len(modes.Allowed) == 0 || slices.ContainsFunc(modes.Allowed, symbolic) {
		return
	}
	if other, both := a.twin(l); both && other < a {
		return // said of files already
	}
	all, _ := newLanguage(literalPattern(root) + "/**/*")
	if _, answer := search([]language{all}, s.overriders(i, a)); answer != found {
		return
	}
	bits, _ := modes.Allowed[0].Exact()
	c.reportIn(exactInDocroot, modes.Pos, l.Pos, "%s %s rewrites whatever the owner of a site has set below %s; bounds such as %s would leave it",
		a.word(l), modesText(modes), show(root), bounds(bits))
}

func symbolic(m spec.Mode) bool {
	_, exact := m.Exact()
	return !exact
}

// bounds is a symbolic mode that gives what an exact one has, and takes from the
// group and from others only write, or all if they have nothing.
func bounds(bits uint16) string {
	clauses := []string{"u+" + letters(bits>>6)}
	group, others := bits>>3&7, bits&7
	if group == others {
		return strings.Join(append(clauses, classBounds("go", group)...), ",")
	}
	clauses = append(clauses, classBounds("g", group)...)
	return strings.Join(append(clauses, classBounds("o", others)...), ",")
}

func classBounds(who string, bits uint16) []string {
	switch {
	case bits == 0:
		return []string{who + "-rwx"}
	case bits&2 != 0:
		return []string{who + "+" + letters(bits)}
	}
	return []string{who + "+" + letters(bits), who + "-w"}
}

func letters(bits uint16) string {
	var b strings.Builder
	for i, letter := range []byte("rwx") {
		if bits&(4>>i) != 0 {
			b.WriteByte(letter)
		}
	}
	return b.String()
}
