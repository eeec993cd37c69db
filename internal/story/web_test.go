//go:build linux

package story

import (
	"fmt"
	"strings"
	"testing"
)

// breakages are what goes wrong with sites, as scripts in the home with the
// account's number in $1. The sites of one name break the same way, however they
// are served.
func breakages() map[string]string {
	return map[string]string{
		"well":     "",
		"group":    `chown "$1:$1" public_html`,     // the panel's script, and
		"webgroup": `chown -hR "$1:33" public_html`, // what was done about it
		"files":    `find public_html -type f -exec chmod 600 {} +`,
		"parent":   "chmod 700 .",
		"sub":      "chmod 700 public_html/sub public_html/list",
		"open":     `chmod 777 public_html/sub; find public_html -name "*.cgi" -exec chmod 775 {} + -o -name cgi-bin -exec chmod 775 {} +`,
		"htaccess": "chmod 600 public_html/sub/.htaccess",
		"link":     "chown -h 0:0 public_html/link.html public_html/dirlink",
		"root":     `find public_html -mindepth 1 -exec chown -h 0:0 {} +`, // a restore
	}
}

// The servers are the oracle: of sites that are well, broken, and repaired.
func TestWebServersAgree(t *testing.T) {
	var names []string
	for name := range breakages() {
		names = append(names, name)
	}
	w := newSites(t, names...)
	well := w.answers()
	w.same("well", w.predict(w.now), well)

	for _, s := range w.all {
		_, name, _ := strings.Cut(s.name, "-")
		w.sh(`cd ".$1"; shift; exec sh -ec "$2" sh "$1"`, s.home(), fmt.Sprint(w.ids[s.name].UID), breakages()[name])
	}
	broken := w.answers()
	w.same("broken", w.predict(w.now), broken)
	for _, name := range names {
		n := 0
		w.eachURL(func(s *site, url string) {
			if key := s.name + url; strings.HasSuffix(s.name, "-"+name) && well[key] != broken[key] {
				n++
			}
		})
		if (n == 0) != (name == "well") {
			t.Errorf("%s: %d URLs answer otherwise than before", name, n)
		}
	}

	file, after := w.planned("right.yaml")
	w.same("before apply", well, w.predict(after.look))
	w.run(0, "apply", file)
	repaired := w.answers()
	w.same("repaired", well, repaired)
	w.same("after apply", w.predict(w.now), repaired)
	t.Logf("well %v, broken %v, repaired %v", well.count(), broken.count(), repaired.count())
}
