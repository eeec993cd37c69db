package reconcile

import (
	"strings"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/spec"
)

// check is a program whose demands an account's policy names, made ready.
type check struct {
	match    []string
	once     bool       // asked of the account, not of each entry that matches
	scripts  bool       // the program runs files, and is not asked for directories
	report   plan.Check // what it says, without counts
	consumer access.Consumer
	// web is as whom a web server reads; nil where that is the account itself.
	web *access.Identity
}

// checksOf makes an account's checks ready, but for the account's own identity,
// which takes a look at its groups: that can wait for the account's turn.
func (r *run) checksOf(a *account, bound *spec.Bound) ([]check, error) {
	var all []check
	written := r.Policy.Profiles[a.profile].Checks
	for i := range bound.Checks {
		c := &bound.Checks[i]
		as := written[i].Match // before variables, so that accounts add up
		ready := check{
			match: c.Match, once: as == nil,
			report: plan.Check{Name: c.Name, Match: strings.Join(as, ","), Source: c.Pos.String()},
		}
		if err := r.consumer(a, c, &ready); err != nil {
			return nil, err
		}
		all = append(all, ready)
	}
	return all, nil
}

// indexes are what panels make of DirectoryIndex and index: without one, a folder
// is listed or refused.
func indexes() []string { return []string{"index.html", "index.htm", "index.php"} }

// consumer gives the program the options that the policy says.
func (r *run) consumer(a *account, c *spec.Check, ready *check) error {
	if c.Who != nil && !c.Who.BuiltIn() {
		who, err := r.identity(a, c.Who)
		if err != nil {
			return err
		}
		ready.web = &who
	}
	ready.consumer, _ = access.ByName(c.Name)
	switch x := ready.consumer.(type) {
	case access.Apache:
		// Panels say Options and AllowOverride for homes as a whole.
		x.Docroot, x.Links, x.Htaccess, x.Index = a.spec.Home, links(c.Symlinks), c.Htaccess, indexes()
		ready.consumer = x
	case access.Nginx:
		// Whether it lists folders is configuration; whether it could is not.
		x.Links, x.Index, x.Autoindex = links(c.Symlinks), indexes(), true
		ready.consumer = x
	case access.PHPFPM:
		x.Pool = ready.web
		ready.consumer, ready.scripts = x, true
	case access.SuEXEC:
		x.Docroot = c.Docroot
		ready.consumer, ready.scripts = x, true
	case access.SuPHP:
		ready.scripts = true
	}
	return nil
}

func links(s spec.Symlinks) access.Links {
	switch s {
	case spec.SymlinksOwner:
		return access.IfOwnerMatch
	case spec.SymlinksRefused:
		return access.NoLinks
	}
	return access.FollowLinks
}

// speaks reports whether the program is asked for entries of a type. Of
// directories those that run files know nothing.
func (c *check) speaks(t plan.Type) bool {
	return t != 0 && !(c.scripts && t == plan.Directory)
}

// question is all that a program is told but what it is asked about. Self is the
// account.
func (c *check) question(a *account, self access.Identity) access.Case {
	q := access.Case{Name: a.spec.Name, Home: a.spec.Home, Account: self, Web: self, Members: a.run.members}
	if c.web != nil {
		q.Web = *c.web
	}
	return q
}

// members is what a program asks getpwent(3) and getgrgid(3).
func (r *run) members(gid uint32) (primary, listed []uint32, known bool) {
	primary, listed, known, err := r.Users.Members(gid)
	return primary, listed, known && err == nil
}

// cannotSee is what is said with every answer about access: what no permission
// shows, and what the programs that the policy names go by beside.
func (r *run) cannotSee() []string {
	var all []string
	known := map[string]bool{}
	say := func(who string, what []string) {
		if known[who] {
			return
		}
		known[who] = true
		for _, w := range what {
			all = append(all, who+w)
		}
	}
	for _, a := range r.inventory.accounts {
		p := r.Policy.Profiles[a.profile]
		if len(p.Access)+len(p.Checks)+len(r.Ceiling.Access) > 0 {
			say("", access.Blind())
		}
		for _, c := range p.Checks {
			consumer, _ := access.ByName(c.Name)
			say(c.Name+": ", consumer.Blind())
		}
	}
	return all
}
