package apply

import (
	"path"
	"regexp"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
)

// clearer removes what interrupted runs have left in workshops: directories and
// links that are named like their temporaries, the directories only if they are
// empty. It never touches a quarantine, and what cannot be removed is in
// nobody's way.
type clearer struct {
	calls calls
	of    map[string]bool // the interrupted runs
	seen  map[string]bool // workshops, by path
}

// account clears the workshops of an account that the run is about to work on.
// The run holds the lock, so that none of the interrupted ones is still at it.
func (c *clearer) account(a *account) {
	if len(c.of) == 0 {
		return
	}
	if beside := path.Dir(a.place.Path); !c.seen[beside] {
		c.seen[beside] = true
		c.clear(a.place.Parent)
	}
	if a.home != nil {
		c.clear(a.home)
	}
}

func (c *clearer) clear(parent *fsys.Dir) {
	shop, err := openPrivate(parent, workshopName)
	if err != nil {
		return
	}
	defer shop.Close()
	var left []string
	_ = shop.List(make([]byte, 1<<16), func(e fsys.Dirent) error {
		if m := temporaryName.FindStringSubmatch(e.Name()); m != nil && c.of[m[1]] {
			left = append(left, strings.Clone(e.Name()))
		}
		return nil
	})
	for _, name := range left {
		var info fsys.Info
		if shop.Stat(name, &info) == nil && (info.Type == plan.Directory || info.Type == plan.Symlink) {
			_ = c.calls.remove(shop, name, info.Type == plan.Directory)
		}
	}
}

// temporaryName is how a step of a run names what it prepares.
var temporaryName = regexp.MustCompile(`^run-([0-9]{8}T[0-9]{6}Z-[0-9a-f]{4})-[0-9]+$`)
