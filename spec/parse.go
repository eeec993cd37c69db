package spec

import (
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// PolicyFile is one file of a policy, already read.
type PolicyFile struct {
	Name string
	Data []byte
}

// parser gathers what the files of one policy say. Its methods take a node,
// note what is wrong with it, and return what could be understood.
type parser struct {
	file   string // the one that is being read
	errs   Errors
	policy *Policy

	vars   map[string]Pos // where each was defined, by name
	limits map[string]Pos
	listed map[string]Pos
	named  map[string]Pos // identities

	// defined has every profile, drafts those that could be read.
	defined map[string]Pos
	drafts  map[string]*draft

	variables map[string]bool // every name that some part of the policy defines
	uses      []use           // of variables
	follows   []use           // of profiles, by sources
	speaksOf  []use           // of identities
	servers   []use           // checks that leave it to [webIdentity] who they are
}

// use is a name that needs a definition; all of these are known only after the
// last file.
type use struct {
	pos  Pos
	name string
}

func newParser() *parser {
	p := &parser{
		policy:    &Policy{Vars: map[string]Value{}, Identities: map[string]*Identity{}, Profiles: map[string]*Profile{}},
		vars:      map[string]Pos{},
		limits:    map[string]Pos{},
		listed:    map[string]Pos{},
		named:     map[string]Pos{},
		defined:   map[string]Pos{},
		drafts:    map[string]*draft{},
		variables: map[string]bool{},
	}
	for name := range builtins(Account{}) {
		p.variables[name] = true
	}
	return p
}

// Parse makes one policy of several files, which come in bytewise order of their
// paths. vars replace scalar variables of the policy, as -var K=V asks. Where
// anything is wrong the error is an [Errors] with all of it.
func Parse(files []PolicyFile, vars map[string]string) (*Policy, error) {
	if len(files) == 0 {
		return nil, Errors{{Pos{File: "policy", Line: 1, Column: 1}, "there is no policy file"}}
	}
	p := newParser()
	p.policy.Name = files[0].Name
	readable := true
	for _, f := range files {
		readable = p.read(f, p.document()) && readable
	}
	// What an unreadable file would have defined is not missing elsewhere.
	if readable {
		p.override(vars)
		p.link()
	}
	if len(p.errs) > 0 {
		return nil, p.errs.sorted()
	}
	return p.policy, nil
}

// document says what may stand in a policy file.
func (p *parser) document() fields {
	return fields{
		"vars":       p.policyVars,
		"accounts":   func(n *yaml.Node) { p.each("accounts", n, p.source) },
		"exclude":    func(n *yaml.Node) { p.each("exclude", n, p.exclude) },
		"skip_when":  func(n *yaml.Node) { p.each("skip_when", n, p.skipWhen) },
		"profiles":   p.profiles,
		"exceptions": func(n *yaml.Node) { p.each("exceptions", n, p.exception) },
		"limits":     p.limitScopes,
		"identities": p.identities,
	}
}

// read decodes one file and reports whether all of it could be looked at.
func (p *parser) read(f PolicyFile, document fields) bool {
	p.file = f.Name
	root, err := parseYAML(f)
	if err != nil {
		p.errs = append(p.errs, err)
		return false
	}
	if !p.version(root, "rightful") {
		return false
	}
	p.policy.Ignores = append(p.policy.Ignores, ignores(f, root)...)
	document["rightful"] = func(*yaml.Node) {}
	p.mapping("a policy file", root, document)
	return true
}

// version comes before all else: of another version's words nothing can be said.
func (p *parser) version(root *yaml.Node, key string) bool {
	if root.Kind != yaml.MappingNode {
		p.errorf(root, "want a mapping that begins with %s: 1, found %s", key, describe(root))
		return false
	}
	for i := 0; i < len(root.Content); i += 2 {
		if root.Content[i].Value != key {
			continue
		}
		v := root.Content[i+1]
		if v.Value != "1" || v.Tag != "!!int" {
			p.errorf(v, "%s: found %s; this program reads version 1 of the language, written %[1]s: 1", key, describe(v))
			return false
		}
		return true
	}
	p.errorf(root, "%s: missing; begin the file with %[1]s: 1", key)
	return false
}

// override applies -var.
func (p *parser) override(vars map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		old, ok := p.policy.Vars[name]
		switch {
		case !ok:
			known := slices.Collect(maps.Keys(p.policy.Vars))
			p.errs = append(p.errs, &Error{Pos{File: "-var"}, fmt.Sprintf("%s: no vars: of the policy defines it%s", show(name), meant(name, known))})
		case old.List:
			p.errs = append(p.errs, &Error{p.vars[name], fmt.Sprintf("%s: -var replaces scalars only, and this is a list", name)})
		default:
			p.policy.Vars[name] = Value{Items: []string{vars[name]}}
		}
	}
}

// link checks what one part of the policy says about another.
func (p *parser) link() {
	p.foldProfiles()
	p.undefined("profile", p.follows, slices.Sorted(maps.Keys(p.defined)))
	p.undefined("variable", p.uses, slices.Sorted(maps.Keys(p.variables)))
	p.undefined("identity", p.speaksOf, p.identityNames())
	p.checkServers()
}

func (p *parser) undefined(kind string, uses []use, known []string) {
	for _, u := range uses {
		if _, found := slices.BinarySearch(known, u.name); !found {
			p.errorAt(u.pos, "unknown %s %s%s", kind, show(u.name), meant(u.name, known))
		}
	}
}

func (p *parser) errorf(n *yaml.Node, format string, args ...any) {
	p.errorAt(p.pos(n), format, args...)
}

func (p *parser) errorAt(pos Pos, format string, args ...any) {
	p.errs = append(p.errs, &Error{pos, fmt.Sprintf(format, args...)})
}

func (p *parser) pos(n *yaml.Node) Pos { return Pos{p.file, max(n.Line, 1), max(n.Column, 1)} }
