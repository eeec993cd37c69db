package plan

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func written(t *testing.T, accounts ...Account) *Plan {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, Header{Root: "/", Inventory: int64(len(accounts)), Limits: DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if err := w.Account(a, nil); err != nil {
			t.Fatal(err)
		}
	}
	wrote, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, wrote, bytes.NewReader(out.Bytes()))
}

// More reasons than are remembered: who reads the plan names the same ones as who
// wrote it, and what most accounts share comes first.
func TestFindingsOfManyAccounts(t *testing.T) {
	var accounts []Account
	for i := range 900 {
		c := Check{Name: "apache", Match: "**", Source: "p:1", Matched: 50, RefusedNow: 20, RefusedAfter: 20, Broken: 5}
		a := Account{Name: fmt.Sprintf("a%04d", i), UID: 1, GID: 1, Home: "/h", AccessBroken: 5}
		c.Findings = append(c.Findings, Finding{Weight: "refused", Reason: "shared", Now: 9, After: 9, Examples: []string{a.Name + "/x", a.Name + "/y"}})
		for f := range MaxFindings - 1 {
			c.Findings = append(c.Findings, Finding{Weight: "refused", Reason: "no", Path: fmt.Sprintf("/h/%d/%d", i, f), Now: int64(i%7 + 1), After: int64(i%7 + 1)})
		}
		c.Findings, _ = RankFindings(c.Findings, MaxFindings)
		a.Checks = []Check{c}
		accounts = append(accounts, a)
	}
	p := written(t, accounts...)
	c := p.Trailer.Checks[0]
	first := c.Findings[0]
	if first.Reason != "shared" || first.Now != 9*900 || first.Accounts != 900 || len(first.Examples) != MaxExamples {
		t.Errorf("first is %+v", first)
	}
	// All of them are held: nothing will change.
	if c.Broken != 0 || c.RefusedNow != 20*900 || len(c.Findings) != MaxFindings || c.MoreFindings < 900 {
		t.Errorf("%d broken, %d refused, %d findings and %d more", c.Broken, c.RefusedNow, len(c.Findings), c.MoreFindings)
	}
}

// The longest paths in all of an account's findings still fit into a record.
func TestFindingsFitIntoARecord(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	path := "/" + strings.Repeat("\xff", 4094)
	a := Account{Name: "a", UID: 1, GID: 1, Home: "/h"}
	for i := range 10 {
		c := Check{Name: fmt.Sprint("check", i), Source: "p:1", Matched: 1}
		for f := range MaxFindings {
			c.Findings = append(c.Findings, Finding{Weight: "refused", Reason: fmt.Sprintf("%03d", f), Path: path, Examples: []string{path, path, path}, Now: 1})
		}
		a.Checks = append(a.Checks, c)
	}
	p := written(t, a)
	if got := p.Trailer.Checks[9].Findings; len(got) != MaxFindings || got[0].Path != path {
		t.Errorf("%d findings", len(got))
	}
}

func TestExpectationsHaveChecks(t *testing.T) {
	got := Expectations([]Access{{Identity: "web"}}, []Check{{Name: "sshd", Source: "p:2", Matched: 3, RefusedNow: 1, DoubtNow: 1, DoubtAfter: 1}})
	want := []Access{{Identity: "web"}, {Identity: "sshd", Expect: "accepts", Source: "p:2", Matched: 3, DeniedNow: 2, DeniedAfter: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
