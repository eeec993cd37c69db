package lint

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"rightful/spec"
)

func languageOf(t testing.TB, patterns ...string) language {
	t.Helper()
	l, ok := newLanguage(patterns...)
	if !ok {
		t.Fatalf("%q: not patterns", patterns)
	}
	return l
}

func TestContains(t *testing.T) {
	tests := []struct {
		outer, inner string
		want         bool
	}{
		{"**", "a", true},
		{"a/**", "a", true},
		{"a/**/*", "a", false},
		{"a/**/*", "a/**", false},
		{"a/**", "a/**/*", true},
		{"a/**/*", "a/*/b", true},
		{"a/*", "a/**/b", false},
		{"**/*.php", "a/**/*.php", true},
		{"**/*.php", "a/**/*.ph[pq]", false},
		{"**/*.ph[a-z]", "a/**/*.ph[pq]", true},
		{"**/*.ph[!a-z]", "a/**/*.ph[pq]", false},
		{"{a,b}/**", "{b,a}/**", true},
		{"{a,b}/**", "[ab]/x", true},
		{"[a-c]/**", "{a,b,c}", true},
		{"?", "[a-z]", true},
		{"[a-z]", "?", false},
		{"*", "?*?", true},
		{"??*", "*", false},
		{"{?,??*}", "*", true},
		{"{*a*,[!a],[!a]*[!a],[!a]*}", "*", true},
		{"a/b", `a/\b`, true},
		{`\*`, "*", false},
		{"*", `\*`, true},
		{".*", "*", false},
		{"[!.]*", "*", false}, // .a
		{"[!.]*", "?", true},  // . is no name
		{"**/a/**", "a", true},
		{"a/**/b", "a/b", true},
		{"a/**/**/b", "a/**/b", true},
		{"é", "é", true},
		{"?", "é", true},
		{"x/é*", "x/è*", false},
		{"**/x", "x/**", false},
	}
	for _, test := range tests {
		if have := languageOf(t, test.outer).contains(languageOf(t, test.inner)); have != test.want {
			t.Errorf("%s contains %s: %v", test.outer, test.inner, have)
		}
	}
}

// What a variable stands for is not known, so that what is said of it must be
// true of any value.
func TestContainsVariables(t *testing.T) {
	account, list := placeholder(accountID), placeholder(groupID+1)
	tests := []struct {
		outer, inner string
		want         bool
	}{
		{"*", account, true},
		{"?*", account, false}, // it is not known to be one
		{"[!a]*", account, false},
		{account + "/**", account + "/x", true},
		{account, "*", false},
		{"a*", "a" + account, true},
		{"*", list, false}, // several names
		{"**", list, true},
		{"**/x", list + "/x", true},
		{"*/x", list + "/x", false},
		{"**/*/x", list + "/x", false}, // . is a value
		{list + "/**/*", list + "/**/*.php", true},
		{list + "/**/*", account + "/**/*.php", false},
		{"a/**", "a/b" + list + "c/d", true},
	}
	for _, test := range tests {
		if have := languageOf(t, test.outer).contains(languageOf(t, test.inner)); have != test.want {
			t.Errorf("%q contains %q: %v", test.outer, test.inner, have)
		}
	}
}

// oracle is what doublestar says. On two counts the planner is stricter with it
// than it is with itself: x/** includes x also where x ends in a star that
// matches nothing, and no name is empty, so that x/**/ matches nothing.
func oracle(pattern, path string) bool {
	alts, _ := spec.Components(pattern)
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

type dice struct{ *rand.Rand }

func (d dice) pick(words ...string) string { return words[d.IntN(len(words))] }

func (d dice) join(most int, part func() string) string {
	parts := make([]string, 1+d.IntN(most))
	for i := range parts {
		parts[i] = part()
	}
	return strings.Join(parts, "/")
}

func (d dice) pattern() string {
	return d.join(4, func() string {
		return d.pick("a", "b", "*", "*", "**", "**", "*.php", "a*", "*a", "[ab]", "[!a]*", "[a-c]?", "?", "??", "{a,b}", "{a,b*}c",
			`\*`, "**b", "[^b]", "é", "{x/y,a}", "{,a}b", "*a*b", "{a,**}", "[!.]*")
	})
}

func (d dice) path() string {
	return d.join(5, func() string {
		return d.pick("a", "b", "c", "ab", "abc", "bc", "x.php", ".php", "*", "é", "x", "y", "-", "...", "{a}", "aa", "ba", "cab", "xx")
	})
}

// Whatever is said to be covered is covered on any path that comes to mind, and
// whatever path is found is one that shows it.
func TestSearchIsSound(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(3, 4))}
	rounds := 20_000
	if testing.Short() {
		rounds = 2_000
	}
	var covered, shown, undecided int
	for range rounds {
		inner, outer, second := d.pattern(), d.pattern(), d.pattern()
		path, a := search([]language{languageOf(t, inner)}, languageOf(t, outer, second))
		switch a {
		case tooMuch:
			undecided++
		case found:
			shown++
			if !oracle(inner, path) || oracle(outer, path) || oracle(second, path) {
				t.Fatalf("%q is in %q, and not in %q or %q? doublestar says no", path, inner, outer, second)
			}
		case none:
			covered++
			for range 60 {
				if path := d.path(); oracle(inner, path) && !oracle(outer, path) && !oracle(second, path) {
					t.Fatalf("%q covered by %q and %q? not on %q", inner, outer, second, path)
				}
			}
		}
	}
	if undecided > 0 || covered < rounds/50 || shown < rounds/50 {
		t.Errorf("%d covered, %d not, %d undecided", covered, shown, undecided)
	}
}

// Where two patterns meet there is a path in both, and what random paths show
// is found.
func TestSearchFindsWhatThereIs(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(5, 6))}
	for range 2_000 {
		one, two, out := d.pattern(), d.pattern(), d.pattern()
		path, a := search([]language{languageOf(t, one), languageOf(t, two)}, languageOf(t, out))
		if a == found {
			if !oracle(one, path) || !oracle(two, path) || oracle(out, path) {
				t.Fatalf("%q is in %q and %q, and not in %q? doublestar says no", path, one, two, out)
			}
			continue
		}
		for range 60 {
			if path := d.path(); oracle(one, path) && oracle(two, path) && !oracle(out, path) {
				t.Fatalf("%q and %q without %q: missed %q", one, two, out, path)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(7, 8))}
	for range 20_000 {
		pattern, path := d.pattern(), d.path()
		if have, want := languageOf(t, pattern).matches(path), oracle(pattern, path); have != want {
			t.Fatalf("%q matches %q: %v", pattern, path, have)
		}
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("a/**/*.php", "**/*.ph[a-p]", "a/b/c.php")
	f.Add("{a,b/{c,d}}/**", "b/?/**", "b/c/e")
	f.Add(`[]a]/\{x`, "*/[!}]x", "a/{x")
	f.Add("a**/**", "[^b]*/?", "a/b")
	f.Fuzz(func(t *testing.T, inner, outer, path string) {
		if path == "" || strings.ContainsRune(path, 0) || strings.Contains("/"+path+"/", "//") || !utf8.ValidString(inner) || !utf8.ValidString(outer) || !utf8.ValidString(path) ||
			len(inner)+len(outer) > 60 || strings.Contains("/"+path+"/", "/./") || strings.Contains("/"+path+"/", "/../") {
			t.Skip()
		}
		in, ok := newLanguage(inner)
		out, also := newLanguage(outer)
		if !ok || !also {
			t.Skip()
		}
		if have, want := in.matches(path), oracle(inner, path); have != want {
			t.Errorf("%q matches %q: %v", inner, path, have)
		}
		witness, a := search([]language{in}, out)
		switch {
		case a == none && oracle(inner, path) && !oracle(outer, path):
			t.Errorf("%q covers %q? not on %q", outer, inner, path)
		case a == found && utf8.ValidString(witness) && (!oracle(inner, witness) || oracle(outer, witness)):
			t.Errorf("%q is in %q, and not in %q? doublestar says no", witness, inner, outer)
		}
	})
}

// Patterns that would take for ever are left undecided.
func TestSearchGivesUp(t *testing.T) {
	many := strings.Repeat("{a,b}", 11)
	_, a := search([]language{languageOf(t, "**/*a"+strings.Repeat("?", 40))}, languageOf(t, "**/*b"+strings.Repeat("?", 41), many))
	if a == none {
		t.Error("decided what it cannot have decided")
	}
	_, a = search([]language{languageOf(t, "**/*a"+strings.Repeat("?", 30))}, languageOf(t, "*a*", "**/*a"+strings.Repeat("?", 30)))
	if a != none && a != tooMuch {
		t.Error("found what is not there")
	}
}
