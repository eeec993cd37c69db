//go:build linux

package story

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rightful/internal/access"
)

// site is an account with a web site, served in one of three ways.
type site struct {
	name   string
	layout layout
}

func (s *site) home() string    { return "/var/www/" + s.name }
func (s *site) docroot() string { return s.home() + "/public_html" }
func (s *site) socket() string  { return "/var/fpm/" + s.name + ".sock" }

// layout is how sites are served, and what Apache is told of them.
type layout struct {
	kind   string // static: Apache reads everything, as with mod_php
	uid    uint32 // of the first such account
	apache access.Apache
	urls   string
}

const everySite = "/ /page.html /sub/ /sub/page.html /list/ /list/page.html /link.html /dirlink/ /dirlink/page.html /none.html /sub/none.html"

func layouts() []layout {
	return []layout{
		{"static", 61100, access.Apache{Links: access.IfOwnerMatch, Htaccess: true}, everySite},
		{"fpm", 61200, access.Apache{Links: access.FollowLinks, Index: []string{"index.php", "index.html"}}, everySite + " /app.php /sub/tool.php /none.php"},
		{"cgi", 61300, access.Apache{Links: access.FollowAndMatch, Htaccess: true}, everySite + " /cgi-bin/run.cgi /cgi-bin/ /cgi-bin/none.cgi"},
	}
}

// rightPolicy is that of an admin who knows how his sites are served.
const rightPolicy = `rightful: 1
identities: {web: {user: www-data}}
accounts:
  - {passwd: {uid: 61100-61199, home: /var/www/*}, profile: static}
  - {passwd: {uid: 61200-61299, home: /var/www/*}, profile: fpm}
  - {passwd: {uid: 61300-61399, home: /var/www/*}, profile: cgi}
profiles:
  base:
    owner: ${account}
    group: ${group}
    take_from: [root]
    layout:
      .: {type: directory, mode: "0711"}
      public_html: {type: directory, mode: "0750", group: www-data}
      public_html/link.html: {type: symlink, target: page.html}
      public_html/dirlink: {type: symlink, target: sub}
    rules:
      - {match: "public_html/**/*", directory_mode: "u+rwx,go+rx,go-w", file_mode: "u+rw,go+r,go-w"}
      - {match: "public_html/**/.git/**", directory_mode: "0700", file_mode: "0600"}
    access:
      - {identity: web, can: [read, search], match: ["public_html", "public_html/**/*.html", "public_html/**/.htaccess"]}
      - {identity: others, cannot: [read, write], match: "public_html/**"}
  static:
    extends: [base]
  fpm:
    extends: [base]
    rules: [{match: "public_html/**/*.php", file_mode: "0600"}]
    access:
      - {identity: account, can: read, match: "public_html/**/*.php"}
      - {identity: web, cannot: read, match: "public_html/**/*.php"}
  cgi:
    extends: [base]
    rules: [{match: "public_html/cgi-bin/*.cgi", file_mode: "0755"}]
    access: [{identity: account, can: execute, match: "public_html/cgi-bin/*.cgi"}]
limits: {run: {accounts: unlimited}}
`

// sites are a host and its web servers, which run.
type sites struct {
	*host
	all    []*site
	port   int
	client *http.Client
}

// newSites makes a site of each layout for every name and starts the servers.
func newSites(t *testing.T, names ...string) *sites {
	t.Helper()
	needRoot(t)
	t.Parallel()
	apache, fpm := find(t, "/usr/sbin/apache2", "apache2-bin"), findFPM(t)
	find(t, "/usr/lib/apache2/suexec", "apache2-suexec-pristine")
	w := &sites{host: newHost(t, ""), port: freePort(t)}
	w.client = &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	w.sh("mkdir -p var/www var/fpm var/log/apache2")
	for _, l := range layouts() {
		for i, name := range names {
			s := &site{l.kind + "-" + name, l}
			s.layout.apache.Docroot = s.docroot()
			w.user(s.name, l.uid+uint32(i), s.home())
			w.grow(s)
			w.all = append(w.all, s)
		}
	}
	w.write("right.yaml", rightPolicy)
	w.write("apache", w.apacheConfig())
	w.write("fpm", w.fpmConfig())
	w.serve("ready to handle connections", fpm, "-n", "-F", "-y", filepath.Join(w.base, "fpm"))
	w.serve("resuming normal operations", apache, "-DFOREGROUND", "-f", filepath.Join(w.base, "apache"))
	return w
}

// findFPM is the PHP-FPM of whatever version there is.
func findFPM(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/sbin/php-fpm*")
	if len(found) == 0 {
		t.Skip("needs PHP-FPM: install php-fpm")
	}
	return slices.Max(found)
}

// grow makes a healthy site.
func (w *sites) grow(s *site) {
	w.t.Helper()
	w.sh(`mkdir -p ".$1/public_html/sub" ".$1/public_html/list"
cd ".$1/public_html"
for f in index.html page.html sub/index.html sub/page.html list/page.html; do echo page >$f; done
echo '# of the customer' >sub/.htaccess
ln -s page.html link.html
ln -s sub dirlink
case $3 in
fpm)
	for f in index.php app.php sub/tool.php; do echo '<?php echo "page";' >$f; done ;;
cgi)
	mkdir cgi-bin
	printf '#!/bin/sh\necho Content-Type: text/plain\necho\necho page\n' >cgi-bin/run.cgi
	chmod 755 cgi-bin/run.cgi ;;
esac
find . -name '*.php' -exec chmod 600 {} +
cd ..
chown -hR "$2:$2" .
chown "$2:33" public_html
chmod 711 .
chmod 750 public_html`, s.home(), fmt.Sprint(w.ids[s.name].UID), s.layout.kind)
}
