package reconcile

import (
	"slices"

	"rightful/plan"
	"rightful/spec"
)

// wants is what the lines that match a path ask for together, attribute by
// attribute. A nil attribute asks nothing. It is worked out once for each set
// of lines and shared by all paths that they match.
type wants struct {
	managed   bool // some line matches
	unmanaged bool // manage: false stands here: nothing below is looked at
	expired   *spec.Line
	report    bool

	owner *idWant
	group *idWant
	file  *modeWant
	dir   *modeWant
	acl   *aclWant
	path  *spec.Line // the layout line that names this path
	line  int        // its number

	lines   []int // of policy, by their numbers
	expects []int // expectations that match, likewise
	checks  []int // and checks
}

// idWant is the owners or groups that may stand; the first is set otherwise.
type idWant struct {
	ids  []uint32
	line string // file:line
}

func (w *idWant) allows(id uint32) bool { return w == nil || slices.Contains(w.ids, id) }

// modeWant is the modes that may stand; the first is set otherwise.
type modeWant struct {
	modes []spec.Mode
	line  string
}

// apply is the mode that an entry of mode have is to get, which is have itself
// where any of the modes is content with it.
func (w *modeWant) apply(have plan.Mode, directory bool) plan.Mode {
	if w == nil {
		return have
	}
	for _, m := range w.modes {
		if plan.Mode(m.Apply(uint16(have), directory)) == have {
			return have
		}
	}
	return plan.Mode(w.modes[0].Apply(uint16(have), directory))
}

func (w *wants) mode(t plan.Type) *modeWant {
	switch t {
	case plan.Directory:
		return w.dir
	case plan.File:
		return w.file
	}
	return nil
}

// combine lets each line of lines speak in turn, the strongest last.
func (b *binding) combine(lines []int) *wants {
	split, _ := slices.BinarySearch(lines, len(b.lines))
	w := &wants{managed: split > 0, lines: lines[:split]}
	if w.managed {
		w.owner, w.group = b.owner, b.group
	}
	for _, i := range lines[:split] {
		w.add(&b.lines[i], i)
	}
	for _, i := range lines[split:] {
		if i -= len(b.lines); i < len(b.expects.list) {
			w.expects = append(w.expects, i)
		} else {
			w.checks = append(w.checks, i-len(b.expects.list))
		}
	}
	return w
}

func (w *wants) add(l *line, number int) {
	switch l.Kind {
	case spec.KindExpired:
		w.expired = &l.Line
		return
	case spec.KindLayout:
		w.path, w.line = &l.Line, number
	}
	if l.Manage != nil {
		w.unmanaged = !*l.Manage
	}
	if l.Report != nil {
		w.report = *l.Report
	}
	override(&w.owner, l.owner)
	override(&w.group, l.group)
	override(&w.file, l.file)
	override(&w.dir, l.dir)
	override(&w.acl, l.acl)
}

// attribute is what one line says of one attribute: nothing, that nothing is
// asked (want nil), or what is wanted.
type attribute[T any] struct {
	says bool
	want *T
}

func override[T any](old **T, l attribute[T]) {
	if l.says {
		*old = l.want
	}
}
