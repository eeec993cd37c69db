package access

import (
	"path"
	"strings"

	"rightful/plan"
)

// SuPHP is mod_suphp's src/Application.cpp. It looks while it is root, then runs
// PHP as the account. Every refusal is a 500.
type SuPHP struct {
	// Docroot is the virtual host's, empty where check_vhost_docroot is off.
	Docroot string
	// AnyOwner is owner mode: the script runs as whoever owns it. Elsewhere
	// (paranoid mode) that must be the account.
	AnyOwner bool
	// MinUID and MinGID are min_uid and min_gid, 1 where they are 0.
	MinUID, MinGID uint32
	// The four allow_ options, off by default.
	FileGroupWritable, FileOthersWritable           bool
	DirectoryGroupWritable, DirectoryOthersWritable bool
}

// Blind implements [Consumer].
func (SuPHP) Blind() []string {
	return []string{"suphp.conf: its docroot patterns, chroot and handlers", "how suphp was built"}
}

// Check implements [Consumer].
func (x SuPHP) Check(c *Case) []Finding {
	if c.Path == "" {
		return nil
	}
	script, target := c.asRoot().lstat(c.Path), c.asRoot().stat(c.Path)
	for _, r := range []Route{script, target} {
		if r.Fault != nil {
			return []Finding{r.Fault.finding("suPHP", "").status(500)}
		}
	}
	f := x.inside(c, target.End)
	f = append(f, x.file(script.End, target.End)...)
	f = append(f, x.owner(c, script.End)...)
	user := c.Account
	if x.AnyOwner {
		user = Identity{UID: script.End.State.UID, GID: script.End.State.GID}
	}
	f = append(f, x.folders(c, user.UID, target.End.Path)...)
	if c.Path != target.End.Path {
		f = append(f, x.folders(c, user.UID, c.Path)...)
	}
	php := eyes{c.Tree, &user}
	if r := php.chdir(path.Dir(c.Path)); r.Fault != nil {
		f = append(f, r.Fault.finding("PHP", ""))
	} else if r := php.open(c.Path, Read); r.Fault != nil {
		f = append(f, r.Fault.finding("PHP", ""))
	}
	for i := range f {
		f[i].Status = 500
	}
	return f
}

// inside compares as suPHP does, by the beginning of the string.
func (x SuPHP) inside(c *Case, target Named) (f []Finding) {
	for _, p := range []string{target.Path, c.Path} {
		if !strings.HasPrefix(p, x.Docroot) {
			f = append(f, refused(p, "", "suPHP runs only what is below the virtual host's document root"))
		}
	}
	return f
}

func (x SuPHP) file(script, target Named) (f []Finding) {
	s := &target.State
	if s.Mode&0o400 == 0 {
		f = append(f, refused(target.Path, "", "suPHP wants the owner to have read permission (mode %v)", s.Mode))
	}
	if s.Mode&0o020 != 0 && !x.FileGroupWritable {
		f = append(f, refused(target.Path, "", "suPHP runs no script that its group can write to (mode %v)", s.Mode))
	}
	if s.Mode&0o002 != 0 && !x.FileOthersWritable {
		f = append(f, refused(target.Path, "", "suPHP runs no script that all others can write to (mode %v)", s.Mode))
	}
	if l := &script.State; l.UID != s.UID || l.GID != s.GID {
		f = append(f, refused(script.Path, "", "suPHP wants the link to belong to %d:%d, as its target does, and it is %d:%d's", s.UID, s.GID, l.UID, l.GID))
	}
	return f
}

func (x SuPHP) owner(c *Case, script Named) (f []Finding) {
	s, id := &script.State, &c.Account
	if least := max(x.MinUID, 1); s.UID < least {
		f = append(f, refused(script.Path, "", "suPHP runs nothing of uid %d: it is below %d", s.UID, least))
	}
	if least := max(x.MinGID, 1); s.GID < least {
		f = append(f, refused(script.Path, "", "suPHP runs nothing of gid %d: it is below %d", s.GID, least))
	}
	if !x.AnyOwner && s.UID != id.UID {
		f = append(f, refused(script.Path, "", "suPHP wants the owner to be uid %d, and it is %d", id.UID, s.UID))
	}
	if !x.AnyOwner && s.GID != id.GID {
		f = append(f, refused(script.Path, "", "suPHP wants the group to be gid %d, and it is %d", id.GID, s.GID))
	}
	return f
}

// folders looks at every directory up to the root; of those that are links only
// the owner counts.
func (x SuPHP) folders(c *Case, uid uint32, p string) (f []Finding) {
	for _, dir := range parents(p) {
		r := c.asRoot().lstat(dir)
		if r.Fault != nil {
			return append(f, r.Fault.finding("suPHP", ""))
		}
		s := &r.End.State
		if s.UID != uid && s.UID != 0 {
			f = append(f, refused(dir, "", "suPHP wants every directory on the way to belong to uid %d or root, and it is %d's", uid, s.UID))
		}
		if s.Type == plan.Symlink {
			continue
		}
		if s.Mode&0o020 != 0 && !x.DirectoryGroupWritable {
			f = append(f, refused(dir, "", "suPHP refuses a directory that its group can write to (mode %v)", s.Mode))
		}
		if s.Mode&0o002 != 0 && !x.DirectoryOthersWritable {
			f = append(f, refused(dir, "", "suPHP refuses a directory that all others can write to (mode %v)", s.Mode))
		}
	}
	return f
}
