package plan

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ApprovalVersion is that of the approval file.
const ApprovalVersion = 1

// Approval says who allowed which steps of which plan, and until when.
type Approval struct {
	Plan      string // the plan's digest: another plan that does the same is as good
	File      string // the sum of the file that was looked at
	Selection Selection
	// The IDs that the selection's prefixes meant, in its order.
	Groups, Steps, ExceptGroups, ExceptSteps []ID

	By        string
	At        time.Time
	Expires   time.Time
	Overrides Overrides
	Reason    string
	Effects   []Effect // of the accounts that the selection splits

	// What it takes, so that a reader need not have the plan.
	Count    int64 // steps
	Accounts int64
	Tally    Tally
}

// ApprovalFault says why an approval is worth nothing.
type ApprovalFault string

const (
	ApprovalMissing ApprovalFault = "missing"
	ApprovalDamaged ApprovalFault = "damaged"
	ApprovalExpired ApprovalFault = "expired"
	ApprovalForeign ApprovalFault = "for another plan"
)

// ApprovalError is an approval that does not count.
type ApprovalError struct {
	Fault ApprovalFault
	What  string
}

func (e *ApprovalError) Error() string {
	if e.What == "" {
		return "approval: " + string(e.Fault)
	}
	return "approval: " + string(e.Fault) + ": " + e.What
}

// Approve allows the steps of a selection, until expires, in the name of who.
// Everything is judged over the whole selection before it returns: limits with a
// [*LimitError] that has every breach, steps that need others with a
// [*NeedsError], overrides with an [*OverrideError], and a selection that splits
// accounts with expectations with a [*SplitError], unless effects has what
// walking each of them again has found.
func Approve(p *Plan, s Selection, o Overrides, who string, now, expires time.Time, reason string, effects ...Effect) (*Approval, error) {
	if err := p.Header.Applyable(); err != nil {
		return nil, err
	}
	switch {
	case who == "":
		return nil, errors.New("approval: by nobody")
	case !expires.After(now):
		return nil, fmt.Errorf("approval: would have expired at %s", expires.UTC().Format(time.RFC3339))
	case len(o) > 0 && strings.TrimSpace(reason) == "":
		return nil, &OverrideError{o[0], "an override needs a reason"}
	}
	a := &Approval{
		Plan: p.Digest, File: p.File, Selection: s, By: who, At: now.UTC(), Expires: expires.UTC(),
		Overrides: o, Reason: reason, Effects: effects,
	}
	if err := a.resolve(p); err != nil {
		return nil, err
	}
	selected, err := p.judge(a)
	if err != nil {
		return nil, err
	}
	a.Count, a.Accounts, a.Tally = selected.Steps, selected.Accounts, selected.Tally
	return a, nil
}

func (a *Approval) resolve(p *Plan) error {
	r, err := a.Selection.resolve(p)
	if err != nil {
		return err
	}
	a.Groups, a.Steps = r.groups, r.steps
	if a.Selection.Except == nil {
		return nil
	}
	r, err = a.Selection.Except.resolve(p)
	a.ExceptGroups, a.ExceptSteps = r.groups, r.steps
	return err
}

// Check says what an approval allows of a plan now. It believes nothing that
// the approval counts: the selection, its needs and the limits are judged again.
func (a *Approval) Check(p *Plan, now time.Time) (*Selected, error) {
	if err := p.Header.Applyable(); err != nil {
		return nil, err
	}
	switch {
	case a.Plan != p.Digest:
		return nil, &ApprovalError{ApprovalForeign, fmt.Sprintf("it is for %s, this is %s", Printable(a.Plan), p.Digest)}
	case !now.Before(a.Expires):
		return nil, &ApprovalError{ApprovalExpired, "at " + a.Expires.Format(time.RFC3339)}
	case a.By == "" || len(a.Overrides) > 0 && strings.TrimSpace(a.Reason) == "":
		return nil, &ApprovalError{ApprovalDamaged, "without a name, or an override without a reason"}
	}
	selected, err := p.judge(a)
	if err != nil {
		return nil, err
	}
	if a.Count != selected.Steps || a.Accounts != selected.Accounts || a.Tally != selected.Tally {
		return nil, &ApprovalError{ApprovalDamaged, "it does not count what it selects"}
	}
	return selected, nil
}

// WriteTo writes the approval: one line, and one with its sum.
func (a *Approval) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(a.encode())
	return int64(n), err
}

func (a *Approval) encode() []byte {
	var c codec
	a.wire(&c)
	c.literal("\n")
	h := sha256.New()
	h.Write(c.out)
	return append(c.out, `{"sum":"`+sumText(h)+"\"}\n"...)
}

// ReadApproval reads what WriteTo wrote and refuses everything else with an
// [*ApprovalError].
func ReadApproval(r io.Reader) (*Approval, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxLine+1))
	if err != nil {
		return nil, &ApprovalError{ApprovalDamaged, err.Error()}
	}
	line, _, found := strings.Cut(string(data), "\n")
	if !found || len(data) > maxLine {
		return nil, &ApprovalError{ApprovalDamaged, "no approval, or too long for one"}
	}
	a := new(Approval)
	c := newReader(line)
	a.wire(c)
	if err := c.end(); err != nil {
		return nil, &ApprovalError{ApprovalDamaged, c.what}
	}
	if string(a.encode()) != string(data) {
		return nil, &ApprovalError{ApprovalDamaged, "the sum does not match: it was damaged or changed by hand"}
	}
	return a, nil
}

func (a *Approval) wire(c *codec) {
	c.literal(`{"approval":{`)
	c.format(ApprovalVersion)
	c.text("plan", &a.Plan)
	c.text("file", &a.File)
	c.must("selection")
	a.Selection.wire(c)
	items(c, "groups", &a.Groups, idItem)
	items(c, "steps", &a.Steps, idItem)
	items(c, "except_groups", &a.ExceptGroups, idItem)
	items(c, "except_steps", &a.ExceptSteps, idItem)
	c.text("by", &a.By)
	c.time("at", &a.At)
	c.time("expires", &a.Expires)
	overrides := []Override(a.Overrides)
	items(c, "overrides", &overrides, (*Override).wire)
	a.Overrides = overrides
	c.text("reason", &a.Reason)
	items(c, "effects", &a.Effects, (*Effect).wire)
	num(c, "count", &a.Count)
	num(c, "accounts", &a.Accounts)
	c.must("tally")
	a.Tally.wire(c)
	c.literal(`}}`)
}

func (s *Selection) wire(c *codec) {
	c.literal("{")
	s.wireParts(c)
	if c.key("except", s.Except != nil) {
		if c.reading {
			s.Except = new(Selection)
		}
		c.literal("{")
		s.Except.wireParts(c)
		c.literal("}")
	}
	c.literal("}")
}

func (s *Selection) wireParts(c *codec) {
	c.flag("all", &s.All)
	items(c, "accounts", &s.Accounts, textItem)
	items(c, "groups", &s.Groups, textItem)
	setOf(c, "classes", &s.Classes, classNames[:])
	items(c, "steps", &s.Steps, textItem)
	items(c, "paths", &s.Paths, textItem)
}

func (o *Override) wire(c *codec) {
	c.literal("{")
	c.text("limit", &o.Limit)
	c.text("account", &o.Account)
	mustNum(c, "allowed", &o.Allowed)
	c.literal("}")
}

func (e *Effect) wire(c *codec) {
	c.literal("{")
	c.text("account", &e.Account)
	mustNum(c, "access_broken", &e.AccessBroken)
	items(c, "access", &e.Access, (*Access).wire)
	items(c, "checks", &e.Checks, (*Check).wire)
	c.literal("}")
}
