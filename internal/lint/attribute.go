package lint

import (
	"cmp"
	"fmt"
	"strings"

	"rightful/spec"
)

// attribute is one of the things that a line can say of what it matches. A later
// line overrides each of them alone.
type attribute int

const (
	fileMode attribute = iota
	directoryMode
	owner
	group
	acl
	manage
	enforce
	attributes
)

func (a attribute) String() string {
	return [...]string{"file_mode", "directory_mode", "owner", "group", "acl", "manage", "enforce"}[a]
}

// said is what a line says of an attribute, as text; nothing where it is silent.
func (a attribute) said(l *spec.Line) string {
	switch a {
	case fileMode:
		return modesText(l.FileMode)
	case directoryMode:
		return modesText(l.DirMode)
	case owner:
		return namesText(l.Owner)
	case group:
		return namesText(l.Group)
	case acl:
		return aclText(l.ACL)
	case manage:
		return boolText(l.Manage)
	}
	if l.Report != nil {
		return "report"
	}
	return ""
}

// pos is where a line says something of an attribute.
func (a attribute) pos(l *spec.Line) spec.Pos {
	switch {
	case a == fileMode && l.FileMode != nil:
		return l.FileMode.Pos
	case a == directoryMode && l.DirMode != nil:
		return l.DirMode.Pos
	case a == owner && l.Owner != nil:
		return l.Owner.Pos
	case a == group && l.Group != nil:
		return l.Group.Pos
	case a == acl && l.ACL != nil:
		return l.ACL.Pos
	}
	return l.Pos
}

// twin is the other mode, where the line says both with one word.
func (a attribute) twin(l *spec.Line) (other attribute, ok bool) {
	if l.FileMode == nil || l.FileMode != l.DirMode || a > directoryMode {
		return a, false
	}
	return directoryMode - a, true
}

// word is how the line calls the attribute.
func (a attribute) word(l *spec.Line) string {
	if _, both := a.twin(l); both {
		return "mode"
	}
	return a.String()
}

func modesText(m *spec.Modes) string {
	switch {
	case m == nil:
		return ""
	case m.Any:
		return "any"
	}
	return listText(m.Allowed)
}

func namesText(n *spec.Names) string {
	switch {
	case n == nil:
		return ""
	case n.Any:
		return "any"
	}
	var names []string
	for _, name := range n.Allowed {
		names = append(names, name.Text)
	}
	return listText(names)
}

func aclText(a *spec.ACL) string {
	switch {
	case a == nil:
		return ""
	case a.Any:
		return "any"
	case len(a.Entries) == 0:
		return "none"
	}
	return listText(a.Entries)
}

func boolText(b *bool) string {
	if b == nil {
		return ""
	}
	return fmt.Sprint(*b)
}

func listText[T any](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = fmt.Sprint(item)
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func comparePos(a, b spec.Pos) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
