package spec

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

// maxID is the largest uid or gid: the kernel takes the next one for "no
// change".
const maxID = 1<<32 - 2

// Path is the path that keeps an account out of the inventory while it exists.
func (s SkipWhen) Path(account string) string {
	return strings.ReplaceAll(s.Exists, "${account}", account)
}

// source reads one item of accounts.
func (p *parser) source(n *yaml.Node) {
	s := Source{Pos: p.pos(n)}
	kinds := 0
	of := func(kind SourceKind, read func(*Source, *yaml.Node)) func(*yaml.Node) {
		return func(v *yaml.Node) {
			kinds++
			s.Kind = kind
			read(&s, v)
		}
	}
	if !p.mapping("accounts", n, fields{
		"passwd":  of(SourcePasswd, p.selection),
		"getent":  of(SourceGetent, p.selection),
		"list":    of(SourceList, p.list),
		"profile": func(v *yaml.Node) { s.Profile = p.follow(v) },
		"vars":    func(v *yaml.Node) { s.Vars = p.localVars(v) },
	}) {
		return
	}
	p.require(n, "profile")
	if kinds != 1 {
		p.errorf(n, "accounts: want exactly one of passwd, getent and list in each item")
	}
	p.policy.Sources = append(p.policy.Sources, s)
}

func (p *parser) follow(n *yaml.Node) string {
	name, ok := p.word("profile", n)
	if ok {
		p.follows = append(p.follows, use{p.pos(n), name})
	}
	return name
}

// selection reads which users of a user database are accounts. What is not
// given does not select; but one of both must, or every daemon would be one.
func (p *parser) selection(s *Source, n *yaml.Node) {
	s.UIDMin, s.UIDMax, s.Home = 1, maxID, "/**"
	if !p.mapping("accounts", n, fields{
		"uid":  func(v *yaml.Node) { s.UIDMin, s.UIDMax = p.uidRange(v) },
		"home": func(v *yaml.Node) { s.Home = p.homePattern(v) },
	}) {
		return
	}
	if !has(n, "uid") && !has(n, "home") {
		p.errorf(n, "accounts: want uid, home or both, or every user of the host would be selected")
	}
}

func (p *parser) uidRange(n *yaml.Node) (low, high uint32) {
	text, ok := p.word("uid", n)
	if !ok {
		return 0, 0
	}
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	low, lowOK := parseID(from)
	high, highOK := parseID(to)
	switch {
	case !lowOK || !highOK:
		p.errorf(n, "uid: %s is not a range of user ids; write it like 1000-59999", show(text))
	case low == 0:
		p.errorf(n, "uid: uid 0 is never an account; begin the range at 1 or above")
	case low > high:
		p.errorf(n, "uid: %s ends before it begins", show(text))
	}
	return low, high
}

func parseID(text string) (uint32, bool) {
	id, err := strconv.ParseUint(text, 10, 32)
	return uint32(id), err == nil && digits(text) && id <= maxID
}

func (p *parser) homePattern(n *yaml.Node) string {
	text, ok := p.word("home", n)
	if ok {
		if err := checkAbsolute(text); err != nil {
			p.errorf(n, "home: %v", err)
		} else if !doublestar.ValidatePattern(text) {
			p.errorf(n, "home: %s is not a pattern: a bracket, a brace or a backslash has no partner", show(text))
		}
	}
	return text
}

// list reads accounts that are written down.
func (p *parser) list(s *Source, n *yaml.Node) {
	p.each("list", n, func(item *yaml.Node) {
		if l, ok := p.listedAccount(item); ok {
			s.Listed = append(s.Listed, l)
		}
	})
}

func (p *parser) listedAccount(n *yaml.Node) (Listed, bool) {
	l := Listed{Pos: p.pos(n)}
	ok := p.mapping("list", n, fields{
		"name": func(v *yaml.Node) { l.Name = p.accountName("name", v) },
		"home": func(v *yaml.Node) { l.Home = p.absolute("home", v) },
		"uid":  func(v *yaml.Node) { l.UID = p.id("uid", v, 1) },
		"gid":  func(v *yaml.Node) { l.GID = p.id("gid", v, 0) },
		"vars": func(v *yaml.Node) { l.Vars = p.localVars(v) },
	})
	if !ok {
		return l, false
	}
	p.require(n, "name")
	if l.Name != "" {
		p.once(p.listed, l.Name, n, "account")
	}
	return l, true
}

// once notes a second definition of name, with the place of the first.
func (p *parser) once(seen map[string]Pos, name string, n *yaml.Node, kind string) bool {
	if first, twice := seen[name]; twice {
		p.errorf(n, "%s %s is defined twice, first at %s", kind, show(name), first)
		return false
	}
	seen[name] = p.pos(n)
	return true
}

func (p *parser) accountName(what string, n *yaml.Node) string {
	name, ok := p.word(what, n)
	if ok {
		if err := checkName(name); err != nil {
			p.errorf(n, "%s: %v", what, err)
		}
	}
	return name
}

func (p *parser) absolute(what string, n *yaml.Node) string {
	text, ok := p.word(what, n)
	if ok {
		if err := checkAbsolute(text); err != nil {
			p.errorf(n, "%s: %v", what, err)
		}
	}
	return text
}

func (p *parser) id(what string, n *yaml.Node, low uint32) *uint32 {
	v, ok := number(n, maxID)
	if !ok || uint32(v) < low {
		p.errorf(n, "%s: want a number from %d to %d, found %s", what, low, maxID, describe(n))
		return nil
	}
	id := uint32(v)
	return &id
}

// exclude reads a pattern over account names.
func (p *parser) exclude(n *yaml.Node) {
	text, ok := p.word("exclude", n)
	switch {
	case !ok:
	case strings.Contains(text, "/"):
		p.errorf(n, "exclude: %s has a slash; write patterns of account names", show(text))
	case !doublestar.ValidatePattern(text):
		p.errorf(n, "exclude: %s is not a pattern: a bracket, a brace or a backslash has no partner", show(text))
	default:
		p.policy.Exclude = append(p.policy.Exclude, Exclude{p.pos(n), text})
	}
}

func (p *parser) skipWhen(n *yaml.Node) {
	s := SkipWhen{Pos: p.pos(n)}
	if !p.mapping("skip_when", n, fields{"exists": func(v *yaml.Node) { s.Exists = p.absolute("exists", v) }}) {
		return
	}
	p.require(n, "exists")
	if strings.Contains(strings.ReplaceAll(s.Exists, "${account}", ""), "${") {
		p.errorf(n, "exists: only ${account} can be used here")
	}
	p.policy.SkipWhen = append(p.policy.SkipWhen, s)
}

// checkAbsolute demands the one spelling that an absolute path has.
func checkAbsolute(text string) error {
	switch {
	case !strings.HasPrefix(text, "/"):
		return fmt.Errorf("%s is not an absolute path", show(text))
	case strings.Contains(text, "\x00"):
		return fmt.Errorf("%s has a NUL byte", show(text))
	case path.Clean(text) != text:
		return fmt.Errorf("%s has a .. or a part too many; write %s", show(text), show(path.Clean(text)))
	}
	return nil
}
