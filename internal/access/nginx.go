package access

import (
	"path"
	"strings"

	"rightful/plan"
)

// Nginx serves Case.Path as a static file or a directory, by its workers, who are
// Case.Web (ngx_http_static_module, ngx_open_file_cache.c, and the manual of
// disable_symlinks).
type Nginx struct {
	// Links is disable_symlinks: [FollowLinks] is off, [NoLinks] is on.
	Links Links
	// From is the beginning of the path that disable_symlinks does not look at.
	From string
	// Index is index, index.html where it is nil.
	Index []string
	// Autoindex lists directories without an index; else they are refused.
	Autoindex bool
}

// Blind implements [Consumer].
func (Nginx) Blind() []string {
	return []string{"the configuration: locations, rewrites, allow and deny", "what is behind proxy_pass and fastcgi_pass"}
}

// Check implements [Consumer].
func (x Nginx) Check(c *Case) []Finding {
	if c.Path == "" {
		return nil
	}
	r, f := x.open(c, c.Path, 0)
	if f != nil || r.End.State.Type == plan.File {
		if f == nil {
			_, f = x.open(c, c.Path, Read)
		}
		return f
	}
	if r.End.State.Type != plan.Directory {
		return []Finding{refused(r.End.Path, "", "nginx serves files and directories, and this is a %v", r.End.State.Type).status(404)}
	}
	return x.directory(c, r.End)
}

// open is ngx_open_cached_file(): 404 for what is not there, 403 for what may not
// be opened, a forbidden link among them.
func (x Nginx) open(c *Case, p string, want Want) (Route, []Finding) {
	if f := x.links(c, p); f != nil {
		return Route{}, f
	}
	r := c.web().open(p, want)
	switch {
	case r.Fault == nil:
		return r, nil
	case r.Fault.Cause == Missing || r.Fault.Cause == NotDirectory:
		return r, []Finding{r.Fault.finding("nginx", "").status(404)}
	default:
		return r, []Finding{r.Fault.finding("nginx", "").status(403)}
	}
}

// links looks at every component of the name behind From.
func (x Nginx) links(c *Case, p string) []Finding {
	if x.Links == FollowLinks {
		return nil
	}
	names := parents(p)
	for i := len(names) - 1; i >= -1; i-- {
		name := p
		if i >= 0 {
			name = names[i]
		}
		if x.From != "" && strings.HasPrefix(x.From+"/", name+"/") {
			continue
		}
		link := c.web().lstat(name)
		if link.Fault != nil || link.End.State.Type != plan.Symlink {
			continue
		}
		if x.Links == NoLinks {
			return []Finding{refused(name, "", "nginx is told to follow no symlinks").status(403)}
		}
		target := c.web().stat(name)
		if target.Fault == nil && target.End.State.UID != link.End.State.UID {
			return []Finding{refused(name, "", "nginx follows a symlink only if its owner, uid %d, owns the target, and that is uid %d's",
				link.End.State.UID, target.End.State.UID).status(403)}
		}
	}
	return nil
}

func (x Nginx) directory(c *Case, dir Named) []Finding {
	names := x.Index
	if names == nil {
		names = []string{"index.html"}
	}
	for _, name := range names {
		_, f := x.open(c, path.Join(c.Path, name), Read)
		if len(f) == 0 || f[0].Status != 404 {
			return f
		}
	}
	if !x.Autoindex {
		return []Finding{refused(dir.Path, "", "nginx lists no directory, and there is no index").status(403)}
	}
	if fault := c.web().ask(dir, List); fault != nil {
		return []Finding{fault.finding("nginx", "").status(403)}
	}
	return nil
}
