package spec

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCaseWords(t *testing.T) {
	for line, want := range map[string][]string{
		"":                            nil,
		"  \t":                        nil,
		"# all of it":                 nil,
		`a  b	c`:                      {"a", "b", "c"},
		`a#b # c`:                     {"a#b"},
		`~ "a b"/ mode`:               {"~", `"a b"/`, "mode"},
		`"a \" # b" x"y z"`:           {`"a \" # b"`, `x"y z"`},
		`f 0644 "\xff\n" -> "" acl=x`: {"f", "0644", `"\xff\n"`, "->", `""`, "acl=x"},
	} {
		got, err := CaseWords(line)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", line, err, diff)
		}
	}
	for _, line := range []string{`"`, `a "b`, `"\q"`, "\"a\nb\""} {
		if got, err := CaseWords(line); err == nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}

// entryText is all that a line of a tree says, one word after the other.
func entryText(e CaseEntry) string {
	s := fmt.Sprintf("%c %04o %s:%s %q", e.Type, e.Mode, e.Owner, e.Group, e.Path)
	if e.Target != "" {
		s += fmt.Sprintf(" -> %q", e.Target)
	}
	for _, a := range e.ACL {
		s += " " + a.String()
	}
	if e.Nlink > 0 {
		s += fmt.Sprintf(" nlink %d", e.Nlink)
	}
	for i, set := range []bool{e.Immutable, e.AppendOnly, e.Mount, e.Closed, e.Capabilities} {
		if set {
			s += " " + []string{"immutable", "append_only", "mount", "closed", "capabilities"}[i]
		}
	}
	return s
}

func TestCaseEntries(t *testing.T) {
	for line, want := range map[string]string{
		`d 0711 alice:alice .`:      `d 0711 alice:alice "."`,
		`d 755 a/`:                  `d 0755 : "a"`,
		`f 4755 :web a/b nlink=3`:   `f 4755 :web "a/b" nlink 3`,
		`f 0600 12:34 "a:b"`:        `f 0600 12:34 "a:b"`,
		`f 0600 a b`:                "b: unknown; what may follow is acl=, nlink=, immutable, append_only, mount, closed and capabilities",
		`f 0600 a:b`:                `f 0600 : "a:b"`,
		`f 0600 "\xff\n" immutable`: `f 0600 : "\xff\n" immutable`,
		`l www -> ../x`:             `l 0000 : "www" -> "../x"`,
		`l :web www -> "a b"`:       `l 0000 :web "www" -> "a b"`,
		`l www`:                     "l and h, and nothing else, have -> and what they lead to after the path",
		`l www -> ""`:               "a link leads somewhere",
		`h a -> /home/bob/b`:        `h 0000 : "a" -> "/home/bob/b"`,
		`h a -> ../b`:               "../b: without . and .. in it, write the path from the home or from the root",
		`d 0700 a acl=user:web:r-X,default:group:7:rw`: `d 0700 : "a" user:web:r-X default:group:7:rw-`,
		`f 0700 a acl=default:user:web:r--`:            "default:user:web:r--: only directories have default entries",
		`f 0700 a acl=user:${x}:r--`:                   "user:${x}:r--: a tree has no variables",
		`p 0600 fifo`:                                  `p 0600 : "fifo"`,
		`c 0600 null mount`:                            `c 0600 : "null" mount`,
		`d 0000 a closed append_only`:                  `d 0000 : "a" append_only closed`,
		`f 0755 a capabilities`:                        `f 0755 : "a" capabilities`,
		`f 0755 a closed`:                              "closed: is for entries of type d",
		`f 0755 a nlink=0`:                             "nlink=0: want a number of names",
		`f 0755 a immutable=yes`:                       "immutable: takes no value",
		`f 0888 a`:                                     "want a mode in octal digits, like 0755, after the type",
		`f 07777 a`:                                    "want a mode in octal digits, like 0755, after the type",
		`f 0644`:                                       "want a path",
		`f 0644 a:b:`:                                  `f 0644 : "a:b:"`,
		`f 0644 ""`:                                    `"" is not a path`,
		`f 0644 a/../b`:                                "a/../b: without . and .. in it, write the path from the home or from the root",
		`f 0644 a/`:                                    "a/: without . and .. in it, write the path from the home or from the root",
		`f 0644 "a"b`:                                  `"\"a\"b": quote the whole of it, or nothing`,
		`df 0644 a`:                                    "df: want a type: d, f, l, h, p, s, c or b",
		`- a/b`:                                        `- 0000 : "a/b"`,
	} {
		words, err := CaseWords(line)
		if err != nil {
			t.Fatal(err)
		}
		e, err := parseEntry(words)
		got := entryText(e)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

// A line that is accepted names a path that cannot leave its home, and says the
// same when each of its words is written in quotes.
func FuzzCaseEntry(f *testing.F) {
	for _, line := range []string{
		`d 0711 alice:alice .`, `f 0600 "a b" nlink=2 immutable # x`, `l :web www -> "../\xff"`, `h a -> /b`, `- a`,
		`d 0700 a acl=user:web:r-X,default:mask::rwx`, `s 0777 s mount`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := CaseWords(line)
		if err != nil || len(words) == 0 {
			return
		}
		again, err := CaseWords(strings.Join(words, "  "))
		if diff := cmp.Diff(words, again); diff != "" || err != nil {
			t.Fatalf("%q: words come out differently: %v %s", line, err, diff)
		}
		e, err := parseEntry(words)
		if err != nil {
			return
		}
		for _, p := range []string{e.Path, e.Target} {
			if e.Type == 'l' && p == e.Target || p == "" {
				continue
			}
			if !path.IsAbs(p) && path.Join("/h/a", p) != "/h/a" && !strings.HasPrefix(path.Join("/h/a", p), "/h/a/") || strings.Contains(p, "\x00") {
				t.Fatalf("%q: the path is %q", line, p)
			}
		}
		rewritten := string(e.Type)
		if strings.IndexByte("lh-", e.Type) < 0 {
			rewritten += fmt.Sprintf(" %04o", e.Mode)
		}
		if e.Owner+e.Group != "" {
			rewritten += " " + e.Owner + ":" + e.Group
		}
		rewritten += " " + strconv.Quote(e.Path)
		if e.Target != "" {
			rewritten += " -> " + strconv.Quote(e.Target)
		}
		words, err = CaseWords(rewritten)
		if err != nil {
			t.Fatal(err)
		}
		same, err := parseEntry(words)
		same.ACL, same.Nlink, same.Immutable, same.AppendOnly = e.ACL, e.Nlink, e.Immutable, e.AppendOnly
		same.Mount, same.Closed, same.Capabilities = e.Mount, e.Closed, e.Capabilities
		if err != nil || entryText(same) != entryText(e) {
			t.Fatalf("%q: %s\nand quoted %s, %v", line, entryText(e), entryText(same), err)
		}
	})
}

const someTests = `rightful_test: 1
policy: p.yaml
account: {name: alice, uid: 2001, vars: {x: [a, b]}}
accounts: [bob]
users: {web: 33, ftp: , mail: {uid: 8, groups: [web]}}
groups: {staff: [alice], adm: 4, sys: {gid: 3, members: [web]}}
vars: {a: b}
tree: |
  d 0711 .
  d 0755 site
  f 0644 site/a
cases:
  one: {}
  two:
    account: bob
    accounts: [carol]
    users: [web]
    groups: [staff]
    vars: {a: c, d: 007}
    day: 2026-01-02
    tree: |

      - site
      # said again
      d 0700 .
    expect:
      steps: |
        + site/  # as before

        # the end
      held: none
`

// What a file says of all cases is in each, below what that says itself.
func TestCasesInherit(t *testing.T) {
	tests, err := ParseTests(PolicyFile{"x_test.yaml", []byte(someTests)})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, c := range tests.Cases {
		fmt.Fprintf(&got, "%v %s, policy %s, %v", c.Pos, c.Name, c.Policy, c.Vars)
		if c.Day != nil {
			fmt.Fprintf(&got, " on %v", c.Day)
		}
		got.WriteString("\n")
		for _, u := range append(c.Accounts, c.Users...) {
			fmt.Fprintf(&got, "  user %s %v %s\n", u.Name, u.UID != nil, u.Groups)
		}
		for _, g := range c.Groups {
			fmt.Fprintf(&got, "  group %s %v %s\n", g.Name, g.GID != nil, g.Members)
		}
		for _, e := range c.Tree {
			fmt.Fprintf(&got, "  %v %s\n", e.Pos, entryText(e))
		}
		for _, section := range Sections() {
			if lines := c.Expect[section]; lines != nil {
				fmt.Fprintf(&got, "  %v %s\n", lines.Pos, section)
				for _, l := range lines.Lines {
					fmt.Fprintf(&got, "    %d:%d %q %q\n", l.Pos.Line, l.Pos.Column, l.Text, l.Words)
				}
			}
		}
	}
	const want = `x_test.yaml:13 one, policy p.yaml, map[a:b]
  user alice true []
  user bob false []
  user web true []
  user ftp false []
  user mail true [web]
  group staff false [alice]
  group adm true []
  group sys true [web]
  x_test.yaml:9 d 0711 : "."
  x_test.yaml:10 d 0755 : "site"
  x_test.yaml:11 f 0644 : "site/a"
x_test.yaml:14 two, policy p.yaml, map[a:c d:007] on 2026-01-02
  user bob false []
  user carol false []
  user ftp false []
  user mail true [web]
  user web false []
  group adm true []
  group sys true [web]
  group staff false []
  x_test.yaml:25 d 0700 : "."
  x_test.yaml:27 steps
    28:9 "+ site/  # as before" ["+" "site/"]
    29:1 "" []
    30:9 "# the end" []
  x_test.yaml:31 held
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// Whatever the file looks like, rewriting sets what is asked for and nothing else,
// or says that it cannot.
func FuzzRewrite(f *testing.F) {
	f.Add(someTests, "steps", "+ a\n# b\n\n- c")
	f.Add(someTests, "errors", "")
	f.Add("rightful_test: 1\naccount: a\ncases:\n- x:\n", "steps", "x")
	f.Add("rightful_test: 1\naccount: a\ncases:\n  x:\n    expect: {steps: none,\n  held: none}\n    tree: d 0711 .\n", "steps", "x")
	f.Add("rightful_test: 1\naccount: a\ncases:\n  x:\n    expect:\n      steps: 'a' # b\n      \"held\": |2-\n         x\n", "held", "x")
	f.Fuzz(func(t *testing.T, text, section, lines string) {
		tests, err := ParseTests(PolicyFile{"x_test.yaml", []byte(text)})
		if err != nil || len(tests.Cases) == 0 {
			return
		}
		var want []string
		for l := range strings.Lines(lines) {
			want = append(want, strings.TrimSpace(l))
		}
		out, err := tests.Rewrite(map[int]map[string][]string{len(tests.Cases) - 1: {section: want}})
		if err != nil {
			return
		}
		again, err := ParseTests(PolicyFile{"x_test.yaml", out})
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for i := range tests.Cases[:len(tests.Cases)-1] {
			if diff := cmp.Diff(plainCase(tests.Cases[i]), plainCase(again.Cases[i])); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
