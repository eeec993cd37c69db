package access

import "rightful/plan"

// PHPFPM is PHP's FastCGI server (sapi/fpm/fpm/fpm_unix.c, fpm_main.c). It has no
// rules about owners: the pool's user needs to read the script, and the web
// server to connect to the socket.
type PHPFPM struct {
	// Pool is as whom the pool runs; nil means as the account.
	Pool *Identity
	// Socket is the path of the pool's socket, where it is asked about, too.
	Socket string
}

// Blind implements [Consumer].
func (PHPFPM) Blind() []string {
	return []string{
		"the pool's chroot, open_basedir and security.limit_extensions",
		"what the web server looks at before it passes a request on",
	}
}

// Check implements [Consumer].
func (x PHPFPM) Check(c *Case) (f []Finding) {
	pool := x.Pool
	if pool == nil {
		pool = &c.Account
	}
	if pool.UID == 0 || pool.GID == 0 {
		f = append(f, refused(c.Path, "", "PHP-FPM starts no pool as %d:%d, root's user or group", pool.UID, pool.GID))
	}
	if x.Socket != "" {
		f = append(f, x.socket(c)...)
	}
	if c.Path == "" {
		return f
	}
	r := eyes{c.Tree, pool}.stat(c.Path)
	switch {
	case r.Fault != nil: // a stat(2) that fails for any reason
		return append(f, r.Fault.finding("the pool", "File not found.").status(404))
	case r.End.State.Type != plan.File:
		return append(f, refused(r.End.Path, "", "PHP runs no %v", r.End.State.Type).status(404))
	}
	if fault := (eyes{c.Tree, pool}).ask(r.End, Read); fault != nil {
		f = append(f, fault.finding("the pool", "Access denied.").status(403))
	}
	return f
}

func (x PHPFPM) socket(c *Case) []Finding {
	r := c.web().open(x.Socket, Write) // connect(2) on a socket's path
	switch {
	case r.Fault != nil:
		return []Finding{r.Fault.finding("the web server", "").status(503)}
	case r.End.State.Type != plan.Socket:
		return []Finding{refused(r.End.Path, "", "the pool's socket is a %v", r.End.State.Type).status(503)}
	}
	return nil
}
