package access

import (
	"fmt"
	"path"
	"strings"

	"rightful/plan"
)

// SuEXEC is Apache's support/suexec.c, which runs Case.Path as the account, after
// it has become the account: so the account itself must get there. That the web
// server gets there first is for [Apache] to say.
type SuEXEC struct {
	// Docroot is AP_DOC_ROOT, /var/www where it is empty.
	Docroot string
	// Userdir is for scripts that are asked for by ~name: AP_USERDIR_SUFFIX below
	// the home takes the docroot's place.
	Userdir string
	// MinUID and MinGID are AP_UID_MIN and AP_GID_MIN, 100 where they are 0.
	MinUID, MinGID uint32
}

const suexecMin = 100

// Blind implements [Consumer].
func (SuEXEC) Blind() []string {
	return []string{
		"how suexec was built (suexec -V)",
		"the user and group that the virtual host names: taken to be the account's",
		"the script's interpreter, and whether it can read the script",
	}
}

// Check implements [Consumer]. The codes are suexec's exit codes.
func (x SuEXEC) Check(c *Case) []Finding {
	if c.Path == "" {
		return nil
	}
	if f := x.user(c); len(f) > 0 {
		return f
	}
	cwd, f := x.place(c)
	if len(f) > 0 {
		return f
	}
	return x.program(c, cwd)
}

func (x SuEXEC) user(c *Case) []Finding {
	minUID, minGID := x.MinUID, x.MinGID
	if minUID == 0 {
		minUID = suexecMin
	}
	if minGID == 0 {
		minGID = suexecMin
	}
	switch id := c.Account; {
	case id.UID == 0 || id.UID < minUID:
		return suexec(c.Path, 107, "suEXEC runs nothing as uid %d: it is below %d", id.UID, minUID)
	case id.GID == 0 || id.GID < minGID:
		return suexec(c.Path, 108, "suEXEC runs nothing as gid %d: it is below %d", id.GID, minGID)
	}
	return nil
}

// place is the script's folder, links resolved as getcwd(3) does, if suexec
// accepts it.
func (x SuEXEC) place(c *Case) (Named, []Finding) {
	cwd := c.asRoot().chdir(path.Dir(c.Path)) // Apache has gone there, whoever it is
	if cwd.Fault != nil {
		return Named{}, []Finding{cwd.Fault.finding("Apache", "").status(500)}
	}
	here := c.account().ask(cwd.End, Search) // open("."), which comes before the docroot
	if here == nil {
		here = c.account().ask(cwd.End, List)
	}
	if here != nil {
		return Named{}, []Finding{here.finding("the account", "suEXEC 111").status(500)}
	}
	docroot, code := x.Docroot, "suEXEC 113"
	switch {
	case x.Userdir != "":
		docroot, code = path.Join(c.Home, x.Userdir), "suEXEC 112"
	case docroot == "":
		docroot = "/var/www"
	}
	root := c.account().chdir(docroot)
	switch {
	case root.Fault != nil:
		return Named{}, []Finding{root.Fault.finding("the account", code).status(500)}
	case !strings.HasPrefix(cwd.End.Path, root.End.Path): // strncmp(): /var/www2 is below /var/www
		return Named{}, suexec(cwd.End.Path, 114, "suEXEC runs only what is below its docroot")
	}
	if r := c.account().lstat(cwd.End.Path); r.Fault != nil {
		return Named{}, []Finding{r.Fault.finding("the account", "suEXEC 115").status(500)}
	}
	return cwd.End, nil
}

func (x SuEXEC) program(c *Case, cwd Named) (f []Finding) {
	if who := writable(&cwd.State); who != "" {
		f = append(f, suexec(cwd.Path, 116, "suEXEC refuses a script in a directory that %s can write to (mode %v)", who, cwd.State.Mode)...)
	}
	r := c.account().lstat(path.Join(cwd.Path, path.Base(c.Path)))
	if r.Fault != nil {
		return append(f, r.Fault.finding("the account", "suEXEC 117").status(500))
	}
	prog := r.End
	if prog.State.Type == plan.Symlink {
		return append(f, suexec(prog.Path, 117, "suEXEC runs no symlink")...)
	}
	if who := writable(&prog.State); who != "" {
		f = append(f, suexec(prog.Path, 118, "suEXEC runs no script that %s can write to (mode %v)", who, prog.State.Mode)...)
	}
	if prog.State.Mode&(plan.Setuid|plan.Setgid) != 0 {
		f = append(f, suexec(prog.Path, 119, "suEXEC runs nothing setuid or setgid (mode %v)", prog.State.Mode)...)
	}
	for _, at := range []Named{cwd, prog} {
		if at.State.UID != c.Account.UID || at.State.GID != c.Account.GID {
			f = append(f, suexec(at.Path, 120, "suEXEC wants owner and group to be %d:%d, and it is %d:%d",
				c.Account.UID, c.Account.GID, at.State.UID, at.State.GID)...)
		}
	}
	if prog.State.Mode&0o100 == 0 {
		f = append(f, suexec(prog.Path, 121, "its owner may not execute it (mode %v)", prog.State.Mode)...)
	}
	return f
}

func suexec(p string, code int, reason string, args ...any) []Finding {
	return []Finding{refused(p, fmt.Sprintf("suEXEC %d", code), reason, args...).status(500)}
}
