//go:build linux

package story

import (
	"errors"
	"fmt"
	"os/exec"
	"testing"

	"rightful/internal/access"
)

// The real suexec is the oracle: its exit codes.
func TestSuEXECAgrees(t *testing.T) {
	needRoot(t)
	t.Parallel()
	binary := find(t, "/usr/lib/apache2/suexec", "apache2-suexec-pristine")
	h := newHost(t, "")
	h.sh("mkdir -p var/www var/log/apache2")
	trials := []trial{
		{"open", "chmod 777 cgi", `layout: {cgi: {type: directory, mode: "0777"}}`},
		{"shared", "chown :33 cgi; chmod 775 cgi", `layout: {cgi: {type: directory, mode: "0775", group: www-data}}`},
		{"web", "chown -R :33 cgi", `rules: [{match: cgi/run, group: www-data}]`},
		{"roots", "chown -R 0:0 cgi", `layout: {cgi: {type: directory, mode: "0755", owner: root}}`},
		{"program", "chmod 775 cgi/run", `rules: [{match: cgi/run, file_mode: "0775"}]`},
		{"written", "chmod 757 cgi/run", `rules: [{match: cgi/run, file_mode: "0757"}]`},
		{"closed", "chmod 644 cgi/run", `rules: [{match: cgi/run, file_mode: "0644"}]`},
		{"shut", "chmod 311 cgi", `layout: {cgi: {type: directory, mode: "0311"}}`},
		{"home", "chmod 600 .", `layout: {.: {type: directory, mode: "0600"}}`},
		{"narrow", "chmod 700 . cgi cgi/run", "layout: {cgi: {type: directory, mode: \"0500\"}}\n    rules: [{match: cgi/run, file_mode: \"0500\"}]"},
	}
	h.grow(trials, `mkdir cgi; printf '#!/bin/sh\nexit 0\n' >cgi/run; chmod 755 cgi cgi/run`)
	h.try(trials, `      .: {type: directory, mode: "0711"}
      cgi: {type: directory, mode: "0755"}
    rules: [{match: cgi/*, mode: "0755"}]
    checks: [{suexec: {match: cgi/run, docroot: /var/www}}]
`,
		func(name string) string { return h.suexec(binary, name) },
		func(name string, tree access.Tree) string {
			found := access.SuEXEC{}.Check(&access.Case{Tree: tree, Account: h.ids[name], Path: "/var/www/" + name + "/cgi/run"})
			if len(found) == 0 {
				return ""
			}
			return found[0].Code
		})
}

// suexec runs it as Apache does: in the folder, as Apache's user.
func (h *host) suexec(binary, name string) string {
	script := `cd "/var/www/$2/cgi" && exec setpriv --reuid=www-data --regid=www-data --init-groups "$1" "$2" "$2" run`
	out, err := h.inside("sh", "-c", script, "sh", binary, name).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &exit) && exit.ExitCode() > 100:
		return fmt.Sprintf("suEXEC %d", exit.ExitCode())
	}
	return fmt.Sprintf("%v: %s", err, out)
}
