package spec

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Tests is one file of tests of a policy.
type Tests struct {
	Name  string
	Cases []Case
	file  PolicyFile
}

// Case is one test: a host, and what the policy makes of it. What the file says
// outside of its cases is in each of them.
type Case struct {
	Pos    Pos
	Name   string
	Policy string // as written, relative to the file's folder; empty where it is not

	// Accounts are the homes of the host. Relative paths are in that of the first.
	Accounts []CaseUser
	Users    []CaseUser
	Groups   []CaseGroup
	Vars     map[string]string // as -var
	Day      *Day
	Tree     []CaseEntry
	// Expect is what the plan has to say, by section: one of [Sections].
	Expect map[string]*CaseLines

	own    *CaseUser  // account; Accounts are the others while the file is read
	node   *yaml.Node // of the case
	expect *yaml.Node // its value; nil where there is none
}

// Sections are the parts of what a case expects, as they are named.
func Sections() []string {
	return []string{"steps", "problems", "held", "access", "checks", "limits", "errors"}
}

// CaseUser is a user of a case's host. What is not given is made up.
type CaseUser struct {
	Pos      Pos
	Name     string
	UID, GID *uint32
	Group    string // his own
	Groups   []string
	Home     string

	// Accounts only.
	Profile string
	Vars    map[string]Value
}

// CaseGroup is a group of a case's host.
type CaseGroup struct {
	Pos     Pos
	Name    string
	GID     *uint32
	Members []string
}

// CaseLines are the lines of one section; none where nothing is expected.
type CaseLines struct {
	Pos   Pos
	Lines []CaseLine
}

// CaseLine is one line of a block of text.
type CaseLine struct {
	Pos   Pos
	Text  string   // without blanks around it
	Words []string // quotes included; none for a comment, or an empty line
}

// ParseTests reads one file of tests. Where anything is wrong the error is an
// [Errors] with all of it.
func ParseTests(f PolicyFile) (*Tests, error) {
	root, fault := parseYAML(f)
	if fault != nil {
		fault.Message = strings.ReplaceAll(fault.Message, "rightful: 1", "rightful_test: 1")
		return nil, Errors{fault}
	}
	p := &caseParser{parser: newParser(), lines: lineEnd.Split(string(f.Data), -1)}
	p.file = f.Name
	t := &Tests{Name: f.Name, file: f}
	if p.version(root, "rightful_test") {
		p.tests(t, root)
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	return t, nil
}

// caseParser reads files of tests.
type caseParser struct {
	*parser
	lines []string // of the file
}

func (p *caseParser) tests(t *Tests, root *yaml.Node) {
	var common Case
	var cases *yaml.Node
	fs := p.host(&common)
	fs["rightful_test"] = func(*yaml.Node) {}
	fs["cases"] = func(n *yaml.Node) { cases = n }
	p.mapping("a file of tests", root, fs)
	p.require(root, "cases")
	if cases == nil {
		return
	}
	// Only now is all known that the cases have in common.
	p.entries("cases", cases, func(key, value *yaml.Node) {
		t.Cases = append(t.Cases, p.oneCase(common, key, value))
	})
	if cases.Kind == yaml.MappingNode && len(t.Cases) == 0 {
		p.errorf(cases, "cases: there is none")
	}
}

func (p *caseParser) oneCase(common Case, key, n *yaml.Node) Case {
	c := common
	c.Pos, c.Name, c.node = p.pos(key), key.Value, n
	c.Expect = map[string]*CaseLines{}
	fs := p.host(&c)
	fs["expect"] = func(v *yaml.Node) { p.expect(&c, v) }
	if strings.TrimSpace(c.Name) == "" {
		p.errorf(key, "cases: a name is empty")
	}
	read := p.mapping(show(c.Name), n, fs)
	if c.own != nil {
		c.Accounts = append([]CaseUser{*c.own}, without(c.Accounts, c.own.Name)...)
	}
	if read && len(c.Accounts) == 0 {
		p.errorf(key, "account: missing; every case is about one")
	}
	return c
}

// host is what may stand in a case, and outside of all of them.
func (p *caseParser) host(c *Case) fields {
	return fields{
		"policy": func(n *yaml.Node) { c.Policy, _ = p.word("policy", n) },
		"account": func(n *yaml.Node) {
			if a, ok := p.account(n); ok {
				c.own = &a
			}
		},
		"accounts": func(n *yaml.Node) {
			p.each("accounts", n, func(item *yaml.Node) {
				if a, ok := p.account(item); ok {
					c.Accounts = append(without(c.Accounts, a.Name), a)
				}
			})
		},
		"users":  func(n *yaml.Node) { c.Users = p.users(c.Users, n) },
		"groups": func(n *yaml.Node) { c.Groups = p.groups(c.Groups, n) },
		"vars":   func(n *yaml.Node) { c.Vars = p.scalars(c.Vars, n) },
		"day": func(n *yaml.Node) {
			if day := p.day("day", n); day != (Day{}) {
				c.Day = &day
			}
		},
		"tree": func(n *yaml.Node) { c.Tree = p.tree(c.Tree, n) },
	}
}

// scalars lays the vars of a case over those of its file.
func (p *caseParser) scalars(common map[string]string, n *yaml.Node) map[string]string {
	vars := maps.Clone(common)
	if vars == nil {
		vars = map[string]string{}
	}
	p.entries("vars", n, func(key, value *yaml.Node) {
		if text, ok := p.text(show(key.Value), value); ok {
			vars[key.Value] = text
		}
	})
	return vars
}

func (p *caseParser) expect(c *Case, n *yaml.Node) {
	c.expect = n
	fs := fields{}
	for _, section := range Sections() {
		fs[section] = func(v *yaml.Node) { c.Expect[section] = &CaseLines{p.pos(v), p.section(section, v)} }
	}
	p.mapping("expect", n, fs)
	if c.Expect["errors"] != nil && len(c.Expect) > 1 {
		p.errorf(n, "errors: a policy with errors makes no plan; expect nothing else beside them")
	}
}

// section reads the lines of one.
func (p *caseParser) section(what string, n *yaml.Node) []CaseLine {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		return nil
	}
	return p.block(what, n)
}

// block reads a text line by line, each with its place.
func (p *caseParser) block(what string, n *yaml.Node) []CaseLine {
	text, ok := p.text(what, n)
	if !ok {
		return nil
	}
	first := n.Line + 1
	if n.Style&yaml.LiteralStyle == 0 {
		first = n.Line
		if strings.Contains(text, "\n") || n.Style&yaml.FoldedStyle != 0 {
			p.errorf(n, "%s: want one line, or lines below %s: |", what, what)
			return nil
		}
	}
	var all []CaseLine
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		l := CaseLine{Pos: p.place(first+i, line), Text: strings.TrimSpace(line)}
		var err error
		if l.Words, err = CaseWords(l.Text); err != nil {
			p.errorAt(l.Pos, "%s: %v", what, err)
		}
		all = append(all, l)
	}
	return all
}

// place is where a line of a text begins in its file.
func (p *caseParser) place(line int, text string) Pos {
	pos := Pos{p.file, line, 1}
	if line <= len(p.lines) {
		if before, _, found := strings.Cut(p.lines[line-1], strings.TrimSpace(text)); found {
			pos.Column = len([]rune(before)) + 1
		}
	}
	return pos
}

func without(users []CaseUser, name string) []CaseUser {
	return slices.DeleteFunc(slices.Clone(users), func(u CaseUser) bool { return u.Name == name })
}
