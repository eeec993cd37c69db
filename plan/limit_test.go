package plan_test

import (
	"testing"

	"rightful/plan"
)

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		name      string
		limit     plan.Limit
		base      int64
		allowed   int64
		unlimited bool
		rule      string
	}{
		{"small hosts get the floor", plan.Limit{Percent: of(20), AtLeast: of(5)}, 3, 5, false, "20% of 3 is 0, at least 5"},
		{"floor, not round", plan.Limit{Percent: of(20), AtLeast: of(5)}, 29, 5, false, "20% of 29 is 5, at least 5"},
		{"percent", plan.Limit{Percent: of(20), AtLeast: of(5)}, 240, 48, false, "20% of 240 is 48, at least 5"},
		{"count caps", plan.Limit{Percent: of(20), AtLeast: of(5), Count: of(40)}, 240, 40, false, "20% of 240 is 48, at least 5, at most 40"},
		{"count caps the floor too", plan.Limit{Percent: of(20), AtLeast: of(5), Count: of(2)}, 3, 2, false, "20% of 3 is 0, at least 5, at most 2"},
		{"percent alone lets one through", plan.Limit{Percent: of(1)}, 3, 1, false, "1% of 3 is 0, at least 1"},
		{"no percent is none", plan.Limit{Percent: of(0)}, 1000, 0, false, "0% of 1000 is 0"},
		{"count zero", plan.Limit{Count: of(0)}, 1000, 0, false, "count 0"},
		{"at least alone", plan.Limit{AtLeast: of(4)}, 1000, 4, false, "at least 4"},
		{"unlimited", plan.Limit{Unlimited: true, Count: of(1)}, 1000, 0, true, "unlimited"},
		{"nothing said", plan.Limit{}, 1000, 0, true, "unlimited"},
		{"no overflow", plan.Limit{Percent: of(100)}, 1<<63 - 1, 1<<63 - 1, false, "100% of 9223372036854775807 is 9223372036854775807, at least 1"},
		{"ceiling below", plan.Limit{Count: of(9), Ceiling: &plan.Limit{Count: of(3)}}, 10, 3, false, "count 3, the host's ceiling"},
		{"ceiling above", plan.Limit{Count: of(2), Ceiling: &plan.Limit{Count: of(3)}}, 10, 2, false, "count 2"},
		{"ceiling over unlimited", plan.Limit{Unlimited: true, Ceiling: &plan.Limit{Percent: of(50)}}, 10, 5, false, "50% of 10 is 5, at least 1, the host's ceiling"},
		{"unlimited ceiling", plan.Limit{Count: of(2), Ceiling: &plan.Limit{Unlimited: true}}, 10, 2, false, "count 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			allowed, unlimited := c.limit.Allowed(c.base)
			if allowed != c.allowed || unlimited != c.unlimited {
				t.Errorf("allowed %d, %v; want %d, %v", allowed, unlimited, c.allowed, c.unlimited)
			}
			if rule := c.limit.Rule(c.base); rule != c.rule {
				t.Errorf("rule %q; want %q", rule, c.rule)
			}
		})
	}
}

// More accounts never allow less: guards that are off for small sets do.
func TestAllowedIsMonotone(t *testing.T) {
	for _, l := range plan.DefaultLimits() {
		last := int64(0)
		for base := range int64(2000) {
			allowed, _ := l.Allowed(base)
			if allowed < last {
				t.Fatalf("%s: %d of %d, but %d of %d", l.Name, allowed, base, last, base-1)
			}
			last = allowed
		}
	}
}

func TestMerge(t *testing.T) {
	merged, err := plan.Merge(plan.DefaultLimits(),
		[]plan.Limit{{Name: "run.loosen", Count: of(5), Source: "p:1"}, {Name: "run.accounts", Count: of(50), Source: "p:2"}},
		[]plan.Limit{{Name: "run.accounts", Count: of(10), Source: "host:1"}, {Name: "account.take", Count: of(0), Source: "host:2"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name, source string
		allowed      int64
	}{
		{"run.accounts", "p:2", 10},
		{"run.held", "default", 5},
		{"run.loosen", "p:1", 5},
		{"account.take", "host:2", 0},
		{"account.remove", "default", 0},
		{"account.access_broken", "default", 0},
	}
	if len(merged) != len(want) {
		t.Fatalf("%d limits; want %d", len(merged), len(want))
	}
	for i, w := range want {
		if allowed, _ := merged[i].Allowed(100); merged[i].Name != w.name || merged[i].Source != w.source || allowed != w.allowed {
			t.Errorf("%s from %s allows %d; want %v", merged[i].Name, merged[i].Source, allowed, w)
		}
	}
	for _, bad := range []plan.Limit{{Name: "run.files"}, {Name: "run.loosen", Percent: of(5)}, {Name: "account.add", Percent: of(101)}, {Name: "account.add", Count: of(-1)}} {
		if _, err := plan.Merge(nil, []plan.Limit{bad}, nil); err == nil {
			t.Errorf("%+v: accepted", bad)
		}
	}
}

// A broken customer is left out, the host goes on.
func TestAccountLimitsHold(t *testing.T) {
	file := write(t, header(),
		part{account("alice", 1001), []*plan.Block{block("alice", ".", chmod(1001, 0o600, 0o644), "a")}, nil},
		part{account("bob", 1002), []*plan.Block{block("bob", ".", removal(plan.File, 1002), "x", "y")}, nil})
	p := open(t, file)
	s := p.Trailer.Summary
	if s.Held != 1 || s.AccountsChanged != 1 || s.Tally.Steps != 1 || len(p.Trailer.Groups) != 1 {
		t.Errorf("summary %+v, %d groups", s, len(p.Trailer.Groups))
	}
	for r, err := range p.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Account != nil && r.Account.Name == "bob" {
			want := plan.Held{Reason: "account.remove", Message: "account.remove[bob]: 2 used, 0 allowed (count 0; default)"}
			if len(r.Account.Held) != 1 || r.Account.Held[0] != want {
				t.Errorf("held %+v", r.Account.Held)
			}
		}
	}
	if got := p.Trailer.Limits[1]; got.Limit.Name != "run.held" || got.Used != 1 || got.Allowed != 5 || got.Exceeded {
		t.Errorf("%+v", got)
	}
}
