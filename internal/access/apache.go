package access

import (
	"path"
	"strings"

	"rightful/plan"
)

// Links is what a web server does about symlinks.
type Links uint8

const (
	FollowLinks    Links = iota // Apache's FollowSymLinks, nginx's disable_symlinks off
	IfOwnerMatch                // SymLinksIfOwnerMatch, if_not_owner
	FollowAndMatch              // both of Apache's options: owners must match, but for an index
	NoLinks                     // neither option; disable_symlinks on
)

// Apache is the httpd core serving Case.Path as a static file, or as a directory
// (server/request.c, server/config.c, modules/generators/mod_autoindex.c). It
// reads as Case.Web.
type Apache struct {
	// Docroot is the folder whose <Directory> section says Links and Htaccess.
	// Above it, and where it is empty, links are followed and .htaccess is not
	// read, which is httpd's and Debian's own <Directory />.
	Docroot string
	Links   Links
	// Htaccess is AllowOverride with anything but None.
	Htaccess bool
	// Index is DirectoryIndex, index.html where it is nil.
	Index []string
}

// Blind implements [Consumer].
func (Apache) Blind() []string {
	return []string{
		"the configuration: aliases, rewrites, Require, and what .htaccess files say",
		"handlers: what PHP or CGI does with the file",
		"what a listing of a directory looks into: a .htaccess fifo below hangs it",
	}
}

// Check implements [Consumer]. A status is that of the answer to a plain GET.
func (x Apache) Check(c *Case) []Finding {
	if c.Path == "" {
		return nil
	}
	if f := x.walk(c, c.Path); f != nil {
		return f
	}
	r := c.web().stat(c.Path)
	if r.Fault == nil && r.End.State.Type == plan.Directory {
		return x.directory(c, r.End)
	}
	return x.file(c, c.Path)
}

// walk is ap_directory_walk(): down the path by name, .htaccess of each
// directory first, then the next component. While links are followed
// unconditionally and the whole path can be seen, components are not looked at.
func (x Apache) walk(c *Case, file string) []Finding {
	whole := c.web().stat(file)
	seen := whole.Fault == nil
	dirs := parents(file)
	for i := len(dirs) - 1; i >= 0; i-- {
		next := file
		if i > 0 {
			next = dirs[i-1]
		}
		if f := x.htaccess(c, dirs[i]); f != nil {
			return f
		}
		if links := x.linksIn(dirs[i]); links != FollowLinks || !seen {
			if f, stop := x.component(c, next, links); f != nil || stop {
				return f
			}
		}
	}
	if seen && whole.End.State.Type == plan.Directory {
		return x.htaccess(c, file)
	}
	return nil
}

// component is what ap_directory_walk() does about one: stop means that there is
// nothing to walk through.
func (x Apache) component(c *Case, p string, links Links) (f []Finding, stop bool) {
	r := c.web().lstat(p)
	switch {
	case r.Fault == nil:
	case r.Fault.Cause == Missing:
		return nil, true
	case r.Fault.Cause == NoPermission:
		return apache(r.Fault.finding("Apache", "AH00035")), true
	default:
		return apache(r.Fault.finding("Apache", "AH00036")), true
	}
	if r.End.State.Type != plan.Symlink {
		return served(r.End)
	}
	if links == NoLinks {
		return apache(refused(p, "AH00037", "Apache is told to follow no symlinks")), true
	}
	target := c.web().stat(p)
	if target.Fault != nil {
		return apache(target.Fault.finding("Apache", "AH00037")), true
	}
	if owner := target.End.State.UID; links != FollowLinks && owner != r.End.State.UID {
		return apache(refused(p, "AH00037", "Apache follows a symlink only if its owner, uid %d, owns the target, and that is uid %d's",
			r.End.State.UID, owner)), true
	}
	return served(target.End)
}

// served looks at the type: the walk goes on in directories, and ends at files.
func served(at Named) (f []Finding, stop bool) {
	switch at.State.Type {
	case plan.Directory:
		return nil, false
	case plan.File:
		return nil, true
	}
	return apache(refused(at.Path, "AH00038", "Apache serves files and directories, and this is a %v", at.State.Type)), true
}

// hangs is a FIFO that Apache opens, to wait for somebody who writes to it: a
// request that is never answered.
func hangs(at Named) []Finding {
	return []Finding{refused(at.Path, "", "Apache opens the fifo and waits: the request hangs")}
}

// htaccess is ap_parse_htaccess(): a file that is there, or might be, must be
// read.
func (x Apache) htaccess(c *Case, dir string) []Finding {
	if !x.Htaccess || !x.governs(dir) {
		return nil
	}
	r := c.web().open(path.Join(dir, ".htaccess"), Read)
	switch {
	case r.Fault == nil && r.End.State.Type == plan.File:
		return nil
	case r.Fault == nil && r.End.State.Type == plan.FIFO:
		return hangs(r.End)
	case r.Fault == nil:
		return apache(refused(r.End.Path, "AH00529", "Apache refuses all below a .htaccess that is a %v", r.End.State.Type))
	case r.Fault.Cause == Missing || r.Fault.Cause == NotDirectory:
		return nil
	}
	return apache(r.Fault.finding("Apache, which wants to know what .htaccess says,", "AH00529"))
}

// governs reports whether the docroot's section is merged at the directory.
func (x Apache) governs(dir string) bool {
	return x.Docroot != "" && (dir == x.Docroot || strings.HasPrefix(dir, strings.TrimSuffix(x.Docroot, "/")+"/"))
}

func (x Apache) linksIn(dir string) Links {
	if x.governs(dir) {
		return x.Links
	}
	return FollowLinks
}

// file is the default handler, after the walk let it pass. Where links are
// followed, the walk has looked at no type.
func (x Apache) file(c *Case, file string) []Finding {
	r := c.web().open(file, Read)
	switch {
	case r.Fault == nil && r.End.State.Type == plan.FIFO:
		return hangs(r.End)
	case r.Fault == nil && r.End.State.Type == plan.Socket:
		return apache(refused(r.End.Path, "AH00132", "nobody can open a socket"))
	case r.Fault == nil:
		return nil
	case r.Fault.Cause == Missing || r.Fault.Cause == NotDirectory:
		return []Finding{r.Fault.finding("Apache", "AH00128").status(404)}
	default:
		return apache(r.Fault.finding("Apache", "AH00132"))
	}
}

// directory is mod_dir, and mod_autoindex if no index is there: of the names the
// first that is there counts; one that may not be looked at is the answer where
// there is no other.
func (x Apache) directory(c *Case, dir Named) (denied []Finding) {
	names := x.Index
	if names == nil {
		names = []string{"index.html"}
	}
	for _, name := range names {
		p := path.Join(c.Path, name)
		r := c.web().stat(p)
		f := x.index(c, p, r)
		switch {
		case f != nil && denied == nil:
			denied = f
		case f != nil || r.Fault != nil:
		case r.End.State.Type == plan.Directory: // sends the client there
			at := *c
			at.Path = p
			return x.Check(&at)
		case r.End.State.Type == plan.File:
			return x.file(c, p)
		}
	}
	if denied != nil {
		return denied
	}
	if fault := c.web().ask(dir, List); fault != nil {
		return apache(fault.finding("Apache, which has no index to show,", "AH01275"))
	}
	return nil
}

// index is the walk to one in a directory that was walked to before: of a file
// nothing is looked at again but its own name, and that only if FollowSymLinks is
// not set, whatever is set beside it.
func (x Apache) index(c *Case, p string, r Route) []Finding {
	if r.Fault != nil && r.Fault.Cause == Missing {
		// Of all that a walk looks at, only the name was not looked at before.
		if l := c.web().lstat(p); l.Fault != nil && l.Fault.Cause == Missing {
			return nil
		}
	}
	if r.Fault != nil || r.End.State.Type != plan.File {
		return x.walk(c, p)
	}
	links := x.linksIn(path.Dir(p))
	if links == FollowLinks || links == FollowAndMatch {
		return nil
	}
	f, _ := x.component(c, p, links)
	for i := range f {
		f[i].Code = "AH00032"
	}
	return f
}

// apache is a finding that is answered by 403.
func apache(f Finding) []Finding { return []Finding{f.status(403)} }
