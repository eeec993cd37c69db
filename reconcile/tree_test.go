package reconcile

import (
	"testing"

	"rightful/internal/fsys"
	"rightful/plan"
)

// nameless is a tree whose directories do not say which ones they are, once
// their listing began.
type nameless struct{ Tree }

func (t nameless) Descend(home string) (Place, error) {
	place, err := t.Tree.Descend(home)
	return namelessPlace{place}, err
}

type namelessPlace struct{ Place }

func (p namelessPlace) Open() (Dir, error) {
	dir, err := p.Place.Open()
	return namelessDir{dir}, err
}

type namelessDir struct{ Dir }

func (d namelessDir) OpenDir(rel string) (Dir, error) {
	dir, err := d.Dir.OpenDir(rel)
	return namelessDir{dir}, err
}

func (d namelessDir) ObserveSelf() (plan.State, plan.Identity, error) {
	s, _, err := d.Dir.ObserveSelf()
	if err == nil {
		err = fsys.ErrNoIdentity
	}
	return s, plan.Identity{}, err
}

// TestAddsWithoutParent: what is added in an added directory cannot stay in the
// plan when that one cannot be planned. Only this account is held.
func TestAddsWithoutParent(t *testing.T) {
	h := newHost(t)
	h.tree = func(t Tree) Tree { return nameless{t} }
	h.expect(`
profiles:
  site:
    layout:
      a: {type: directory, mode: "0755"}
      a/b: {type: directory, mode: "0755"}
`, "held alice unreadable\n")
}
