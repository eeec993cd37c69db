//go:build linux

package story

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"rightful/internal/access"
	"rightful/plan"
)

// eachURL calls visit with every site's URLs.
func (w *sites) eachURL(visit func(s *site, url string)) {
	for _, s := range w.all {
		for _, url := range strings.Fields(s.layout.urls) {
			visit(s, url)
		}
	}
}

// statuses are HTTP answers by site and URL: "fpm-x/app.php".
type statuses map[string]int

// answers are the servers'.
func (w *sites) answers() statuses {
	w.t.Helper()
	all := statuses{}
	w.eachURL(func(s *site, url string) {
		r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", w.port, url), nil)
		must(w.t, err)
		r.Host = s.name
		got, err := w.client.Do(r)
		must(w.t, err)
		must(w.t, got.Body.Close())
		all[s.name+url] = got.StatusCode
	})
	return all
}

// predict is what the servers will answer, by the states of a host.
func (w *sites) predict(tree access.Tree) statuses {
	all := statuses{}
	w.eachURL(func(s *site, url string) {
		all[s.name+url] = 200
		if found := w.ask(s, tree, url); len(found) > 0 {
			all[s.name+url] = found[0].Status
		}
	})
	return all
}

// ask asks those who have a say in a URL: Apache, and whom it hands it to.
func (w *sites) ask(s *site, tree access.Tree, url string) []access.Finding {
	c := &access.Case{
		Tree: handed(tree), Name: s.name, Home: s.home(), Account: w.ids[s.name], Web: w.ids["www-data"],
		Path: strings.TrimSuffix(s.docroot()+url, "/"),
	}
	if found := s.layout.apache.Check(c); len(found) > 0 {
		return found
	}
	c.Tree = tree
	if s.layout.kind == "fpm" && strings.HasSuffix(url, "/") {
		if _, err := tree(c.Path + "/index.php"); err == nil {
			c.Path += "/index.php"
		}
	}
	switch filepath.Ext(c.Path) {
	case ".php":
		return access.PHPFPM{Socket: s.socket()}.Check(c)
	case ".cgi":
		return access.SuEXEC{}.Check(c)
	}
	return nil
}

// handed is a host where Apache may read what it does not read itself, but
// hands on.
func handed(tree access.Tree) access.Tree {
	return func(p string) (plan.State, error) {
		s, err := tree(p)
		if ext := filepath.Ext(p); s.Type == plan.File && (ext == ".php" || ext == ".cgi") {
			s.Mode, s.Access = 0o444, ""
		}
		return s, err
	}
}

// same compares answers, and names the first of those that differ.
func (w *sites) same(what string, want, got statuses) {
	w.t.Helper()
	wrong := 0
	w.eachURL(func(s *site, url string) {
		if key := s.name + url; want[key] != got[key] {
			if wrong++; wrong < 20 {
				w.t.Errorf("%s: %s answers %d, expected %d", what, key, got[key], want[key])
			}
		}
	})
}

// count is how many answers there are of each kind.
func (s statuses) count() map[int]int {
	counts := map[int]int{}
	for _, status := range s {
		counts[status]++
	}
	return counts
}
