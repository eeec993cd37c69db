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
      "${docroots}": {type: [directory, symlink], mode: "0750", group: "${webgroup}"}
      www:           {type: symlink, target: public_html}
      etc/motd:      {type: file, file_mode: ["0644", "u+r"], content: "hello\n", enforce: report}
      etc/issue:     {type: file, mode: "0644", from: /etc/issue}
    rules:
      - match: ["${docroots}/**/*", x]
        directory_mode: "u+rwx,go+rx,go-w"
        file_mode: ["0600", "0640"]
      - {match: mail/**, manage: false, enforce: report}
exceptions:
  - account: bob
    until: 2027-01-31
    reason: "ticket 4711: legacy upload folder"
    rules: [{match: "public_html/up/**", directory_mode: "0775"}]
limits:
  run:     {accounts: {percent: 20, at_least: 5}, held: unlimited, steps: {count: 7}}
  account: {remove: {count: 0}, loosen: {percent: 5}}
`

const acceptedSummary = `policy p.yaml
var docroots = [public_html]
var none = []
var port = 8080
var webgroup = nobody
source 1 hosting uid 1000-59999 home /home/* vars map[webgroup:{[apache] false}]
source 2 base uid 500-500 home /**
source 3 hosting listed legacy /home2/legacy 1001 100 map[docroots:{[a b] true}] listed plain
exclude backup
exclude test*
skip /var/cpanel/suspended/bob
profile base owner ${account} group ${group} take root
  p.yaml:24 rule **/error_log files any directories any owner any group #48
  p.yaml:21 layout . directory files 0711 directories 0711
  p.yaml:22 layout logs directory files 0700 directories 0700 not created
  keep 0000
profile hosting owner ${account}|apache group ${group} take root|www create home
  p.yaml:24 rule **/error_log files any directories any owner any group #48
  p.yaml:37 rule ${docroots}/**/*|x files 0600|0640 directories u+rwx,go+rx,go-w
  p.yaml:40 rule mail/** manage false report
  p.yaml:21 layout . directory files 0711 directories 0711
  p.yaml:31 layout logs directory files 0750 directories 0750
  p.yaml:32 layout ${docroots} directory|symlink files 0750 directories 0750 group ${webgroup}
  p.yaml:33 layout www symlink -> public_html
  p.yaml:34 layout etc/motd file files 0644|u+r report content "hello\n"
  p.yaml:35 layout etc/issue file files 0644 directories 0644 from /etc/issue
  keep 0000
exception bob until 2027-01-31: ticket 4711: legacy upload folder
  p.yaml:45 exception public_html/up/** directories 0775
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
	return text
}

func boundText(b *Bound) string {
	return "bound" + namesText(" owner ", b.Owner) + namesText(" group ", b.Group) + namesText(" take ", b.TakeFrom) + "\n" + linesText(b.Lines)
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
		namesText(" owner ", l.Owner) + namesText(" group ", l.Group)
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
