package reconcile

import (
	"rightful/plan"
	"rightful/spec"
)

// tellDecided tells [Options.Decided] the lines that decide about an entry of
// type t.
func (r *run) tellDecided(b *binding, w *wants, t plan.Type) {
	for i, decides := range b.deciding(w, t) {
		if decides {
			r.Decided(b.lines[w.lines[i]].Pos)
		}
	}
}

// deciding says which of the lines behind w have the last word on something: on
// whether the entry is looked at, on whether it is only reported, and on each
// attribute that an entry of its type has.
func (b *binding) deciding(w *wants, t plan.Type) []bool {
	decides := make([]bool, len(w.lines))
	last := func(says func(*line) bool) {
		for i := len(w.lines) - 1; i >= 0; i-- {
			if says(&b.lines[w.lines[i]]) {
				decides[i] = true
				return
			}
		}
	}
	last(func(l *line) bool { return l.Manage != nil })
	if w.unmanaged {
		return decides
	}
	last(func(l *line) bool { return l.Kind == spec.KindExpired })
	if w.expired != nil {
		return decides
	}
	last(func(l *line) bool { return l.Kind == spec.KindLayout })
	if t == plan.Symlink && w.path == nil {
		return decides
	}
	last(func(l *line) bool { return l.Report != nil })
	last(func(l *line) bool { return l.owner.says })
	last(func(l *line) bool { return l.group.says })
	switch t {
	case plan.Directory:
		last(func(l *line) bool { return l.dir.says })
		last(func(l *line) bool { return l.acl.says })
	case plan.File:
		last(func(l *line) bool { return l.file.says })
		last(func(l *line) bool { return l.acl.says })
	}
	return decides
}
