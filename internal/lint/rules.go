package lint

// Rules are all rules, in order of their numbers.
func Rules() []Rule {
	return []Rule{
		{
			ID: deadLine, Severity: Warning, Title: "a rule, or a part of it, decides nothing",
			Help: `Rules speak in order, and for each attribute the last one that matches decides. Here later rules, or
layout lines, set the same attributes on every path that the rule matches, or manage: false leaves all of
them alone. It is so for every account that follows the profile.

Who reads the policy believes the line. A wp-config.php that an early rule closes, and a later rule for
the whole document root opens again, is readable to every other customer, with the closing line in plain
sight.

Put the narrow rule after the wide one, narrow the wide one, or take the dead line out.`,
		},
		{
			ID: openToWrite, Severity: Warning, Title: "somebody other than the owner may write",
			Help: `The mode, or an entry of the ACL, gives write to the group, to others, or to a named user or group.

On a host that many share, others are all other customers and everything their sites run. Who can write a
directory can replace any file in it; who can write a PHP file runs code as its owner; suEXEC and sshd refuse
to work with such files at all. A group is no better than its members: nobody or www-data is the web server
of all customers.

Write go-w, and let the web server run scripts as the account (PHP-FPM, suEXEC, mpm_itk). Where one program
must write, give it one directory, and nothing that is executed there.`,
		},
		{
			ID: openSecret, Severity: Warning, Title: "a mode opens keys, mail or passwords",
			Help: `The mode gives the group or others access to what nobody but the owner, and perhaps one program, should
read: SSH and TLS keys, mail, the shadow files of mailboxes, wp-config.php. The finding names a path that gets
its mode from this line and from no later one. Keys are judged by the group's bits too.

This is how hosts lose their customers' mail: one chmod of all files to 0644, meant for sites. The home and the
document root may keep others out today (0711, 0750); then one loosened directory is all it takes.

Add a later rule that closes those paths, leave them alone (manage: false), or keep the wide rule below the
document roots.`,
		},
		{
			ID: layoutAlone, Severity: Warning, Title: "a layout line stands where nothing is managed",
			Help: `The layout asks for a path, and a rule with manage: false leaves that path, or a directory above it, alone. The
line is never looked at: nothing is created, and nothing is corrected. mail/** matches mail itself.

An account that was restored without that directory stays without it, and no plan says so.

Match what is below (mail/**/*) where the directory itself should be kept, or take the line out.`,
		},
		{
			ID: conflict, Severity: Warning, Title: "two lines want different things of the same paths",
			Help: `Two rules of one list have the same patterns, or two layout lines come out as the same path once variables are
filled in, and they set an attribute to different values. The later one decides.

One of the two is not what its author thinks it is, and a plan shows only the one that won.

Join the lines, or take one out. A child profile may override its parent's lines; that is not reported.`,
		},
		{
			ID: expiresSoon, Severity: Warning, Title: "an exception ends within 14 days", waits: true,
			Help: `After its last day an exception is an error here, and in a plan its paths are problems that are left alone.

A policy that was valid yesterday then fails the nightly check, on the day on which whoever knew the reason is
away.

Ask whether the reason still holds; then give it another day, or take it out.`,
		},
		{
			ID: cannotHold, Severity: Warning, Title: "an expectation that the policy itself breaks",
			Help: `An access line expects what the modes of the same policy rule out: the finding names a path for which they leave
only the other answer. For cannot, the mode gives the right and every directory above lets through, the home
included; for can, the mode of the path, or of a directory above, denies it to whoever asks. Of users whose groups
the host alone knows, only what is denied to everybody is reported. Exceptions, and files that the host has
closed (keep), are not looked at.

Such a line is red in every plan, so that nobody notices when it turns red for a reason.

Change the mode, or narrow the match of the expectation.`,
		},
		{
			ID: noAccess, Severity: Note, Title: "a profile expects nothing of access",
			Help: `The profile has no access lines, and does not say access: none.

Modes are means; that the web server reaches the sites, and other customers do not reach the mail, is the end.
Without a line a plan cannot show that it would lock Apache out of a thousand sites, and no limit holds it
back: access_broken counts what expectations say.

Write what must hold, such as {identity: others, cannot: [read, write], match: [mail/**, .ssh/**]}, or
access: none where nothing is expected.`,
		},
		{
			ID: exactInDocroot, Severity: Warning, Title: "an exact mode for all that is below a document root",
			Help: `A rule that matches everything below a document root asks for an exact mode.

Customers set modes there on purpose: 0600 for a file with a password, 0755 for a script, 2775 for a shared
folder. An exact mode takes all of that back in one run, and cannot tell a mistake from a decision.

Write bounds, which leave what is within them: u+r,go+r,go-w for files, u+rwx,go+rx,go-w for directories. Keep
exact modes for files with a known name.`,
		},
		{
			ID: aboveCeiling, Severity: Warning, Title: "a limit above the host's ceiling", waits: true,
			Help: `The host's ceiling, /etc/rightful/limits.yaml, is stricter than a limit of the policy, at least for some numbers
of accounts or entries. The ceiling decides.

Who reads the policy believes in more room than there is, and learns of it when a run is refused.

Lower the limit, or have the host's admin raise the ceiling.`,
		},
		{
			ID: leavingTarget, Severity: Error, Title: "the target of a symlink leaves the home",
			Help: `With the variables of some account the target of a symlink is absolute, has more .. in it than there are
directories above, or points to itself.

A link out of the home leads a web server that follows links to another customer's files, or to the
system's. Such accounts are refused.

Write targets relative to the link, and inside the home.`,
		},
		{
			ID: unfitVariable, Severity: Warning, Title: "a variable that does not fit what the policy does with it",
			Help: `A source, or a listed account, lacks a variable that its profile uses, or has a value that cannot stand where it
is used: a list where there is room for one name, a path with .. in it.

Those accounts are refused, all of them, at the next plan.

Give the variable a value under vars:, for the policy, for the source or for the account.`,
		},
		{
			ID: badSuppression, Severity: Warning, Title: "a comment that takes nothing back", firm: true,
			Help: `A comment # rightful:ignore names no rule, or one that there is not; it has no reason; or there is nothing for it
to take back, on its own line or on the line below. Without a reason it takes nothing back. Rules that depend on
the day or on the host (RF006, RF010) may have nothing to find today.

A comment that is left behind hides the next finding on that line, which nobody has looked at.

Write # rightful:ignore RF002 and why that is right here, or take the comment out.`,
		},
		{
			ID: invalid, Severity: Error, Title: "the policy says something that it may not", firm: true,
			Help: `The file is not YAML, or says something that the language does not have: an unknown key or variable, a mode that is
none, a path outside the home, a name that is defined twice. The message says what, and often what was meant.

A policy with errors is not used at all, for a line that is believed to hold and does not is worse than none.

Correct it; all errors are reported at once.`,
		},
		{
			ID: expired, Severity: Error, Title: "an exception has ended", firm: true,
			Help: `The last day of an exception has passed. In a plan the paths that it matches are problems and left alone.

An exception that outlives its reason is a hole that nobody watches, and one that is dropped in silence breaks a
customer's site overnight: so neither happens.

Take the exception out, or give it another day and a reason.`,
		},
	}
}
