package reconcile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/spec"
)

// recorder makes wants that remember which lines they are for.
func recorder() (func([]int) *wants, map[*wants]string) {
	made := map[*wants]string{}
	return func(lines []int) *wants {
		w := &wants{managed: len(lines) > 0}
		made[w] = fmt.Sprint(lines)
		return w
	}, made
}

// oracle asks doublestar, which says what patterns mean. On three counts we are
// stricter with it than it is with itself: x/** includes x also where x ends in
// a star that matches nothing (a*/** on a), bytes that are not UTF-8 differ, and
// no name is empty, so that x/**/ matches nothing (there, a and a* disagree).
func oracle(patterns [][]string, path string) string {
	lines := []int{}
	for i, list := range patterns {
		if slices.ContainsFunc(list, func(p string) bool { return oracleOne(p, path) }) {
			lines = append(lines, i)
		}
	}
	return fmt.Sprint(lines)
}

func oracleOne(pattern, path string) bool {
	direct, _ := doublestar.Match(pattern, path)
	if utf8.ValidString(pattern) && utf8.ValidString(path) && (direct && !strings.Contains(pattern, "**/") || !strings.Contains(pattern, "**")) {
		return direct
	}
	path = exactBytes(path)
	alts, _ := spec.Components(exactBytes(pattern))
	for _, parts := range alts {
		p := strings.Join(parts, "/")
		if strings.HasSuffix(p, "**/") {
			continue
		}
		for more := true; more; p, more = strings.CutSuffix(p, "/**") {
			if ok, _ := doublestar.Match(p, path); ok {
				return true
			}
		}
	}
	return false
}

func TestMatchAgreesWithDoublestar(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	segment := func() string {
		return pick("a", "b", "*", "**", "*.php", "a*", "*a", "[ab]", "[!a]*", "?", "{a,b}", "{a,b*}c", `\*`, "*.tar.gz", "**b", "a**", "\xff", "[^b]", "é", "{x/y,a}", "{,a}b")
	}
	name := func() string {
		return pick("a", "b", "c", "ab", "abc", "x.php", ".php", "*", "a.tar.gz", "\xff", "é", "x", "y", "bc", "-", "...", "{a}")
	}
	join := func(n int, f func() string) string {
		var parts []string
		for range n {
			parts = append(parts, f())
		}
		return strings.Join(parts, "/")
	}
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	for round := range rounds {
		var patterns [][]string
		for range 1 + rng.IntN(8) {
			patterns = append(patterns, []string{join(1+rng.IntN(4), segment)})
		}
		want, made := recorder()
		m, err := newMatcher(patterns, want)
		if err != nil {
			t.Fatalf("round %d: %q: %v", round, patterns, err)
		}
		for range 40 {
			path := join(1+rng.IntN(5), name)
			if got, want := made[m.at(path).wants], oracle(patterns, path); got != want {
				t.Fatalf("round %d: %q on %q: lines %s, doublestar says %s", round, patterns, path, got, want)
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("a/**/*.php", "a/b/c.php")
	f.Add("{a,b/{c,d}}/**", "b/c/e")
	f.Add(`[]a]/\{x`, "a/{x")
	f.Add("**/**/a*", "x/a")
	f.Add("*/**/", "0")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if path == "" || strings.ContainsRune(path, 0) || strings.Contains("/"+path+"/", "//") || len(pattern) > 60 {
			t.Skip()
		}
		want, made := recorder()
		patterns := [][]string{{pattern}}
		m, err := newMatcher(patterns, want)
		if err != nil {
			t.Skip()
		}
		if got, want := made[m.at(path).wants], oracle(patterns, path); got != want {
			t.Errorf("%q on %q: lines %s, doublestar says %s", pattern, path, got, want)
		}
	})
}

// Names that fit ever new combinations of globs must not fill the memory.
func TestHostileNamesBoundTheNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	var patterns [][]string
	for c := 'a'; c <= 'p'; c++ {
		patterns = append(patterns, []string{"**/*" + string(c) + "*"})
	}
	want, made := recorder()
	m, err := newMatcher(patterns, want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1 << 14 {
		var name strings.Builder
		name.WriteByte('_')
		for bit := range 16 {
			if i>>bit&1 == 1 {
				name.WriteByte(byte('a' + bit))
			}
		}
		n := m.at(name.String())
		if got, want := made[n.wants], oracle(patterns, name.String()); got != want {
			t.Fatalf("%s: %s, want %s", name.String(), got, want)
		}
	}
	if len(m.nodes) > maxNodes || len(m.root.children) > maxNodes {
		t.Errorf("%d nodes, %d children; want at most %d", len(m.nodes), len(m.root.children), maxNodes)
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, rules := range []int{5, 200} {
		b.Run(fmt.Sprint(rules, "rules"), func(b *testing.B) {
			patterns := [][]string{{"public_html/**/*"}, {"public_html/**/wp-config.php"}, {"**/error_log"}, {"mail/**"}, {"**/*.cgi"}}
			for i := len(patterns); i < rules; i++ {
				patterns = append(patterns, []string{fmt.Sprintf("public_html/**/dir%d/*.x%d", i, i)})
			}
			want, _ := recorder()
			m, err := newMatcher(patterns, want)
			if err != nil {
				b.Fatal(err)
			}
			dir := m.at("public_html/wp-content/plugins")
			b.ReportAllocs()
			for b.Loop() {
				m.child(dir, "class-wp-widget.php")
			}
		})
	}
}
