package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limit is how much of one kind may change at once: at most
// min(Count, max(AtLeast, floor(Percent x base / 100))); parts that are nil
// drop out, and a limit without parts allows everything.
type Limit struct {
	Name      string // run.accounts, account.remove ...
	Percent   *int
	AtLeast   *int
	Count     *int
	Unlimited bool
	Source    string // file:line, or "default"
	// Ceiling is the host's own limit of the same name: whatever the policy or
	// an override says, no more than this.
	Ceiling *Limit
}

// limitNames are all there are, in the order in which they are shown.
var limitNames = [...]string{
	"run.accounts", "run.held",
	"run.steps", "run.add", "run.tighten", "run.loosen", "run.chown", "run.take", "run.remove", "run.access_broken",
	"account.steps", "account.add", "account.tighten", "account.loosen", "account.chown", "account.take", "account.remove", "account.access_broken",
}

// DefaultLimits are those of a policy that says nothing.
func DefaultLimits() []Limit {
	of := func(n int) *int { return &n }
	return []Limit{
		{Name: "run.accounts", Percent: of(20), AtLeast: of(5), Source: "default"},
		{Name: "run.held", Percent: of(5), AtLeast: of(3), Source: "default"},
		{Name: "account.remove", Count: of(0), Source: "default"},
		{Name: "account.access_broken", Count: of(0), Source: "default"},
	}
}

// Allowed is the most that may change where base is the number of accounts, or
// of an account's managed entries; or unlimited. The ceiling has its say.
func (l Limit) Allowed(base int64) (allowed int64, unlimited bool) {
	if l.cut(base) {
		return l.Ceiling.own(base)
	}
	return l.own(base)
}

func (l Limit) own(base int64) (allowed int64, unlimited bool) {
	switch {
	case l.Unlimited || l.Percent == nil && l.AtLeast == nil && l.Count == nil:
		return 0, true
	case l.Percent == nil && l.AtLeast == nil:
		return int64(*l.Count), false
	}
	if l.Percent != nil {
		allowed = percentOf(*l.Percent, base)
	}
	allowed = max(allowed, l.atLeast())
	if l.Count != nil {
		allowed = min(allowed, int64(*l.Count))
	}
	return allowed, false
}

// atLeast is 1 for a percentage that says nothing else: a limit that lets
// nothing through in a small set would be lifted, not kept. Zero percent means
// none.
func (l Limit) atLeast() int64 {
	switch {
	case l.AtLeast != nil:
		return int64(*l.AtLeast)
	case *l.Percent == 0:
		return 0
	}
	return 1
}

// percentOf is floor(percent x base / 100) for every base.
func percentOf(percent int, base int64) int64 {
	return base/100*int64(percent) + base%100*int64(percent)/100
}

// Rule says how the limit comes to its number, as in "20% of 3 is 0, at least 5".
func (l Limit) Rule(base int64) string {
	if l.cut(base) {
		return l.Ceiling.ownRule(base) + ", the host's ceiling"
	}
	return l.ownRule(base)
}

// cut reports whether it is the ceiling that decides.
func (l Limit) cut(base int64) bool {
	if l.Ceiling == nil {
		return false
	}
	allowed, unlimited := l.own(base)
	top, open := l.Ceiling.own(base)
	return !open && (unlimited || top < allowed)
}

func (l Limit) ownRule(base int64) string {
	var parts []string
	if _, unlimited := l.own(base); unlimited {
		return "unlimited"
	}
	if l.Percent != nil {
		parts = append(parts, fmt.Sprintf("%d%% of %d is %d", *l.Percent, base, percentOf(*l.Percent, base)))
	}
	if l.AtLeast != nil || l.Percent != nil && l.atLeast() > 0 {
		parts = append(parts, "at least "+strconv.FormatInt(l.atLeast(), 10))
	}
	switch {
	case l.Count != nil && len(parts) > 0:
		parts = append(parts, "at most "+strconv.Itoa(*l.Count))
	case l.Count != nil:
		parts = append(parts, "count "+strconv.Itoa(*l.Count))
	}
	return strings.Join(parts, ", ")
}

// Merge lays the policy's limits over the defaults, by name, and puts the
// host's ceiling over both. A ceiling that nothing else names is a limit by
// itself. The result is in the order in which limits are shown.
func Merge(defaults, policy, ceiling []Limit) ([]Limit, error) {
	byName := make(map[string]Limit)
	for _, l := range slices.Concat(defaults, policy) {
		byName[l.Name] = l
	}
	for _, l := range ceiling {
		own, ok := byName[l.Name]
		if !ok {
			own = l
		}
		own.Ceiling = &l
		byName[l.Name] = own
	}
	merged := make([]Limit, 0, len(byName))
	for _, l := range byName {
		merged = append(merged, l)
	}
	slices.SortFunc(merged, func(a, b Limit) int {
		return cmp.Or(cmp.Compare(limitRank(a.Name), limitRank(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return merged, checkLimits(merged)
}

func limitRank(name string) int { return slices.Index(limitNames[:], name) }

// checkLimits refuses limits that cannot be, and any order but the one.
func checkLimits(limits []Limit) error {
	last := -1
	for i := range limits {
		l := &limits[i]
		if err := l.check(); err != nil {
			return fmt.Errorf("%s: %s: %w", Printable(l.Source), Printable(l.Name), err)
		}
		if r := limitRank(l.Name); r <= last {
			return fmt.Errorf("limit %s: repeated or not in order", l.Name)
		} else {
			last = r
		}
	}
	return nil
}

func (l *Limit) check() error {
	if limitRank(l.Name) < 0 {
		return fmt.Errorf("no such limit: they are %s", strings.Join(limitNames[:], ", "))
	}
	for _, part := range []*int{l.Percent, l.AtLeast, l.Count} {
		if part != nil && *part < 0 {
			return fmt.Errorf("%d is negative", *part)
		}
	}
	if l.Percent != nil && *l.Percent > 100 {
		return fmt.Errorf("%d%% is more than all", *l.Percent)
	}
	key, ofRun := strings.CutPrefix(l.Name, "run.")
	if ofRun && key != "accounts" && key != "held" && (l.Percent != nil || l.AtLeast != nil) {
		return fmt.Errorf("a run has no number of entries to take a part of: only count")
	}
	if l.Ceiling == nil {
		return nil
	}
	if l.Ceiling.Name != l.Name || l.Ceiling.Ceiling != nil {
		return fmt.Errorf("a ceiling of another limit")
	}
	return l.Ceiling.check()
}
