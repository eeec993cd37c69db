package access

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const apacheConfig = `
ServerRoot %[1]s
DefaultRuntimeDir %[1]s
PidFile %[1]s/pid
Listen 127.0.0.1:%[2]d
ServerName localhost
User www-data
Group www-data
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule autoindex_module /usr/lib/apache2/modules/mod_autoindex.so
StartServers 1
ErrorLog /dev/stderr
LogLevel info
LogFormat "ANSWER %%>s" answer
CustomLog /dev/stderr answer
DocumentRoot %[1]s
<Directory />
  Options Indexes FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
`

// The real Apache is the oracle: its answer and the number of its message for
// everything in random trees of three layouts.
func TestApacheAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	needRoot(t)
	t.Parallel()
	binary := find(t, "/usr/sbin/apache2")
	dir, port := ground(t), freePort(t)
	variants := []Apache{
		{Links: FollowLinks},
		{Links: FollowLinks, Htaccess: true},
		{Links: IfOwnerMatch},
		{Links: FollowAndMatch, Htaccess: true},
		{Links: NoLinks},
	}
	config := fmt.Sprintf(apacheConfig, dir, port)
	for i := range variants {
		x := &variants[i]
		x.Docroot = filepath.Join(dir, fmt.Sprint("site", i))
		must(t, os.Mkdir(x.Docroot, 0o755))
		options := [...]string{"FollowSymLinks", "SymLinksIfOwnerMatch", "FollowSymLinks SymLinksIfOwnerMatch", ""}[x.Links]
		override := map[bool]string{false: "None", true: "All"}[x.Htaccess]
		config += fmt.Sprintf("<Directory %s>\n  Options Indexes %s\n  AllowOverride %s\n</Directory>\n", x.Docroot, options, override)
	}
	must(t, os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600))
	cmd := private("exec " + binary + " -f " + dir + "/config -DFOREGROUND")
	lines := serve(t, cmd, "resuming normal operations")
	client := &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	rng := rand.New(rand.NewPCG(9, 10))
	answers := map[string]int{}
	for _, x := range variants {
		for i := range 4 {
			for _, path := range growSite(t, rng, filepath.Join(x.Docroot, fmt.Sprint("tree", i))) {
				found := x.Check(&Case{Tree: host, Web: Identity{UID: wwwData, GID: wwwData}, Path: strings.TrimSuffix(path, "/")})
				want := "200"
				if len(found) > 0 {
					want = fmt.Sprint(found[0].Status, " ", found[0].Code)
				}
				url := fmt.Sprintf("http://127.0.0.1:%d%s", port, strings.TrimPrefix(path, dir))
				got := get(t, client, url, lines)
				for range loopTries {
					if got != want {
						got = get(t, client, url, lines)
					}
				}
				answers[got]++
				if got != want {
					t.Errorf("%s: Apache says %s, predicted %s: %+v", path, got, want, found)
				}
			}
		}
	}
	t.Log(answers)
}

// loopTries is how often Apache is asked again before its answer counts. When
// something is mounted or renamed meanwhile, by whomever, the kernel begins a
// lookup anew without forgetting the links that it has counted
// (nameidata.total_link_count in fs/namei.c): a chain of more than 20 may then be
// one too many.
const loopTries = 3

// growSite is a random tree with .htaccess and index files, all of whose names
// are asked for.
func growSite(t *testing.T, rng *rand.Rand, root string) (paths []string) {
	t.Helper()
	g := growing{t: t, rng: rng, root: root}
	must(t, os.Mkdir(root, 0o755))
	g.dirs, g.all = []string{root}, []string{root}
	for i := range 60 {
		p := filepath.Join(g.dirs[rng.IntN(len(g.dirs))], fmt.Sprint(i))
		switch rng.IntN(12) {
		case 0:
			p = filepath.Join(filepath.Dir(p), ".htaccess")
		case 1, 2:
			p = filepath.Join(filepath.Dir(p), "index.html")
		}
		if _, err := os.Lstat(p); err == nil {
			continue
		}
		g.add(p)
	}
	for _, p := range g.all[1:] {
		g.dress(p)
		if s, err := os.Lstat(p); err == nil && s.Mode()&os.ModeNamedPipe != 0 {
			must(t, os.Chmod(p, 0o200)) // Apache would wait for ever, also where it only lists what is around
		}
	}
	for _, p := range g.all {
		if s, err := os.Stat(p); err == nil && s.IsDir() {
			p += "/"
		}
		paths = append(paths, p)
	}
	return append(paths, root+"/missing")
}

var apacheNumber = regexp.MustCompile(`AH0(0032|0035|0036|0037|0038|0128|0132|0529|1275)\b`)

// get is the status of the answer and the number of the first message that Apache
// logged for it; the line that says what it answered is the last one. Where an
// index is a folder, Apache sends the client there, and it goes.
func get(t *testing.T, client *http.Client, url string, lines <-chan string) string {
	t.Helper()
	answer, err := client.Get(url)
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode == http.StatusMovedPermanently {
		for line := range lines {
			if strings.HasPrefix(line, "ANSWER ") {
				return get(t, client, url+"index.html/", lines)
			}
		}
	}
	code := ""
	for line := range lines {
		if strings.HasPrefix(line, "ANSWER ") {
			break
		}
		if code == "" {
			code = apacheNumber.FindString(line)
		}
	}
	if answer.StatusCode == http.StatusOK { // a listing logs what it leaves out
		code = ""
	}
	return strings.TrimSpace(fmt.Sprint(answer.StatusCode, " ", code))
}
