package plan

import (
	"bufio"
	"io"
	"time"
)

// WriteComparisonJSON writes a comparison as one JSON document, in the manner of
// [WriteJSON]; its steps are the same objects. It reads both plans once for each
// of accounts, held, appear, vanish, change and changed_meanwhile that has any.
func WriteComparisonJSON(w io.Writer, c *Comparison) error {
	d := &comparisonDocument{&document{w: bufio.NewWriter(w), p: c.New}, c}
	d.head()
	d.each("accounts", c.AccountsAppear+c.AccountsVanish, ofAccount, d.account)
	d.each("held", c.HeldOtherwise, ofAccount, d.heldPair)
	d.each("appear", c.Appear, appears, func(x *divergence) { d.item(stepDocument(x.new)) })
	d.each("vanish", c.Vanish, vanishes, func(x *divergence) { d.item(stepDocument(x.old)) })
	d.each("change", c.Change, changes, d.stepPair)
	d.each("changed_meanwhile", c.Meanwhile, meanwhile, d.stepPair)
	d.raw("\n}\n")
	if d.err != nil {
		return d.err
	}
	return d.w.Flush()
}

type comparisonDocument struct {
	*document
	c *Comparison
}

type jsonCompared struct {
	Policy  jsonPolicy  `json:"policy"`
	Digest  string      `json:"digest"`
	Summary jsonSummary `json:"summary"`
}

func comparedDocument(p *Plan) jsonCompared {
	return jsonCompared{policyDocument(&p.Header.Policy), p.Digest, summaryDocument(&p.Trailer.Summary, p.Header.Inventory)}
}

type jsonDifferences struct {
	Appear           int64 `json:"appear"`
	Vanish           int64 `json:"vanish"`
	Change           int64 `json:"change"`
	ChangedMeanwhile int64 `json:"changed_meanwhile"`
	InHeldAccounts   int64 `json:"in_held_accounts"`
	AccountsAppear   int64 `json:"accounts_appear"`
	AccountsVanish   int64 `json:"accounts_vanish"`
	AccountsHeld     int64 `json:"accounts_held_otherwise"`
	NotCompared      int64 `json:"accounts_not_compared"`
	AccountsBroken   int64 `json:"accounts_broken"`
}

func (d *comparisonDocument) head() {
	c, h := d.c, &d.c.New.Header
	d.raw("{\"format_version\":\"" + FormatVersion + "\"")
	d.member("created", h.Created.UTC().Format(time.RFC3339))
	d.member("tool_version", jsonText(h.Tool))
	d.member("host", jsonHost{jsonText(h.Host.Name), h.Host.MachineID})
	d.member("root", jsonText(h.Root))
	d.member("narrowed", jsonNarrowed{jsonTexts(h.Accounts), jsonTexts(h.Paths)})
	d.member("old", comparedDocument(c.Old))
	d.member("new", comparedDocument(c.New))
	d.member("same", c.Same())
	d.member("complete", c.Old.Trailer.Summary.Incomplete+c.New.Trailer.Summary.Incomplete == 0)
	d.member("differences", jsonDifferences{
		c.Appear, c.Vanish, c.Change, c.Meanwhile, c.InHeld,
		c.AccountsAppear, c.AccountsVanish, c.HeldOtherwise, c.NotCompared, c.Breaks,
	})
	d.member("access", accessPairDocuments(c.Access))
	d.member("limits", verdictPairDocuments(c.Limits))
	d.member("account_limits", limitPairDocuments(c.Rules))
	d.member("problems", problemPairDocuments(c.Problems))
}

// each writes what item makes of the differences of one kind.
func (d *comparisonDocument) each(name string, n int64, kind divergenceKind, item func(*divergence)) {
	d.key(name)
	d.raw("[")
	d.items = 0
	if n > 0 && d.err == nil {
		for x, err := range d.c.divergences() {
			if err != nil {
				d.err = err
			} else if x.kind == kind {
				item(&x)
			}
			if d.err != nil {
				return
			}
		}
	}
	d.raw("]")
}

// account names one that only one of the policies selects.
func (d *comparisonDocument) account(x *divergence) {
	type onlyIn struct {
		Account string `json:"account"`
		OnlyIn  string `json:"only_in"`
	}
	switch {
	case x.old.Account == nil:
		d.item(onlyIn{jsonText(x.new.Account.Name), "new"})
	case x.new.Account == nil:
		d.item(onlyIn{jsonText(x.old.Account.Name), "old"})
	}
}

type jsonReason struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (d *comparisonDocument) heldPair(x *divergence) {
	if !x.heldOtherwise() {
		return
	}
	a := x.new.Account
	if a == nil {
		a = x.old.Account
	}
	old, new := x.held()
	d.item(struct {
		Account string       `json:"account"`
		Old     []jsonReason `json:"old"`
		New     []jsonReason `json:"new"`
	}{jsonText(a.Name), reasonDocuments(old), reasonDocuments(new)})
}

func reasonDocuments(held []Held) []jsonReason {
	all := make([]jsonReason, len(held))
	for i, h := range held {
		all[i] = jsonReason{jsonText(h.Reason), jsonText(h.Message)}
	}
	return all
}

func (d *comparisonDocument) stepPair(x *divergence) {
	d.item(struct {
		Old jsonStep `json:"old"`
		New jsonStep `json:"new"`
	}{stepDocument(x.old), stepDocument(x.new)})
}
