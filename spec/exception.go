package spec

import (
	"strings"

	"gopkg.in/yaml.v3"
)

func (p *parser) exception(n *yaml.Node) {
	e := Exception{Pos: p.pos(n)}
	if !p.mapping("exceptions", n, fields{
		"account": func(v *yaml.Node) { e.Account = p.accountName("account", v) },
		"until":   func(v *yaml.Node) { e.Until = p.day("until", v) },
		"reason":  func(v *yaml.Node) { e.Reason = p.reason(v) },
		"rules":   func(v *yaml.Node) { e.Rules = p.rules(v, KindException) },
	}) {
		return
	}
	p.require(n, "account", "until", "reason", "rules")
	p.policy.Exceptions = append(p.policy.Exceptions, e)
}

func (p *parser) day(what string, n *yaml.Node) Day {
	text, ok := p.word(what, n)
	if !ok {
		return Day{}
	}
	day, err := ParseDay(text)
	if err != nil {
		p.errorf(n, "%s: %v", what, err)
	}
	return day
}

func (p *parser) reason(n *yaml.Node) string {
	text, ok := p.text("reason", n)
	if ok && strings.TrimSpace(text) == "" {
		p.errorf(n, "reason: is empty; say why this account is an exception")
	}
	return text
}

// ExpiredExceptions returns an error for each exception whose day has passed.
func (p *Policy) ExpiredExceptions(day Day) []*Error {
	var errs Errors
	for _, e := range p.Exceptions {
		if day.After(e.Until) {
			errs = append(errs, &Error{e.Pos, "the exception of " + show(e.Account) + " ended on " + e.Until.String() + "; take it out, or give it another day"})
		}
	}
	return errs.sorted()
}
