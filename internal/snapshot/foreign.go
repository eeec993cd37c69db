package snapshot

import (
	"errors"
	"fmt"
	"path"

	"rightful/internal/mtree"
	"rightful/internal/recorded"
	"rightful/internal/userdb"
	"rightful/plan"
)

// Foreign is what another tool's manifest does not say.
type Foreign struct {
	Root   string     // where its root stands on the host; "" is the host's root
	Users  *userdb.DB // who is who there; nil where nobody knows
	Passwd *userdb.DB
}

// foreign takes another tool's entries, all of them into memory.
type foreign struct {
	*reader
	Foreign
	lacks mtree.Keywords // what some entry has not, and can be done without
}

func newForeign(r *reader, f Foreign) *foreign {
	if f.Root == "" {
		f.Root = "/"
	}
	return &foreign{reader: r, Foreign: f}
}

// NoUsersError is a manifest without anybody to say who is who.
type NoUsersError struct{ File string }

func (e *NoUsersError) Error() string {
	return plan.Quote(e.File) + ": is a manifest of another tool, which does not say who is who: the host's passwd and group files are needed"
}

func (f *foreign) add(e *mtree.Entry) error {
	if f.Users == nil {
		return errNoUsers
	}
	if err := f.owner(e); err != nil {
		return err
	}
	need := mtree.Type | mtree.UID | mtree.GID
	if e.State.Type == plan.Symlink {
		need |= mtree.Target
	} else {
		need |= mtree.Mode
	}
	if lacks := need &^ e.Given; lacks != 0 {
		return fmt.Errorf("%s: the manifest does not give its %v, without which nothing can be planned", plan.Quote(e.Path), lacks)
	}
	entry := recorded.Entry{State: e.State}
	if e.Given&mtree.Optional != 0 {
		return fmt.Errorf("%s: is optional: nobody knows whether it is there", plan.Quote(e.Path))
	}
	entry.Closed = e.State.Type == plan.Directory && e.Given&mtree.Ignore != 0
	f.lacks |= (mtree.Flags | mtree.Access) &^ e.Given
	if e.State.Type == plan.File && e.Given&mtree.Nlink == 0 {
		entry.State.Nlink = 1
		f.lacks |= mtree.Nlink
	}
	return f.build.Add(path.Join(f.Root, absolute(e.Path)), entry)
}

var errNoUsers = errors.New("the manifest does not say who is who")

// owner finds the numbers of names. A number wins: it is what the disk had.
func (f *foreign) owner(e *mtree.Entry) error {
	if e.Given&mtree.UID == 0 && e.Given&mtree.User != 0 {
		u, ok, err := f.Users.User(e.User)
		if err := found(ok, err); err != nil {
			return fmt.Errorf("%s: owner %s: %w", plan.Quote(e.Path), plan.Quote(e.User), err)
		}
		e.State.UID, e.Given = u.UID, e.Given|mtree.UID
	}
	if e.Given&mtree.GID == 0 && e.Given&mtree.Group != 0 {
		g, ok, err := f.Users.Group(e.Group)
		if err := found(ok, err); err != nil {
			return fmt.Errorf("%s: group %s: %w", plan.Quote(e.Path), plan.Quote(e.Group), err)
		}
		e.State.GID, e.Given = g.GID, e.Given|mtree.GID
	}
	return nil
}

func found(ok bool, err error) error {
	if err == nil && !ok {
		return errors.New("nobody of that name in the passwd and group files")
	}
	return err
}

// finish adds what is above the manifest's root, and says what is not known.
func (f *foreign) finish() error {
	f.reader.Users, f.reader.Passwd, f.Header.Root = f.Foreign.Users, f.Foreign.Passwd, "/"
	for dir := path.Dir(f.Root); f.Root != "/"; dir = path.Dir(dir) {
		above := recorded.Entry{State: plan.State{Type: plan.Directory, Mode: 0o755}, Partial: true}
		if err := f.build.Add(dir, above); err != nil {
			return err
		}
		f.CannotSee = append(f.CannotSee, "mode and owner of "+plan.Quote(dir)+", which the manifest does not have: taken to be root's, 0755")
		if dir == "/" {
			break
		}
	}
	for _, lack := range []struct {
		keyword mtree.Keywords
		says    string
	}{
		{mtree.Nlink, "hard links, which the manifest does not count"},
		{mtree.Flags, "immutable and append-only flags, of which the manifest says nothing"},
		{mtree.Access, "ACLs, of which the manifest says nothing"},
	} {
		if f.lacks&lack.keyword != 0 {
			f.CannotSee = append(f.CannotSee, lack.says)
		}
	}
	return nil
}
