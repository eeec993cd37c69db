package reconcile

import (
	"os"
	"strings"
	"testing"

	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/spec"
)

func TestExplain(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/public_html/index.php", "", 0o600)
	p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(policyHead + site + `
exceptions:
  - {account: alice, until: 2026-01-01, reason: old, rules: [{match: gone, file_mode: "0600"}]}
`)}}, nil)
	h.must(err)
	root, err := fsys.OpenRoot(h.root)
	h.must(err)
	defer root.Close()
	users := userdb.Files(func(path string) ([]byte, error) { return os.ReadFile(h.path(path)) })
	ask := func(path string) string {
		t.Helper()
		options := Options{Policy: p, Users: users, Passwd: users, Day: spec.Day{Year: 2026, Month: 11, Day: 22}}
		e, err := Explain(options, Question{Path: path, Tree: root.Lookup})
		if err != nil {
			return err.Error()
		}
		if e.Account == "" {
			return "no account"
		}
		var parts []string
		for _, s := range e.Says {
			parts = append(parts, string(s.Attribute)+" "+s.Want)
		}
		parts = append(parts, e.Unmanaged+e.Verdict)
		return e.Account + " " + e.Path + ": " + strings.Join(parts, "; ")
	}
	for _, c := range []struct{ path, want string }{
		{"/home/alice/public_html/index.php", "alice public_html/index.php: owner alice; group alice; mode u+r,go+r,go-w; to be changed: mode 0600, not 0644"},
		{"/home/alice/www", "alice www: entry symlink; owner alice; group alice; target public_html; "},
		{"/home/alice", "alice .: entry directory; owner alice; group alice; mode 0711; as the policy wants it"},
		{"/home/alice/mail/x", "alice mail/x: manage: false"},
		{"/home/alice/public_html/vendor/x", "alice public_html/vendor/x: public_html/vendor is not managed, with all below it"},
		{"/home/alice/other", "alice other: no line matches it"},
		{"/etc/passwd", "no account"},
	} {
		if got := ask(c.path); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.path, got, c.want)
		}
	}
}
