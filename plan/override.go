package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// Override allows another number than a limit does, once. Account is set for
// account limits and for no other.
type Override struct {
	Limit   string
	Account string
	Allowed int64
}

// Overrides are those of one approval, no two for the same limit.
type Overrides []Override

// ParseOverride reads run.accounts=215 and account.remove[bob]=3.
func ParseOverride(text string) (Override, error) {
	name, number, found := strings.Cut(text, "=")
	if i := strings.LastIndex(text, "]="); i >= 0 { // a name may hold a =
		name, number = text[:i+1], text[i+2:]
	}
	allowed, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || allowed < 0 {
		return Override{}, fmt.Errorf("%s: not an override, as in run.accounts=215 or account.remove[bob]=3", Quote(text))
	}
	o := Override{Limit: name, Allowed: allowed}
	if limit, account, ok := strings.Cut(name, "["); ok && strings.HasSuffix(account, "]") {
		o.Limit, o.Account = limit, account[:len(account)-1]
	}
	if limitRank(o.Limit) < 0 || strings.HasPrefix(o.Limit, "account.") != (o.Account != "") {
		return Override{}, fmt.Errorf("%s: not a limit of a run or of one account", Quote(name))
	}
	return o, nil
}

// String is what ParseOverride reads.
func (o Override) String() string { return o.name() + "=" + strconv.FormatInt(o.Allowed, 10) }

func (o Override) name() string {
	return Verdict{Limit: Limit{Name: o.Limit}, Account: o.Account}.Name()
}

// find is the number allowed instead, or nil.
func (o Overrides) find(limit, account string) *int64 {
	for i := range o {
		if o[i].Limit == limit && o[i].Account == account {
			return &o[i].Allowed
		}
	}
	return nil
}

// lifts reports whether every reason to hold the account is a limit with an
// override. Whether the number is enough is judged with the rest.
func (o Overrides) lifts(a *Account) bool {
	for _, h := range a.Held {
		if !h.byLimit() || o.find(h.Reason, a.Name) == nil {
			return false
		}
	}
	return true
}

// OverrideError is an override that cannot be given.
type OverrideError struct {
	Override Override
	What     string
}

func (e *OverrideError) Error() string { return Printable(e.Override.String()) + ": " + e.What }

// check holds overrides against the limits that they name. What they are used
// for is in the verdicts; one that appears in none names no account of the
// plan.
func (o Overrides) check(verdicts []Verdict) error {
	for i, one := range o {
		if limitRank(one.Limit) < 0 || one.Allowed < 0 || o[:i].find(one.Limit, one.Account) != nil {
			return &OverrideError{one, "no such limit, or given twice"}
		}
		var v *Verdict
		for j := range verdicts {
			if verdicts[j].Limit.Name == one.Limit && verdicts[j].Account == one.Account {
				v = &verdicts[j]
			}
		}
		if v == nil {
			return &OverrideError{one, "no such limit in this plan, or nothing of the account is selected"}
		}
		if err := one.within(v); err != nil {
			return err
		}
	}
	return nil
}

// within refuses more than the host allows and less than is used.
func (o Override) within(v *Verdict) error {
	if c := v.Limit.Ceiling; c != nil {
		if top, open := c.Allowed(v.Base); !open && o.Allowed > top {
			return &OverrideError{o, fmt.Sprintf("the host allows no more than %d (%s; %s)", top, c.Rule(v.Base), Printable(c.Source))}
		}
	}
	if o.Allowed < v.Used {
		return &OverrideError{o, fmt.Sprintf("the selection uses %d", v.Used)}
	}
	return nil
}
