package spec

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// webIdentity is as whom web servers read, where a check does not say.
const webIdentity = "web"

// knownChecks are the programs whose demands can be checked, with the defaults of
// the options that each takes. public_html is where panels put what is served.
func knownChecks() map[string]Check {
	everything, php := []string{"public_html/**"}, []string{"public_html/**/*.php"}
	return map[string]Check{
		"apache":          {Identity: webIdentity, Match: everything, Symlinks: SymlinksFollow, Htaccess: true},
		"nginx":           {Identity: webIdentity, Match: everything, Symlinks: SymlinksFollow},
		"php-fpm":         {Identity: IdentityAccount, Match: php},
		"suexec":          {Match: []string{"public_html/**/*.{cgi,fcgi,pl}"}, Docroot: "/"},
		"suphp":           {Match: php},
		"sshd":            {},
		"sshd-debian":     {},
		"cron":            {},
		"exim-forward":    {},
		"postfix-forward": {},
	}
}

// checks reads a list of names, or of mappings from a name to its options.
func (p *parser) checks(n *yaml.Node) []Check {
	var checks []Check
	first := map[string]Pos{}
	add := func(name, options *yaml.Node) {
		c, known := knownChecks()[name.Value]
		switch earlier, twice := first[name.Value]; {
		case !known:
			p.errorf(name, "checks: unknown check %s%s", show(name.Value), meant(name.Value, slices.Collect(maps.Keys(knownChecks()))))
		case twice:
			p.errorf(name, "checks: %s is given twice, first in line %d", name.Value, earlier.Line)
		default:
			c.Pos, c.Name = p.pos(name), name.Value
			first[c.Name] = c.Pos
			p.checkOptions(&c, options)
			checks = append(checks, c)
		}
	}
	p.oneOrEach("checks", n, func(item *yaml.Node) {
		if item.Kind == yaml.MappingNode {
			p.entries("checks", item, add)
		} else if _, ok := p.word("checks", item); ok {
			add(item, nil)
		}
	})
	return checks
}

// checkOptions puts options over the defaults of c. Nil is none.
func (p *parser) checkOptions(c *Check, options *yaml.Node) {
	fs := fields{}
	if c.Identity != "" {
		fs["identity"] = func(v *yaml.Node) { c.Identity = p.reader(v) }
	}
	if c.Match != nil {
		fs["match"] = func(v *yaml.Node) { c.Match = p.patterns(v, checkGlob) }
	}
	if c.Symlinks != 0 {
		fs["symlinks"] = func(v *yaml.Node) { c.Symlinks = p.symlinks(v) }
	}
	if c.Htaccess {
		fs["htaccess"] = func(v *yaml.Node) {
			yes := p.boolean("htaccess", v)
			c.Htaccess = yes != nil && *yes
		}
	}
	if c.Docroot != "" {
		fs["docroot"] = func(v *yaml.Node) { c.Docroot = p.fixed("docroot", v) }
	}
	if options != nil {
		p.mapping(c.Name, options, fs)
	}
	if c.Identity == webIdentity && (options == nil || !has(options, "identity")) {
		p.servers = append(p.servers, use{c.Pos, c.Name})
	}
}

// reader is the identity of a program; others is not one user.
func (p *parser) reader(n *yaml.Node) string {
	name := p.refer("identity", n)
	if name == IdentityOthers {
		p.errorf(n, "identity: others are many; name the user as whom the program runs")
	}
	return name
}

func (p *parser) symlinks(n *yaml.Node) Symlinks {
	words := map[string]Symlinks{"follow": SymlinksFollow, "owner_match": SymlinksOwner, "refuse": SymlinksRefused}
	word, ok := p.word("symlinks", n)
	s, known := words[word]
	if ok && !known {
		p.errorf(n, "symlinks: unknown value %s; want follow, owner_match or refuse%s", show(word), meant(word, slices.Collect(maps.Keys(words))))
	}
	return s
}

// checkServers misses the identity of web servers only where one is relied on.
func (p *parser) checkServers() {
	if _, defined := p.named[webIdentity]; defined {
		return
	}
	for _, s := range p.servers {
		p.errorAt(s.pos, "checks: %s reads as the identity %s, which the policy does not define; define it, or write %s: {identity: NAME}", s.name, webIdentity, s.name)
	}
}

// foldChecks lets a child say anew what it wants of a check.
func foldChecks(checks, more []Check) []Check {
	for _, c := range more {
		at := slices.IndexFunc(checks, func(have Check) bool { return have.Name == c.Name })
		if at < 0 {
			checks = append(checks, c)
		} else {
			checks[at] = c
		}
	}
	return checks
}

func (b *binder) checks(checks []Check) []Check {
	var bound []Check
	for _, c := range checks {
		if c.Identity != "" {
			c.Who = b.identity(c.Identity)
		}
		c.Match = b.patterns(c.Pos, c.Match, checkGlob)
		bound = append(bound, c)
	}
	return bound
}
