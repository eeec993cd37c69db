package lint

import (
	"fmt"

	"rightful/plan"
	"rightful/spec"
)

// limits reports limits that the host's ceiling cuts.
func (c *checker) limits() {
	if !c.options.Host {
		return
	}
	for _, written := range c.policy.Limits {
		for _, ceiling := range c.options.Ceiling {
			if ceiling.Name == written.Name {
				c.compareLimit(written, ceiling)
			}
		}
	}
}

func (c *checker) compareLimit(written, ceiling spec.Limit) {
	own, top := planLimit(written), planLimit(ceiling)
	for _, base := range bases(written, ceiling) {
		allowed, unlimited := own.Allowed(base)
		most, open := top.Allowed(base)
		if open || !unlimited && allowed <= most {
			continue
		}
		text := fmt.Sprint(allowed)
		if unlimited {
			text = "any number"
		}
		if written.Percent != nil || ceiling.Percent != nil {
			text += fmt.Sprintf(" of %d", base)
		}
		c.report(aboveCeiling, written.Pos, "%s: this allows %s, the host's ceiling %d (%s); the ceiling decides", written.Name, text, most, ceiling.Pos)
		return
	}
}

func planLimit(l spec.Limit) plan.Limit {
	return plan.Limit{Name: l.Name, Percent: l.Percent, AtLeast: l.AtLeast, Count: l.Count, Unlimited: l.Unlimited}
}

// bases are numbers of accounts, or of entries, at which one limit can begin to
// pass the other: a round one first, then those where a part of either takes
// over from another.
func bases(limits ...spec.Limit) []int64 {
	all := []int64{1000, 100, 10, 1, 0, 1_000_000, 1_000_000_000_000}
	for _, l := range limits {
		if l.Percent == nil || *l.Percent == 0 {
			continue
		}
		for _, part := range []*int{l.AtLeast, l.Count} {
			if part != nil {
				at := int64(*part) * 100 / int64(*l.Percent)
				all = append(all, max(at-1, 0), at, at+1, at+100)
			}
		}
	}
	return all
}
