package access

import (
	"path"

	"rightful/plan"
)

// Cron is cronie's crond reading a user's crontab, by default
// /var/spool/cron/NAME (check_open() in src/database.c). It reads as root.
type Cron struct{}

// Blind implements [Consumer].
func (Cron) Blind() []string {
	return []string{"crond -p, which lifts all of this", "cron.allow, cron.deny and PAM", "the jobs themselves, which run as the account"}
}

// Of the bits of crontabMask a crontab has crontabMode: its owner reads it, nobody
// executes it, and nobody but the owner writes to it. Anybody may read it.
const crontabMask, crontabMode = 0o7533, 0o400

// Check implements [Consumer].
func (Cron) Check(c *Case) (f []Finding) {
	tab := c.Path
	if tab == "" {
		tab = path.Join("/var/spool/cron", c.Name)
	}
	r := c.asRoot().open(tab, Read)
	switch {
	case r.Fault != nil && r.Fault.Cause == Missing:
		return nil
	case r.Fault != nil:
		return []Finding{r.Fault.finding("crond", "CAN'T OPEN")}
	}
	s := &r.End.State
	if s.Type != plan.File {
		return []Finding{refused(r.End.Path, "NOT REGULAR", "crond reads files only, and this is a %v", s.Type)}
	}
	if s.Mode&crontabMask != crontabMode {
		f = append(f, refused(r.End.Path, "BAD FILE MODE", "crond wants a mode like 0600, which lets only the owner write and nobody execute, and it is %v", s.Mode))
	}
	if s.UID != 0 && s.UID != c.Account.UID {
		f = append(f, refused(r.End.Path, "WRONG FILE OWNER", "crond wants it to belong to the user or to root, and it is uid %d's", s.UID))
	}
	if s.Nlink != 1 {
		f = append(f, refused(r.End.Path, "BAD LINK COUNT", "crond refuses a crontab with other names, and this has %d", s.Nlink))
	}
	return f
}
