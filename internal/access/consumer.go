package access

import (
	"fmt"

	"rightful/plan"
)

// Consumer is a program with rules of its own about files: what it would refuse.
type Consumer interface {
	// Check judges one case. Its findings are in the order in which the program
	// looks: the first refusal is the one that it reports, the others are what
	// would stop it next. None means that it has nothing to say.
	Check(*Case) []Finding
	// Blind is what decides too, and is not seen here, beside what [Blind] has.
	Blind() []string
}

// Case is what a consumer is asked about.
type Case struct {
	Tree    Tree
	Name    string   // the account's login name
	Home    string   // absolute, as passwd(5) has it
	Account Identity // as whom the account's programs run
	Web     Identity // as whom the web server runs
	// Path is what is asked about, absolute and clean; where it is empty, the
	// consumer's own file: ~/.ssh/authorized_keys for sshd. Web servers have
	// none, and then no findings.
	Path string
	// Members are a group's: those with it as their primary group, those that
	// group(5) lists, each by uid, and whether the group is known. Only
	// [SSHDDebian] asks; nil means that none is known.
	Members func(gid uint32) (primary, listed []uint32, known bool)
}

func (c *Case) account() eyes { return eyes{c.Tree, &c.Account} }
func (c *Case) web() eyes     { return eyes{c.Tree, &c.Web} }

// asUser is the account without its supplementary groups, as mail programs read
// its files.
func (c *Case) asUser() eyes {
	return eyes{c.Tree, &Identity{UID: c.Account.UID, GID: c.Account.GID}}
}

// asRoot is who sees everything.
func (c *Case) asRoot() eyes { return eyes{c.Tree, &Identity{}} }

// Weight is how a finding counts.
type Weight uint8

const (
	_       Weight = iota
	Refused        // the program will not do it
	Doubt          // it cannot be told whether it will
	Risk           // it will, and should not
)

var weightNames = [...]string{"", "refused", "cannot tell", "risk"}

func (w Weight) String() string {
	if int(w) >= len(weightNames) {
		return fmt.Sprintf("weight %d", uint8(w))
	}
	return weightNames[w]
}

// Finding is one thing that a consumer has to say.
type Finding struct {
	Weight Weight
	Path   string // what it is about: raw bytes
	Reason string // one sentence without its stop; has no names from disk in it
	Code   string // the program's own: "suEXEC 116", "AH00035"; empty if it has none
	Status int    // of the HTTP answer; 0 for what is not asked by HTTP
	// Verdict is the permission that lacks, where that is what it is about.
	Verdict Verdict
}

func refused(path, code, reason string, args ...any) Finding {
	return Finding{Weight: Refused, Path: path, Code: code, Reason: fmt.Sprintf(reason, args...)}
}

func (f Finding) status(code int) Finding {
	f.Status = code
	return f
}

// finding says of a fault whom it stops, and what for.
func (f *Fault) finding(who, code string) Finding {
	out := Finding{Weight: Refused, Path: f.Path, Code: code, Verdict: f.Verdict}
	switch f.Cause {
	case NoPermission:
		out.Reason = fmt.Sprintf("%s needs %s here, and %v", who, f.Want.Words(f.Type), f.Verdict)
	case Missing:
		out.Reason = who + " finds nothing here"
	case NotDirectory:
		out.Reason = who + " needs a directory here"
	case Loop:
		out.Reason = who + " follows more links than the kernel does"
	default:
		out.Weight, out.Code = Doubt, ""
		out.Reason = fmt.Sprintf("what %s may do here cannot be told: %v", who, f.Verdict)
	}
	return out
}

// writable are the digits of the mode that let others than the owner write.
func writable(s *plan.State) string {
	switch s.Mode & 0o022 {
	case 0o022:
		return "its group and all others"
	case 0o020:
		return "its group"
	case 0o002:
		return "all others"
	}
	return ""
}

// listed is a consumer and its name.
type listed struct {
	name     string
	consumer Consumer
}

// all is every consumer, by name.
func all() []listed {
	return []listed{
		{"apache", Apache{}},
		{"cron", Cron{}},
		{"exim-forward", EximForward{}},
		{"nginx", Nginx{}},
		{"php-fpm", PHPFPM{}},
		{"postfix-forward", PostfixForward{}},
		{"sshd", SSHD{}},
		{"sshd-debian", SSHDDebian{}},
		{"suexec", SuEXEC{}},
		{"suphp", SuPHP{}},
	}
}

// Consumers are the names that [ByName] knows, sorted.
func Consumers() []string {
	var names []string
	for _, l := range all() {
		names = append(names, l.name)
	}
	return names
}

// ByName is a consumer with its defaults, which are its zero value.
func ByName(name string) (Consumer, bool) {
	for _, l := range all() {
		if l.name == name {
			return l.consumer, true
		}
	}
	return nil, false
}

// Blind is what may stop an identity, or let it through, and is no permission:
// nothing here sees it.
func Blind() []string {
	return []string{
		"SELinux, AppArmor and other security modules",
		"a service's own namespaces, chroot and sandbox (systemd ProtectHome and its like)",
		"capabilities of processes that are not root's",
		"mount options (ro, noexec, nosuid, nodev) and idmapped mounts",
		"the sysctls fs.protected_symlinks, _hardlinks, _regular and _fifos",
		"descriptors that are open already, and groups that a running process got before they changed",
	}
}
