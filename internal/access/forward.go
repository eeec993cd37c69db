package access

import (
	"path"

	"rightful/plan"
)

// EximForward is Exim's redirect router, with check_local_user and its default
// modemask, reading ~/.forward as the account (src/rda.c). What it refuses
// defers the mail.
type EximForward struct{}

// PostfixForward is Postfix's local(8) reading ~/.forward as the account
// (src/local/dotforward.c). What it refuses is ignored: the mail goes to the
// mailbox.
type PostfixForward struct{}

// Blind implements [Consumer].
func (EximForward) Blind() []string {
	return []string{"the router's options: file, owners, check_group, modemask, ignore_eacces", "what the file says"}
}

// Blind implements [Consumer].
func (PostfixForward) Blind() []string {
	return []string{"forward_path, mailbox_command and transports that come before it", "what the file says"}
}

func forward(c *Case) string {
	if c.Path != "" {
		return c.Path
	}
	return path.Join(c.Home, ".forward")
}

// Check implements [Consumer].
func (EximForward) Check(c *Case) (f []Finding) {
	r := c.asUser().open(forward(c), Read)
	switch {
	case r.Fault != nil && r.Fault.Cause == Missing:
		return nil
	case r.Fault != nil:
		return []Finding{r.Fault.finding("Exim, as the user,", "")}
	}
	s := &r.End.State
	if s.Type != plan.File {
		return []Finding{refused(r.End.Path, "", "Exim reads files only, and this is a %v", s.Type)}
	}
	if who := writable(s); who != "" {
		f = append(f, refused(r.End.Path, "", "Exim refuses a .forward that %s can write to (mode %v)", who, s.Mode))
	}
	if s.UID != c.Account.UID { // not even root
		f = append(f, refused(r.End.Path, "", "Exim wants it to belong to uid %d, and it is %d's", c.Account.UID, s.UID))
	}
	return f
}

// Check implements [Consumer].
func (PostfixForward) Check(c *Case) (f []Finding) {
	r := c.asUser().lstat(forward(c))
	switch {
	case r.Fault != nil && r.Fault.Cause == Missing:
		return nil
	case r.Fault != nil:
		return []Finding{r.Fault.finding("Postfix, as the user,", "")}
	}
	s := &r.End.State
	if s.Type != plan.File {
		return []Finding{refused(r.End.Path, "", "Postfix reads files only, and this is a %v", s.Type)}
	}
	if s.UID != 0 && s.UID != c.Account.UID {
		f = append(f, refused(r.End.Path, "", "Postfix wants it to belong to the user or to root, and it is uid %d's", s.UID))
	}
	if s.Mode&0o002 != 0 {
		f = append(f, refused(r.End.Path, "", "Postfix ignores a .forward that all others can write to (mode %v)", s.Mode))
	}
	if fault := c.asUser().ask(r.End, Read); fault != nil {
		f = append(f, fault.finding("Postfix, as the user,", ""))
	}
	return f
}
