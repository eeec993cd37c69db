package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// acceptedPolicy has every word of the language.
const acceptedPolicy = `
rightful: 1
vars: {webgroup: nobody, docroots: [public_html], port: 8080, none: []}
identities:
  web: {user: nobody}
  php: {user: "${account}"}
  number: {user: 33}
  ftp: {uid: 14, gid: 50, groups: [mail, 12, "${group}"]}
accounts:
  - passwd: {uid: 1000-59999, home: /home/*}
    profile: hosting
    vars: {webgroup: apache}
  - {getent: {uid: 500}, profile: base}
  - list:
      - {name: legacy, home: /home2/legacy, uid: 1001, gid: 100, vars: {docroots: [a, b]}}
      - name: plain
    profile: hosting
exclude: [backup, "test*"]
skip_when: [{exists: "/var/cpanel/suspended/${account}"}]
profiles:
  base:
    owner: ${account}
    group: ${group}
    take_from: [root]
    keep: [{mode: 0000}]
    access: none
    checks: [sshd, apache]
    layout:
      .:    {type: directory, mode: 0711}
      logs: {type: directory, mode: "0700", create: false}
    rules:
      - {match: "**/error_log", owner: any, group: 48, mode: any}
  hosting:
    extends: [base]
    owner: ["${account}", apache]
    take_from: [www]
    create_home: true
    layout:
      logs:          {mode: "0750", create: true}
      "${docroots}": {type: [directory, symlink], mode: "0750", group: "${webgroup}", acl: ["user:web:rX", "default:user:web:5", default:mask::rwx]}
      www:           {type: symlink, target: public_html}
      etc/motd:      {type: file, file_mode: ["0644", "u+r"], content: "hello\n", enforce: report}
      etc/issue:     {type: file, mode: "0644", from: /etc/issue}
    rules:
      - match: ["${docroots}/**/*", x]
        directory_mode: "u+rwx,go+rx,go-w"
        file_mode: ["0600", "0640"]
      - {match: mail/**, manage: false, enforce: report}
      - {match: a, acl: [u:account:r, "g:${webgroup}:-w", u:0:xr, m:rx]}
      - {match: b, acl: any}
      - {match: c, acl: []}
      - {match: d, acl: none}
    access:
      - {identity: web, can: read, match: "${docroots}/**"}
      - {identity: others, cannot: [read, write, list], match: [., mail/**]}
    checks:
      - apache: {identity: number, match: ["${docroots}/**", x], symlinks: owner_match, htaccess: false}
        nginx: {symlinks: refuse}
      - php-fpm: {identity: php}
      - suexec: {docroot: /home}
exceptions:
  - account: bob
    until: 2027-01-31
    reason: "ticket 4711: legacy upload folder"
    rules: [{match: "public_html/up/**", directory_mode: "0775", acl: "u:web:7"}]
limits:
  run:     {accounts: {percent: 20, at_least: 5}, held: unlimited, steps: {count: 7}}
  account: {remove: {count: 0}, loosen: {percent: 5}}
`

const acceptedSummary = `policy p.yaml
var docroots = [public_html]
var none = []
var port = 8080
var webgroup = nobody
identity ftp uid 14 gid 50 groups mail|#12|${group}
identity number user #33
identity php user ${account}
identity web user nobody
source 1 hosting uid 1000-59999 home /home/* vars map[webgroup:{[apache] false}]
source 2 base uid 500-500 home /**
source 3 hosting listed legacy /home2/legacy 1001 100 map[docroots:{[a b] true}] listed plain
exclude backup
exclude test*
skip /var/cpanel/suspended/bob
profile base owner ${account} group ${group} take root
  p.yaml:31 rule **/error_log files any directories any owner any group #48
  p.yaml:28 layout . directory files 0711 directories 0711
  p.yaml:29 layout logs directory files 0700 directories 0700 not created
  keep 0000
  access none
  p.yaml:26 check sshd
  p.yaml:26 check apache as web public_html/** follow htaccess
profile hosting owner ${account}|apache group ${group} take root|www create home
  p.yaml:31 rule **/error_log files any directories any owner any group #48
  p.yaml:44 rule ${docroots}/**/*|x files 0600|0640 directories u+rwx,go+rx,go-w
  p.yaml:47 rule mail/** manage false report
  p.yaml:48 rule a acl user:account:r--|group:${webgroup}:-w-|user:0:r-x|mask::r-x
  p.yaml:49 rule b acl any
  p.yaml:50 rule c acl none
  p.yaml:51 rule d acl none
  p.yaml:28 layout . directory files 0711 directories 0711
  p.yaml:38 layout logs directory files 0750 directories 0750
  p.yaml:39 layout ${docroots} directory|symlink files 0750 directories 0750 group ${webgroup} acl user:web:r-X|default:user:web:r-x|default:mask::rwx
  p.yaml:40 layout www symlink -> public_html
  p.yaml:41 layout etc/motd file files 0644|u+r report content "hello\n"
  p.yaml:42 layout etc/issue file files 0644 directories 0644 from /etc/issue
  keep 0000
  p.yaml:53 access web: can [read] ${docroots}/**
  p.yaml:54 access others: cannot [read write list] .|mail/**
  p.yaml:26 check sshd
  p.yaml:56 check apache as number ${docroots}/**|x owner
  p.yaml:57 check nginx as web public_html/** refused
  p.yaml:58 check php-fpm as php public_html/**/*.php
  p.yaml:59 check suexec public_html/**/*.{cgi,fcgi,pl} /home
exception bob until 2027-01-31: ticket 4711: legacy upload folder
  p.yaml:64 exception public_html/up/** directories 0775 acl user:web:rwx
limit run.accounts percent 20 at least 5
limit run.held unlimited
limit run.steps count 7
limit account.remove count 0
limit account.loosen percent 5
`

// summary is a policy as text.
func summary(p *Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "policy %s\n", p.Name)
	for _, name := range slices.Sorted(maps.Keys(p.Vars)) {
		v := p.Vars[name]
		if text := strings.Join(v.Items, " "); v.List {
			fmt.Fprintf(&b, "var %s = [%s]\n", name, text)
		} else {
			fmt.Fprintf(&b, "var %s = %s\n", name, text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Identities)) {
		fmt.Fprintf(&b, "identity %s\n", identityText(p.Identities[name]))
	}
	for _, s := range p.Sources {
		fmt.Fprintln(&b, sourceText(s))
	}
	for _, e := range p.Exclude {
		fmt.Fprintf(&b, "exclude %s\n", e.Pattern)
	}
	for _, s := range p.SkipWhen {
		fmt.Fprintf(&b, "skip %s\n", s.Path("bob"))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Profiles)) {
		b.WriteString(profileText(p.Profiles[name]))
	}
	for _, e := range p.Exceptions {
		fmt.Fprintf(&b, "exception %s until %s: %s\n%s", e.Account, e.Until, e.Reason, linesText(e.Rules))
	}
	for _, l := range p.Limits {
		fmt.Fprintln(&b, limitText(l))
	}
	return b.String()
}

func sourceText(s Source) string {
	words := []string{"source", fmt.Sprint(int(s.Kind)), s.Profile}
	if s.Kind != SourceList {
		words = append(words, fmt.Sprintf("uid %d-%d home %s", s.UIDMin, s.UIDMax, s.Home))
	}
	for _, l := range s.Listed {
		words = append(words, "listed", l.Name)
		if l.UID != nil && l.GID != nil {
			words = append(words, l.Home, fmt.Sprint(*l.UID), fmt.Sprint(*l.GID), fmt.Sprint(l.Vars))
		}
	}
	if s.Vars != nil {
		words = append(words, "vars", fmt.Sprint(s.Vars))
	}
	return strings.Join(words, " ")
}

func profileText(p *Profile) string {
	text := "profile " + p.Name + namesText(" owner ", p.Owner) + namesText(" group ", p.Group) + namesText(" take ", p.TakeFrom)
	if p.CreateHome {
		text += " create home"
	}
	text += "\n" + linesText(p.Rules) + linesText(p.Layout)
	for _, k := range p.Keep {
		text += fmt.Sprintf("  keep %04o\n", k.Mode)
	}
	return text + accessText(p.Access, p.AccessNone) + checksText(p.Checks)
}

func identityText(i *Identity) string {
	text := i.Name
	switch {
	case i.BuiltIn():
	case i.User != nil:
		text += namesText(" user ", &Names{Allowed: []Name{*i.User}})
	default:
		text += fmt.Sprintf(" uid %d gid %d", i.UID, i.GID)
	}
	if i.Groups != nil {
		text += namesText(" groups ", &Names{Allowed: i.Groups})
	}
	return text
}

func accessText(access []Expectation, none bool) (text string) {
	if none {
		text = "  access none\n"
	}
	for _, e := range access {
		who, can := e.Identity, "can"
		if e.Who != nil {
			who = identityText(e.Who)
		}
		if e.Cannot {
			can = "cannot"
		}
		text += fmt.Sprintf("  %s access %s: %s %v %s\n", e.Pos, who, can, e.Rights, strings.Join(e.Match, "|"))
	}
	return text
}

func checksText(checks []Check) (text string) {
	for _, c := range checks {
		words := []string{" ", c.Pos.String(), "check", c.Name}
		switch {
		case c.Who != nil:
			words = append(words, "as", identityText(c.Who))
		case c.Identity != "":
			words = append(words, "as", c.Identity)
		}
		if c.Match != nil {
			words = append(words, strings.Join(c.Match, "|"))
		}
		if c.Symlinks != 0 {
			words = append(words, []string{"?", "follow", "owner", "refused"}[c.Symlinks])
		}
		if c.Htaccess {
			words = append(words, "htaccess")
		}
		if c.Docroot != "" {
			words = append(words, c.Docroot)
		}
		text += strings.Join(words, " ") + "\n"
	}
	return text
}

func boundText(b *Bound) string {
	return "bound" + namesText(" owner ", b.Owner) + namesText(" group ", b.Group) + namesText(" take ", b.TakeFrom) + "\n" +
		linesText(b.Lines) + accessText(b.Access, b.AccessNone) + checksText(b.Checks)
}

func linesText(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "  %s\n", lineText(l))
	}
	return b.String()
}

func lineText(l Line) string {
	kind := []string{"?", "rule", "layout", "exception", "expired"}[l.Kind]
	words := []string{l.Pos.String(), kind, strings.Join(l.Match, "|")}
	if l.Path != "" && l.Path != l.Match[0] {
		words = append(words, fmt.Sprintf("at %q", l.Path))
	}
	var types []string
	for _, t := range l.Types {
		types = append(types, []string{"?", "directory", "file", "symlink"}[t])
	}
	if types != nil {
		words = append(words, strings.Join(types, "|"))
	}
	text := strings.Join(words, " ") + modesText(" files ", l.FileMode) + modesText(" directories ", l.DirMode) +
		namesText(" owner ", l.Owner) + namesText(" group ", l.Group) + aclText(l.ACL)
	if l.Manage != nil {
		text += fmt.Sprintf(" manage %t", *l.Manage)
	}
	if l.Report != nil {
		text += " report"
	}
	return text + layoutText(l)
}

func layoutText(l Line) (text string) {
	if l.NoCreate {
		text += " not created"
	}
	if l.Target != "" {
		text += " -> " + l.Target
	}
	if l.Content != nil {
		text += fmt.Sprintf(" content %q", *l.Content)
	}
	if l.From != "" {
		text += " from " + l.From
	}
	return text
}

func aclText(a *ACL) string {
	switch {
	case a == nil:
		return ""
	case a.Any:
		return " acl any"
	case a.Entries == nil:
		return " acl none"
	}
	var all []string
	for _, e := range a.Entries {
		all = append(all, e.String())
	}
	return " acl " + strings.Join(all, "|")
}

func modesText(before string, m *Modes) string {
	if m == nil {
		return ""
	}
	if m.Any {
		return before + "any"
	}
	var all []string
	for _, mode := range m.Allowed {
		all = append(all, mode.String())
	}
	return before + strings.Join(all, "|")
}

func namesText(before string, n *Names) string {
	if n == nil {
		return ""
	}
	if n.Any {
		return before + "any"
	}
	var all []string
	for _, name := range n.Allowed {
		if name.Numeric {
			all = append(all, fmt.Sprintf("#%d", name.ID))
		} else {
			all = append(all, name.Text)
		}
	}
	return before + strings.Join(all, "|")
}

func limitText(l Limit) string {
	text := "limit " + l.Name
	if l.Unlimited {
		return text + " unlimited"
	}
	for _, part := range []struct {
		name string
		n    *int
	}{{"percent", l.Percent}, {"at least", l.AtLeast}, {"count", l.Count}} {
		if part.n != nil {
			text += fmt.Sprintf(" %s %d", part.name, *part.n)
		}
	}
	return text
}
