package spec

import (
	"errors"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/go-cmp/cmp"
)

const bindPolicy = `
rightful: 1
vars: {web: nobody, roots: [www], one: x}
accounts: [{list: [{name: never, vars: {own: x}}], profile: p}]
profiles:
  p:
    owner: ${account}
    group: ["${group}", "${web}", "${roots}"]
    take_from: [root]
    layout:
      .: {type: directory, mode: "0711"}
      "${roots}": {type: directory, mode: "0750", group: "${roots}"}
      www: {type: [directory, symlink], owner: 0, create: false}
      "link/${one}": {type: symlink, target: "../t/${one}"}
    rules:
      - {match: ["${roots}/**", "{a,${one}}"], owner: ["${account}", 33]}
      - {match: "${roots}/x", group: any}
exceptions:
  - {account: bob, until: 2026-12-31, reason: old, rules: [{match: "old/${one}", mode: "0644"}]}
  - {account: bob, until: 2027-01-01, reason: new, rules: [{match: new, mode: "0644"}]}
  - {account: eve, until: 2027-01-01, reason: other, rules: [{match: eve, mode: "0644"}]}
`

func TestBind(t *testing.T) {
	p := mustParse(t, bindPolicy)
	for _, test := range []struct {
		name, want string
		vars       map[string]Value
	}{
		{"policy vars", `bound owner bob group users|nobody|www take root
  p.yaml:15 rule www/**|{a,x} owner bob|#33
  p.yaml:16 rule www/x group any
  p.yaml:10 layout . directory files 0711 directories 0711
  p.yaml:12 layout www directory|symlink files 0750 directories 0750 owner #0 group www
  p.yaml:13 layout link/x symlink -> ../t/x
  p.yaml:19 exception new files 0644 directories 0644
  p.yaml:18 expired old/x files 0644 directories 0644
`, nil},
		{"own vars", `bound owner bob group users|apache|a*|b take root
  p.yaml:15 rule a\*/**|b/**|{a,c/\{d\,e\}} owner bob|#33
  p.yaml:16 rule a\*/x|b/x group any
  p.yaml:10 layout . directory files 0711 directories 0711
  p.yaml:11 layout a\* at "a*" directory files 0750 directories 0750 group a*
  p.yaml:11 layout b directory files 0750 directories 0750 group b
  p.yaml:12 layout www directory|symlink owner #0 not created
  p.yaml:13 layout link/c/\{d\,e\} at "link/c/{d,e}" symlink -> ../t/c//{d,e}/.
  p.yaml:19 exception new files 0644 directories 0644
  p.yaml:18 expired old/c/\{d\,e\} files 0644 directories 0644
`, map[string]Value{"web": scalar("apache"), "roots": list("a*", "b", "b"), "one": scalar("c//{d,e}/.")}},
		{"no lines", `bound owner bob group users|nobody take root
  p.yaml:15 rule {a,x} owner bob|#33
  p.yaml:10 layout . directory files 0711 directories 0711
  p.yaml:12 layout www directory|symlink owner #0 not created
  p.yaml:13 layout link/x symlink -> ../t/x
  p.yaml:19 exception new files 0644 directories 0644
  p.yaml:18 expired old/x files 0644 directories 0644
`, map[string]Value{"roots": list()}},
		{"built in wins", `bound owner bob group users|nobody take root
  p.yaml:15 rule {a,x} owner bob|#33
  p.yaml:10 layout . directory files 0711 directories 0711
  p.yaml:12 layout www directory|symlink owner #0 not created
  p.yaml:13 layout link/x symlink -> ../t/x
  p.yaml:19 exception new files 0644 directories 0644
  p.yaml:18 expired old/x files 0644 directories 0644
`, map[string]Value{"roots": list(), "account": scalar("eve")}},
	} {
		bound, err := p.Bind("p", bob(test.vars), mustDay(t, "2027-01-01"))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, boundText(bound)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestBindErrors(t *testing.T) {
	p := mustParse(t, `
rightful: 1
vars: {web: nobody, path: x, roots: [www], target: x, other: [a]}
accounts: [{list: [{name: never, vars: {own: x}}], profile: p}]
profiles:
  p:
    owner: ["${account}", "${web}"]
    rules: [{match: "${path}", group: any}]
    layout:
      "${roots}": {type: directory, mode: "0750"}
      "l/${roots}": {type: symlink, target: "../${target}"}
      "w": {type: directory, mode: "u+rwx", create: false}
  own: {rules: [{match: "x${own}", owner: any}]}
  targets: {layout: {l: {type: symlink, target: "${roots}"}}}
  product: {rules: [{match: "${roots}/${roots}/${other}", owner: any}]}
  empty: {owner: "${roots}"}
`)
	for _, test := range []struct {
		profile, want string
		vars          map[string]Value
	}{
		{"p", "", nil},
		{"nobody", "no profile nobody in the policy", nil},
		{"own", "p.yaml:12:17: this account has no variable own", nil},
		{"targets", "p.yaml:13:49: target: roots is a list, and here is room for one value", nil},
		{"product", "", map[string]Value{"roots": long(100), "other": long(100)}},
		{"product", "p.yaml:14:21: its list variables make more than 10000 lines of one, the last of them other", map[string]Value{"roots": long(101), "other": long(100)}},
		{"empty", "p.yaml:15:18: its variables are empty lists for this account, so that no name is left", map[string]Value{"roots": list()}},
		{"p", `p.yaml:6:12: "33" is a name of digits only; if the number is meant, write it without quotes`, map[string]Value{"web": scalar("33")}},
		{"p", `p.yaml:6:12: "a\n" cannot be the name of a user or group`, map[string]Value{"web": scalar("a\n")}},
		{"p", "p.yaml:6:12: variable web is empty for this account", map[string]Value{"web": scalar("")}},
		{"p", "p.yaml:7:13: variable path: /etc is absolute; in paths its value must be relative to the home", map[string]Value{"path": scalar("/etc")}},
		{"p", "p.yaml:7:13: variable path: a/.. has a .. in it; nothing outside the home can be named", map[string]Value{"path": scalar("a/..")}},
		{"p", "p.yaml:7:13: rules never match the home itself; its line in the layout is . (a dot)", map[string]Value{"path": scalar("./")}},
		{"p", `p.yaml:7:13: variable path: "a\x00" has a NUL byte`, map[string]Value{"path": scalar("a\x00")}},
		{"p", "p.yaml:7:13: variable path is longer than 4095 bytes", map[string]Value{"path": scalar(strings.Repeat("a", 4096))}},
		{"p", "p.yaml:9:7: variable roots: ../x has a .. in it; nothing outside the home can be named", map[string]Value{"roots": list("a", "../x")}},
		{"p", "p.yaml:10:45: target: ../../etc leaves the home; the target must be inside it", map[string]Value{"target": scalar("../etc")}},
		{"p", "p.yaml:11:7: directory_mode: a line that creates needs an exact mode, like 0755, as the first or only one; or write create: false", map[string]Value{"roots": list("w")}},
	} {
		_, err := p.Bind(test.profile, bob(test.vars), mustDay(t, "2027-01-01"))
		have := ""
		if err != nil {
			have = err.Error()
		}
		if have != test.want {
			t.Errorf("%s %v: %s; want %s", test.profile, test.vars, have, test.want)
		}
		var bind *BindError
		if err != nil && test.profile != "nobody" && !errors.As(err, &bind) {
			t.Errorf("%s: %T", test.profile, err)
		}
	}
}

// TestPrecedence is about the sources of one variable.
func TestPrecedence(t *testing.T) {
	const policy = "rightful: 1\nvars: {v: policy}\nprofiles: {p: {rules: [{match: \"${v}\", owner: any}]}}\n"
	for _, test := range []struct {
		flags map[string]string
		own   map[string]Value
		want  string
	}{
		{nil, nil, "policy"},
		{map[string]string{"v": "flag"}, nil, "flag"},
		{map[string]string{"v": "flag"}, map[string]Value{"v": scalar("own")}, "own"},
		{map[string]string{"v": "${v}*"}, nil, `$\{v\}\*`},
		{nil, map[string]Value{"v": scalar("\xff[\xfe")}, "\xff\\[\xfe"},
	} {
		p, err := Parse([]PolicyFile{{"p.yaml", []byte(policy)}}, test.flags)
		if err != nil {
			t.Fatal(err)
		}
		bound, err := p.Bind("p", bob(test.own), Day{})
		if err != nil {
			t.Fatal(err)
		}
		if have := bound.Lines[0].Match[0]; have != test.want {
			t.Errorf("%v %v: %q; want %q", test.flags, test.own, have, test.want)
		}
	}
}

// TestExtends is about the order of parents and what overrides what.
func TestExtends(t *testing.T) {
	p := mustParse(t, `
rightful: 1
profiles:
  child:
    extends: [left, right]
    layout: {a: {group: child}, d: {content: new}}
    rules: [{match: child, owner: any}]
  left: {extends: [root], owner: left, take_from: [one], rules: [{match: left, owner: any}]}
  right:
    extends: [root]
    owner: any
    take_from: [one, two]
    layout: {b: {type: symlink, target: a}, a: {mode: "0700"}, c: {type: directory, mode: "0700"}}
    rules: [{match: right, owner: any}]
  root:
    create_home: true
    keep: [{mode: "0000"}]
    layout:
      a: {type: directory, mode: "0755", owner: x, create: false}
      c: {type: symlink, target: x}
      d: {type: file, mode: "0644", from: /old}
    rules: [{match: root, owner: any}]
`)
	want := `profile child owner any take one|two create home
  p.yaml:21 rule root owner any
  p.yaml:7 rule left owner any
  p.yaml:13 rule right owner any
  p.yaml:6 rule child owner any
  p.yaml:5 layout a directory files 0700 directories 0700 owner x group child not created
  p.yaml:12 layout c directory files 0700 directories 0700
  p.yaml:5 layout d file files 0644 directories 0644 content "new"
  p.yaml:12 layout b symlink -> a
  keep 0000
`
	if diff := cmp.Diff(want, profileText(p.Profiles["child"])); diff != "" {
		t.Error(diff)
	}
}

func bob(vars map[string]Value) Account {
	return Account{Name: "bob", Group: "users", Home: "/home/bob", UID: 1001, GID: 100, Vars: vars}
}

func scalar(text string) Value { return Value{Items: []string{text}} }

func list(items ...string) Value { return Value{Items: items, List: true} }

func long(n int) Value { return list(strings.Split(strings.Repeat("a ", n-1)+"a", " ")...) }

func FuzzPattern(f *testing.F) {
	for _, seed := range [][2]string{{"a*", "ab"}, {"{a,b}", "a"}, {"[a-z]", "b"}, {`a\`, "a"}, {"\xff", "\xfe"}, {"a/./b//", "a/b"}, {"**", "x"}, {"!", "^"}} {
		f.Add(seed[0], seed[1])
	}
	p := mustParse(f, `
rightful: 1
vars: {v: x}
profiles: {p: {rules: [{match: ["${v}", "{y,${v}}", "d/${v}/e"], owner: any}]}}
`)
	f.Fuzz(func(t *testing.T, value, other string) {
		bound, err := p.Bind("p", bob(map[string]Value{"v": scalar(value)}), Day{})
		if err != nil {
			return
		}
		self := dropDots(value)
		for i, name := range []func(string) string{
			func(s string) string { return s },
			func(s string) string { return s },
			func(s string) string { return "d/" + s + "/e" },
		} {
			pattern := bound.Lines[0].Match[i]
			if !match(t, pattern, name(self)) {
				t.Errorf("%q of the value %q does not match it", pattern, value)
			}
			// doublestar takes every byte that is not UTF-8 for the same.
			if replacement(self) || replacement(other) || other == self || other == "y" {
				continue
			}
			if match(t, pattern, name(other)) {
				t.Errorf("%q of the value %q matches %q", pattern, value, name(other))
			}
		}
	})
}

func replacement(text string) bool { return strings.ContainsRune(text, '\ufffd') }

func match(t *testing.T, pattern, name string) bool {
	t.Helper()
	ok, err := doublestar.Match(pattern, name)
	if err != nil {
		t.Fatalf("%q: %v", pattern, err)
	}
	return ok
}

func FuzzParse(f *testing.F) {
	for _, archive := range archives(f) {
		files, _, _ := contents(archive)
		for _, file := range files {
			f.Add(file.Data)
		}
	}
	f.Add([]byte(acceptedPolicy))
	f.Add([]byte(bindPolicy))
	f.Add([]byte(effectsPolicy))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse([]PolicyFile{{"p.yaml", data}}, nil)
		var all Errors
		if err != nil && (!errors.As(err, &all) || len(all) == 0) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, one := range all {
			if one.Pos.File != "p.yaml" || one.Pos.Line < 1 || one.Pos.Column < 1 {
				t.Errorf("%#v", one)
			}
		}
		checkCeiling(t, data)
		if err != nil {
			return
		}
		for name := range p.Profiles {
			checkBound(t, p, name)
		}
	})
}

// checkBound binds a profile for an account that makes it hard.
func checkBound(t *testing.T, p *Policy, profile string) {
	t.Helper()
	a := bob(map[string]Value{"docroots": list("a*", "{b", `c\`), "webgroup": scalar("\xff")})
	bound, err := p.Bind(profile, a, Day{2027, 1, 1})
	var bind *BindError
	if err != nil {
		if !errors.As(err, &bind) || bind.Pos.Line < 1 {
			t.Errorf("%T: %v", err, err)
		}
		return
	}
	checkExpectations(t, bound.Access)
	for _, l := range bound.Lines {
		if l.ACL != nil {
			checkACL(t, l.ACL)
		}
		for _, pattern := range l.Match {
			if pattern != "." && checkPattern(pattern) != nil {
				t.Errorf("%s: %v", l.Pos, checkPattern(pattern))
			}
		}
		if l.Kind == KindLayout && !match(t, l.Match[0], l.Path) {
			t.Errorf("%s: %q does not match %q", l.Pos, l.Match[0], l.Path)
		}
	}
}

func checkCeiling(t *testing.T, data []byte) {
	t.Helper()
	c, err := ParseCeiling(PolicyFile{"p.yaml", data})
	if err != nil {
		return
	}
	if access, err := c.Bind(bob(nil)); err == nil {
		checkExpectations(t, access)
	}
}

func checkExpectations(t *testing.T, access []Expectation) {
	t.Helper()
	for _, e := range access {
		if e.Who == nil || e.Who.Name != e.Identity || len(e.Rights) == 0 {
			t.Errorf("%+v", e)
		}
		for _, pattern := range e.Match {
			if err := checkGlob(pattern); err != nil {
				t.Errorf("%s: %v", e.Pos, err)
			}
		}
	}
}

// checkACL asks for one entry a name, and for names that a host can have.
func checkACL(t *testing.T, a *ACL) {
	t.Helper()
	for i, e := range a.Entries {
		if e.Tag != ACLMask && !e.Name.Numeric && checkName(e.Name.Text) != nil {
			t.Errorf("%s: %v", e.Pos, checkName(e.Name.Text))
		}
		if a.idle(e) || (&ACL{Entries: a.Entries[:i]}).clash(e) != nil {
			t.Errorf("%s: %s", e.Pos, e)
		}
	}
}
