//go:build linux

package story

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// panelPolicy is a panel's bulk ownership script, line by line: what is the
// account's goes to the account, and nobody remembers who serves it.
const panelPolicy = `rightful: 1
accounts:
  - {passwd: {uid: 61100-61399, home: /var/www/*}, profile: site}
limits: {run: {accounts: unlimited}}
profiles:
  site:
    owner: ${account}
    group: ${group}
    layout:
      public_html: {type: directory, mode: "0750"}
`

// expected is the line that somebody wrote after the last accident.
const expected = `    access: [{identity: web, can: [read, search], match: "public_html/**/*.html"}]
identities: {web: {user: www-data}}
`

// ceiling is the same on the host, where no policy forgets it.
const ceiling = `rightful: 1
identities: {web: {user: www-data}}
access: [{identity: web, can: [read, search], match: "public_html/**/*.html"}]
limits: {account: {access_broken: {count: 0}}}
`

// TestAccident is why the tool was made: one customer's site was closed, and the
// panel's script was run over all of them.
func TestAccident(t *testing.T) {
	w := newSites(t, "one", "two", "mallory", "trudy")
	well := w.answers()
	w.sh(`chown 61100:61100 var/www/static-one/public_html; chmod 700 var/www/static-one/public_html`)
	w.write("panel.yaml", panelPolicy+expected)
	w.write("forgotten.yaml", panelPolicy)

	w.stopped("panel.yaml")
	w.write("root/etc/rightful/limits.yaml", ceiling)
	w.stopped("forgotten.yaml")
	if out := w.run(1, "approve", "-all", "-override", "account.access_broken[fpm-one]=4", "-reason", "hurry", "forgotten.yaml.plan"); !strings.Contains(out, "the host allows no more") {
		t.Errorf("an override passes the host's ceiling: %s", out)
	}
	w.sh("rm etc/rightful/limits.yaml")
	w.happens("forgotten.yaml")
	w.repaired(well)
}

// stopped plans with a policy that shuts the web server out, and holds that
// neither plan nor apply gets anywhere.
func (w *sites) stopped(policy string) {
	w.t.Helper()
	file := policy + ".plan"
	before, answers := w.manifest(), w.answers()
	out := w.run(4, "plan", "-policy", policy, "-out", file, "-fail-on", "limits")
	out += w.run(4, "approve", "-all", file)
	w.run(5, "apply", file)
	for _, s := range w.all {
		held := strings.Contains(out, "account.access_broken["+s.name+"]")
		if closed := s.name == "static-one"; held == closed {
			w.t.Errorf("%s: %s held: %v\n%s", policy, s.name, held, out)
		}
	}
	if !strings.Contains(out, "run.held") {
		w.t.Errorf("%s: no word of run.held:\n%s", policy, out)
	}
	if w.manifest() != before {
		w.t.Errorf("%s: something has changed", policy)
	}
	w.same(policy, answers, w.answers())
}

// happens lets a policy through that nobody has anything against: the accident,
// as it could have been predicted.
func (w *sites) happens(policy string) {
	w.t.Helper()
	file, after := w.planned(policy)
	predicted := w.predict(after.look)
	w.run(0, "apply", file)
	answers := w.answers()
	w.same("the accident", predicted, answers)
	for _, s := range w.all {
		if got := answers[s.name+"/page.html"]; got != 403 {
			w.t.Errorf("the accident left %s alone: %d", s.name, got)
		}
	}
}

// repaired goes on with the right policy, and customers who do not wait for it:
// mallory opens her site in her own way, with a page in it that the policy
// closes; trudy changes hers between approval and apply. Each harms herself.
func (w *sites) repaired(well statuses) {
	w.t.Helper()
	w.customers("mallory", "chmod 755 public_html; mkdir public_html/.git; echo page >public_html/.git/page.html")
	mallory := w.manifest("-path", "*-mallory*")
	file := "right.yaml.plan"
	w.run(0, "plan", "-policy", "right.yaml", "-out", file)
	var held []string
	for r, err := range w.open(file).Records() {
		must(w.t, err)
		if r.Account != nil && len(r.Account.Held) > 0 {
			held = append(held, r.Account.Name+" "+r.Account.Held[0].Reason)
		}
	}
	if want := []string{"cgi-mallory account.access_broken", "fpm-mallory account.access_broken", "static-mallory account.access_broken"}; !slices.Equal(held, want) {
		w.t.Errorf("held: %q, want %q", held, want)
	}
	w.run(0, "approve", "-all", file)
	w.customers("trudy", "chmod 700 public_html")
	closed := w.predict(w.now)
	w.run(7, "apply", file)

	answers := w.answers()
	w.same("after the repair", w.predict(w.now), answers)
	w.eachURL(func(s *site, url string) {
		want := well[s.name+url]
		if strings.HasSuffix(s.name, "-trudy") {
			want = closed[s.name+url]
		}
		if got := answers[s.name+url]; got != want {
			w.t.Errorf("after the repair: %s%s answers %d, want %d", s.name, url, got, want)
		}
	})
	if w.manifest("-path", "*-mallory*") != mallory {
		w.t.Error("something of mallory's has changed")
	}

	file, after := w.planned("right.yaml")
	w.same("with trudy's, before apply", well, w.predict(after.look))
	w.run(0, "apply", file)
	w.same("with trudy's", well, w.answers())
}

// customers lets those with the name do something in their homes.
func (w *sites) customers(name, script string) {
	w.t.Helper()
	for _, s := range w.all {
		if strings.HasSuffix(s.name, "-"+name) {
			w.as(s.name, s.home(), script)
		}
	}
}

// manifest is what find(1) says of the homes, or of some of what is in them, with
// the times of the last change.
func (w *sites) manifest(which ...string) string {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), "find", append([]string{w.abs("var/www")}, append(which, "-printf", `%P %i %y %m %U:%G %n %C@ %l\n`)...)...).Output()
	must(w.t, err)
	return string(out)
}
