package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Verdict is a limit held against what a plan or a selection would do.
type Verdict struct {
	Limit    Limit
	Account  string // for account limits
	Base     int64
	Used     int64
	Allowed  int64 // -1: unlimited
	Exceeded bool
	// Override is the number that somebody allowed instead, nil for none.
	Override *int64
	// Detail says what the objects are, where a number alone would make somebody
	// guess. It is printable.
	Detail string
}

func judge(l Limit, account string, base, used int64, override *int64) Verdict {
	v := Verdict{Limit: l, Account: account, Base: base, Used: used, Override: override}
	allowed, unlimited := l.Allowed(base)
	if override != nil {
		allowed, unlimited = *override, false
	}
	if unlimited {
		v.Allowed = -1
		return v
	}
	v.Allowed = allowed
	v.Exceeded = used > allowed
	return v
}

// Name is the limit's, with the account where it is one account's:
// account.remove[bob].
func (v Verdict) Name() string {
	if v.Account == "" {
		return v.Limit.Name
	}
	return v.Limit.Name + "[" + v.Account + "]"
}

// Rule says how the limit came to its number.
func (v Verdict) Rule() string {
	if v.Override != nil {
		return "override of " + v.Limit.Rule(v.Base)
	}
	return v.Limit.Rule(v.Base)
}

// Source is where the rule stands: file:line or default.
func (v Verdict) Source() string {
	if v.Override == nil && v.Limit.cut(v.Base) {
		return v.Limit.Ceiling.Source
	}
	return v.Limit.Source
}

// AllowedText is the number, or unlimited.
func (v Verdict) AllowedText() string {
	if v.Allowed < 0 {
		return "unlimited"
	}
	return strconv.FormatInt(v.Allowed, 10)
}

func (v Verdict) String() string {
	s := fmt.Sprintf("%s: %d used, %s allowed (%s; %s)", Printable(v.Name()), v.Used, v.AllowedText(), v.Rule(), Printable(v.Source()))
	if v.Detail != "" {
		s += "; " + v.Detail
	}
	return s
}

// LimitError is every limit that is exceeded.
type LimitError struct {
	Verdicts []Verdict
}

func (e *LimitError) Error() string {
	lines := make([]string, len(e.Verdicts))
	for i, v := range e.Verdicts {
		lines[i] = v.String()
	}
	return "over the limits: " + strings.Join(lines, "\n")
}

// exceeded is nil if every verdict is within its limit.
func exceeded(verdicts []Verdict) error {
	var over []Verdict
	for _, v := range verdicts {
		if v.Exceeded {
			over = append(over, v)
		}
	}
	if over == nil {
		return nil
	}
	return &LimitError{over}
}

// use is what a whole run, or one account of it, would do.
type use struct {
	accounts, held, broken int64
	tally                  Tally
	access                 []Access // of one account
	checks                 []Check
}

// of is the use of what a limit's name says after its dot.
func (u *use) of(key string) int64 {
	switch key {
	case "accounts":
		return u.accounts
	case "held":
		return u.held
	case "steps":
		return u.tally.Steps
	case "access_broken":
		return u.broken
	}
	class, err := ParseClass(key)
	for i, n := range u.tally.byClass() {
		if err == nil && class == 1<<i {
			return *n
		}
	}
	return 0
}

// judgeRun holds the limits on a run against its use, in the order of limits.
func judgeRun(limits []Limit, inventory int64, u *use, o Overrides) []Verdict {
	return judgeAll(limits, "run.", "", inventory, u, o)
}

// judgeAccount does so for one account's limits and its managed entries.
func judgeAccount(limits []Limit, a *Account, u *use, o Overrides) []Verdict {
	return judgeAll(limits, "account.", a.Name, a.Managed, u, o)
}

func judgeAll(limits []Limit, prefix, account string, base int64, u *use, o Overrides) []Verdict {
	var verdicts []Verdict
	for _, l := range limits {
		if key, ok := strings.CutPrefix(l.Name, prefix); ok {
			v := judge(l, account, base, u.of(key), o.find(l.Name, account))
			if v.Exceeded && key == "access_broken" {
				v.Detail = whatBreaks(u.access, u.checks)
			}
			verdicts = append(verdicts, v)
		}
	}
	return verdicts
}

// heldByLimits are the reasons that an account's limits give to hold it.
func heldByLimits(limits []Limit, a *Account) []Held {
	var held []Held
	for _, v := range judgeAccount(limits, a, &use{tally: a.Tally, broken: a.AccessBroken, access: a.Access, checks: a.Checks}, nil) {
		if v.Exceeded {
			held = append(held, Held{Reason: v.Limit.Name, Message: v.String()})
		}
	}
	// In the order of an account's reasons, which is not that of the limits.
	slices.SortFunc(held, func(a, b Held) int { return strings.Compare(a.Reason, b.Reason) })
	return held
}

// byLimit reports whether the reason is an account limit, so that an override
// can lift it.
func (h Held) byLimit() bool { return strings.HasPrefix(h.Reason, "account.") }
