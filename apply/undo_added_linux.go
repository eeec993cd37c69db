package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// addition is what is known of something that the run has added.
type addition struct {
	of     *plan.Change // without its content
	sha256 string
	size   int64
	// Of what was brought back from a quarantine:
	id     plan.Identity
	inside int64
}

func newAddition(s *plan.Step) *addition {
	bare := *s.Change
	n := &addition{of: &bare, id: s.Entry.ID, inside: s.Entry.Inside}
	if c := s.Change.Content; c != nil {
		n.sha256, n.size = c.SHA256, c.Size
	}
	// Contents of a whole account need not fit in memory.
	bare.Content = nil
	return n
}

// withdrawal is one step that takes away what was added.
type withdrawal struct {
	dir    string
	entry  plan.Entry
	change plan.Change
	of     *plan.Change
}

// withdraw finds the steps that take away what was added at a path: one, if it
// is still as it was added and holds nothing else. Else stays is the path of
// what stays, and the steps are those for what is in it. Nothing there is
// nothing to do.
func (a *undoAccount) withdraw(dir *fsys.Dir, name, path string) (steps []withdrawal, stays string, err error) {
	added := a.added[path]
	if added == nil {
		return nil, path, nil
	}
	pin, err := dir.Pin(name)
	if errors.Is(err, unix.ENOENT) {
		return nil, "", nil
	}
	if err != nil {
		return nil, path, a.problem(path, plan.ChangedSince, "%s", gone(err))
	}
	defer pin.Close()
	have, id, err := pin.Observe()
	if err != nil {
		return nil, path, a.problem(path, plan.ChangedSince, "%s", gone(err))
	}
	why := added.changed(pin, have, id, dir, name)
	inside := added.inside
	if have.Type == plan.Directory && added.of.After.Type == plan.Directory && added.of.Restore == "" {
		var inner string
		if steps, inside, inner, err = a.withdrawInside(dir, name, path); err != nil {
			return nil, path, err
		}
		if why == "" && inner != "" {
			why = "holds " + plan.Quote(inner) + ", which stays"
		}
	}
	if why != "" {
		return steps, path, a.problem(path, plan.ChangedSince, "%s", why)
	}
	up, entry := "", "."
	if path != "." {
		up, entry = splitPath(path)
	}
	return []withdrawal{{up, plan.Entry{Name: entry, ID: id, Inside: inside}, a.back(have, plan.State{}, added.of), added.of}}, "", nil
}

// splitPath is a path's directory, "." for the home, and its last name.
func splitPath(path string) (dir, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return ".", path
}

// changed says what is not as it was added; empty if all is.
func (n *addition) changed(pin *fsys.Pin, have plan.State, id plan.Identity, dir *fsys.Dir, name string) string {
	want := n.of.After
	if want.Type == plan.File {
		want.Nlink = 1
	}
	switch {
	case n.of.Restore != "" && id != n.id:
		return "another entry has taken its place"
	case have != want:
		return "changed since the run: " + differences(&have, &want, "added with")
	case n.of.Restore != "" && have.Type == plan.Directory:
		if inside, err := countInside(dir, name, n.inside); err != nil || inside != n.inside {
			return fmt.Sprintf("does not hold the %d objects that it came back with", n.inside)
		}
	case n.of.Restore == "" && have.Type == plan.File:
		return n.written(pin)
	}
	return ""
}

// written says whether somebody wrote to an added file. The pin is known to be
// of a regular file, so that opening it neither waits nor wakes anything.
func (n *addition) written(pin *fsys.Pin) string {
	file, err := os.OpenFile(pin.Proc(), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return gone(err)
	}
	defer file.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, io.LimitReader(file, n.size+1))
	if err != nil {
		return gone(err)
	}
	if size != n.size || hex.EncodeToString(sum.Sum(nil)) != n.sha256 {
		return "somebody wrote to it since the run"
	}
	return ""
}

// withdrawInside does so for all that is in an added directory. Inner is the
// first path that stays; without one, inside is how many objects go.
func (a *undoAccount) withdrawInside(parent *fsys.Dir, name, path string) (steps []withdrawal, inside int64, inner string, err error) {
	dir, err := parent.OpenDir(name)
	if err != nil {
		return nil, 0, path, a.problem(path, plan.ChangedSince, "%s", gone(err))
	}
	defer dir.Close()
	names, err := namesIn(dir)
	if err != nil {
		return nil, 0, path, a.problem(path, plan.ChangedSince, "%s", gone(err))
	}
	for _, name := range names {
		below, stays, err := a.withdraw(dir, name, plan.Join(path, name))
		if err != nil {
			return nil, 0, "", err
		}
		steps = append(steps, below...)
		if inner == "" {
			inner = stays
		}
		if stays == "" {
			for _, w := range below {
				inside += 1 + w.entry.Inside
			}
		}
	}
	return steps, inside, inner, nil
}

// maxNames is how many names of an added directory are looked at: the run has
// added fewer.
const maxNames = 1 << 20

func namesIn(dir *fsys.Dir) ([]string, error) {
	var names []string
	err := dir.List(make([]byte, 1<<16), func(e fsys.Dirent) error {
		if len(names) == maxNames {
			return fmt.Errorf("more than %d names", maxNames)
		}
		names = append(names, strings.Clone(e.Name()))
		return nil
	})
	slices.Sort(names)
	return names, err
}
