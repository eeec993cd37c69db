//go:build linux

package story

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"rightful/plan"
)

// now is the host as it is at this moment.
func (h *host) now(p string) (plan.State, error) { return h.dir.Lookup(p) }

// states are a host's, by path, as they were or will be.
type states map[string]plan.State

func (s states) look(p string) (plan.State, error) {
	state, ok := s[p]
	if !ok {
		return state, fs.ErrNotExist
	}
	return state, nil
}

// after is the host as a plan leaves it, by what was approved of it: as it is
// now, with the states over it that the plan has in it.
func (h *host) after(file string) states {
	h.t.Helper()
	all := h.snapshot()
	for _, s := range h.approved(file) {
		p := path.Join(s.Account.Home, s.Path())
		switch s.Change.Action {
		case plan.Remove:
			maps.DeleteFunc(all, func(other string, _ plan.State) bool { return other == p || strings.HasPrefix(other, p+"/") })
		default:
			all[p] = s.Change.After
		}
	}
	return all
}

// snapshot is the host as it is now.
func (h *host) snapshot() states {
	h.t.Helper()
	all := states{}
	must(h.t, filepath.WalkDir(h.root, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := path.Join("/", strings.TrimPrefix(p, h.root))
		all[rel], err = h.now(rel)
		return err
	}))
	return all
}

// approved are the steps of a saved plan that may be done, as apply reads them.
func (h *host) approved(file string) (steps []plan.Step) {
	h.t.Helper()
	f, err := os.Open(filepath.Join(h.base, file+".approval"))
	must(h.t, err)
	defer f.Close()
	approval, err := plan.ReadApproval(f)
	must(h.t, err)
	p := h.open(file)
	selected, err := approval.Check(p, time.Now())
	must(h.t, err)
	for s, err := range p.Steps() {
		must(h.t, err)
		if selected.Has(s) {
			steps = append(steps, s)
		}
	}
	return steps
}

// open is a saved plan.
func (h *host) open(file string) *plan.Plan {
	h.t.Helper()
	f, err := os.Open(filepath.Join(h.base, file))
	must(h.t, err)
	h.t.Cleanup(func() { f.Close() })
	p, err := plan.Open(f)
	must(h.t, err)
	return p
}
