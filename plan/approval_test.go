package plan_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rightful/plan"
)

var at = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// office is a plan with three accounts that change, and bob, whom a limit holds.
func office(t testing.TB) *plan.Plan { return open(t, officeFile(t)) }

func officeFile(t testing.TB) []byte {
	alice := account("alice", 1001)
	dir := addition(directory(1001), "")
	inside := block("alice", "etc", addition(plan.State{Type: plan.File, UID: 1001, GID: 1001, Mode: 0o644}, "hello\n"), "motd")
	inside.Parent = plan.Identity{}
	inside.Needs = plan.StepID(alice.Name, "etc", &dir)
	carol := account("carol", 1003)
	carol.Access = []plan.Access{{Identity: "web", Expect: "can read", Match: "**", Source: "p:1", Matched: 2}}
	return write(t, header(),
		part{alice, []*plan.Block{
			block("alice", ".", dir, "etc"), inside,
			block("alice", "public_html", chmod(1001, 0o600, 0o644), "index.php", "x\xff.php"),
			block("alice", "tmp", chmod(1001, 0o666, 0o640), "both"),
		}, nil},
		part{account("bob", 1002), []*plan.Block{
			block("bob", ".", removal(plan.File, 1002), "old1", "old2"),
			block("bob", "public_html", chmod(1002, 0o600, 0o644), "index.php"),
		}, nil},
		part{carol, []*plan.Block{block("carol", "public_html", chmod(1003, 0o600, 0o644), "index.php", "secret.php")}, nil},
		part{account("dave", 1004), []*plan.Block{block("dave", "public_html", chmod(1004, 0o600, 0o644), "index.php")}, nil},
	)
}

func group(t testing.TB, p *plan.Plan, path string) string {
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if s.Path() == path {
			return p.GroupPrefixes().Short(s.GroupID())
		}
	}
	t.Fatal(path)
	return ""
}

func TestSelection(t *testing.T) {
	p := office(t)
	php := group(t, p, "public_html/index.php")
	steps1, err := p.StepPrefixes()
	if err != nil {
		t.Fatal(err)
	}
	var index string
	for s := range p.Steps() {
		if s.Account.Name == "dave" {
			index = steps1.Short(s.ID())
		}
	}
	type sel = plan.Selection
	for _, c := range []struct {
		name string
		s    sel
		want string
	}{
		{"all", sel{All: true}, "alice:etc alice:etc/motd alice:public_html/index.php alice:public_html/x\xff.php alice:tmp/both carol:public_html/index.php carol:public_html/secret.php dave:public_html/index.php"},
		{"accounts unite", sel{Accounts: []string{"dav*", "carol"}}, "carol:public_html/index.php carol:public_html/secret.php dave:public_html/index.php"},
		{"selectors intersect", sel{Accounts: []string{"alice", "dave"}, Paths: []string{"**/index.php"}}, "alice:public_html/index.php dave:public_html/index.php"},
		{"group over accounts", sel{Groups: []string{php}, Accounts: []string{"dave", "carol"}}, "carol:public_html/index.php carol:public_html/secret.php dave:public_html/index.php"},
		{"step", sel{Steps: []string{index}}, "dave:public_html/index.php"},
		{"twice the same", sel{Steps: []string{index, strings.TrimPrefix(index, "s-")}}, "dave:public_html/index.php"},
		{"all classes are named", sel{Classes: plan.Loosen, Accounts: []string{"alice"}}, "alice:public_html/index.php alice:public_html/x\xff.php"},
		{"both classes", sel{Classes: plan.Loosen | plan.Tighten, Accounts: []string{"alice"}}, "alice:public_html/index.php alice:public_html/x\xff.php alice:tmp/both"},
		{"a byte is a character", sel{Paths: []string{"public_html/x?.php"}}, "alice:public_html/x\xff.php"},
		{"except account", sel{All: true, Except: &sel{Accounts: []string{"alice", "carol"}}}, "dave:public_html/index.php"},
		{"except class takes whatever has it", sel{Accounts: []string{"alice"}, Except: &sel{Classes: plan.Tighten}}, "alice:etc alice:etc/motd alice:public_html/index.php alice:public_html/x\xff.php"},
		{"exceptions unite", sel{Accounts: []string{"alice"}, Except: &sel{Classes: plan.Tighten, Paths: []string{"etc/**"}}}, "alice:public_html/index.php alice:public_html/x\xff.php"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plan.Select(p, c.s, nil)
			if err != nil {
				t.Fatal(err)
			}
			list := steps(t, p, got.Has)
			if s := strings.Join(list, " "); s != c.want {
				t.Errorf("%q\nwant %q", s, c.want)
			}
			if got.Steps != int64(len(list)) {
				t.Errorf("counts %d, has %d", got.Steps, len(list))
			}
		})
	}
}

func TestSelectionOfNothing(t *testing.T) {
	p := office(t)
	type sel = plan.Selection
	for _, c := range []struct {
		s    sel
		want string
	}{
		{sel{}, "nothing is selected"},
		{sel{Except: &sel{Accounts: []string{"alice"}}}, "nothing is selected"},
		{sel{Accounts: []string{"alice"}, Except: &sel{Accounts: []string{"a*"}}}, "nothing is selected"},
		{sel{Accounts: []string{"alice", "zoe"}}, "-account zoe: matches no step of this plan"},
		{sel{Accounts: []string{"bob"}}, "-account bob: matches held accounts only"},
		{sel{Paths: []string{"old*"}}, `-path "old*": matches held accounts only`},
		{sel{All: true, Classes: plan.Take}, "-class take: matches no step of this plan"},
		{sel{All: true, Except: &sel{Paths: []string{"nope"}}}, "-except-path nope: matches no step of this plan"},
		{sel{Groups: []string{"g-000000"}}, "g-000000: no such id in this plan"},
		{sel{Groups: []string{"g-0"}}, "g-0: not an id: g- and 6 to 32 digits 0-9a-f"},
		{sel{Accounts: []string{"["}}, `"[": not a pattern`},
	} {
		if _, err := plan.Select(p, c.s, nil); err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v; want %s", c.s, err, c.want)
		}
	}
}

func TestNeeds(t *testing.T) {
	_, err := plan.Select(office(t), plan.Selection{Paths: []string{"etc/motd"}}, nil)
	var needs *plan.NeedsError
	if !errors.As(err, &needs) || needs.Path != "etc/motd" || needs.Needs != "etc" {
		t.Errorf("%v", err)
	}
	replaced := block("erin", ".", removal(plan.File, 1), "public_html")
	replaced.Changes = append(replaced.Changes, addition(plan.State{Type: plan.Symlink, UID: 1, GID: 1, Target: "www"}, ""))
	replaced.Entries = append(replaced.Entries, plan.Entry{Name: "public_html", Change: 1})
	replaced.Parent = plan.Identity{Ino: 9}
	h := header()
	h.Limits = nil
	p := open(t, write(t, h, part{account("erin", 1), []*plan.Block{replaced}, nil}))
	_, err = plan.Select(p, plan.Selection{Classes: plan.ClassAdd}, nil)
	if !errors.As(err, &needs) || !needs.Removes {
		t.Errorf("%v", err)
	}
	if _, err := plan.Select(p, plan.Selection{Classes: plan.ClassRemove}, nil); err != nil {
		t.Error(err)
	}
}

func TestSplitAccounts(t *testing.T) {
	p := office(t)
	s := plan.Selection{Paths: []string{"**/index.php"}}
	_, err := plan.Approve(p, s, nil, "root", at, at.Add(day), "")
	var split *plan.SplitError
	if !errors.As(err, &split) || len(split.Accounts) != 1 || split.Accounts[0] != "carol" {
		t.Fatalf("%v", err)
	}
	_, err = plan.Approve(p, s, nil, "root", at, at.Add(day), "", plan.Effect{Account: "carol", AccessBroken: 1})
	var limit *plan.LimitError
	if !errors.As(err, &limit) || limit.Verdicts[0].Name() != "account.access_broken[carol]" {
		t.Fatalf("%v", err)
	}
	a, err := plan.Approve(p, s, nil, "root", at, at.Add(day), "", plan.Effect{Account: "carol"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Check(p, at); err != nil {
		t.Error(err)
	}
}

func overrides(t testing.TB, texts ...string) plan.Overrides {
	var list plan.Overrides
	for _, text := range texts {
		o, err := plan.ParseOverride(text)
		if err != nil {
			t.Fatal(err)
		}
		if o.String() != text {
			t.Errorf("%s is written %s", text, o)
		}
		list = append(list, o)
	}
	return list
}

func TestOverridesBringAHeldAccountBack(t *testing.T) {
	p := office(t)
	all := plan.Selection{All: true}
	for _, c := range []struct {
		name   string
		given  []string
		reason string
		want   string
	}{
		{"enough", []string{"account.remove[bob]=2"}, "ticket 1", ""},
		{"no reason", []string{"account.remove[bob]=2"}, " ", "account.remove[bob]=2: an override needs a reason"},
		{"too little", []string{"account.remove[bob]=1"}, "t", "account.remove[bob]=1: the selection uses 2"},
		{"not a limit here", []string{"account.take[bob]=1"}, "t", "account.take[bob]=1: no such limit in this plan, or nothing of the account is selected"},
		{"nobody", []string{"account.remove[zoe]=1"}, "t", "account.remove[zoe]=1: no such limit in this plan, or nothing of the account is selected"},
		{"twice", []string{"run.held=1", "run.held=2"}, "t", "run.held=2: no such limit, or given twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := plan.Approve(p, all, overrides(t, c.given...), "root", at, at.Add(day), c.reason)
			if c.want != "" {
				if err == nil || err.Error() != c.want {
					t.Errorf("%v; want %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s, err := a.Check(p, at)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(steps(t, p, s.Has), " "); !strings.Contains(got, "bob:old1 bob:old2 bob:public_html/index.php") || s.Tally.Remove != 2 {
				t.Errorf("%s", got)
			}
		})
	}
	for _, bad := range []string{"run.accounts", "run.accounts=-1", "run.accounts[bob]=1", "account.remove=3", "run.everything=1", "=", "run.accounts=x"} {
		if _, err := plan.ParseOverride(bad); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}

// The order of limits is not that of the reasons to hold an account.
func TestAnAccountIsOverTwoLimits(t *testing.T) {
	a := account("alice", 1001)
	a.AccessBroken = 3
	p := open(t, write(t, header(), part{a, []*plan.Block{block("alice", ".", removal(plan.File, 1001), "x")}, nil}))
	for r, err := range p.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Account != nil && len(r.Account.Held) != 2 {
			t.Errorf("held: %+v", r.Account.Held)
		}
	}
}

// crowd is more accounts than the limits let through.
func crowd(t testing.TB, limits []plan.Limit) *plan.Plan {
	h := header()
	h.Inventory, h.Limits = 10, limits
	var parts []part
	for _, name := range []string{"a", "b", "c", "d", "e", "f*", "g"} {
		parts = append(parts, part{account(name, 1001), []*plan.Block{block(name, ".", chmod(1001, 0o600, 0o644), "x", "y")}, nil})
	}
	return open(t, write(t, h, parts...))
}

func TestRunLimits(t *testing.T) {
	limits, err := plan.Merge(plan.DefaultLimits(), []plan.Limit{{Name: "run.loosen", Count: of(8), Source: "p:3"}}, []plan.Limit{{Name: "run.accounts", Count: of(6), Source: "host:1"}})
	if err != nil {
		t.Fatal(err)
	}
	p := crowd(t, limits)
	all := plan.Selection{All: true}
	_, err = plan.Approve(p, all, nil, "root", at, at.Add(day), "")
	var limit *plan.LimitError
	if !errors.As(err, &limit) || len(limit.Verdicts) != 2 {
		t.Fatalf("not every breach: %v", err)
	}
	want := "over the limits: run.accounts: 7 used, 5 allowed (20% of 10 is 2, at least 5; default)\nrun.loosen: 14 used, 8 allowed (count 8; p:3)"
	if err.Error() != want {
		t.Errorf("%s\nwant %s", err, want)
	}
	_, err = plan.Approve(p, all, overrides(t, "run.accounts=7", "run.loosen=14"), "root", at, at.Add(day), "move")
	if err == nil || err.Error() != "run.accounts=7: the host allows no more than 6 (count 6; host:1)" {
		t.Errorf("past the ceiling: %v", err)
	}
	fits, waves, err := plan.WithinLimits(p, all, nil)
	if err != nil || strings.Join(fits.Accounts, " ") != "a b c d" || waves != (plan.Waves{Accounts: 4, Waves: 2, Later: 3}) {
		t.Errorf("%v, %+v, %v", fits.Accounts, waves, err)
	}
	if _, err := plan.Approve(p, fits, nil, "root", at, at.Add(day), ""); err != nil {
		t.Error(err)
	}
	last, _, err := plan.WithinLimits(p, plan.Selection{Accounts: []string{"f\\**", "g"}}, nil)
	if err != nil || strings.Join(last.Accounts, " ") != `f\* g` {
		t.Errorf("%q, %v", last.Accounts, err)
	}
}

func TestApprovalFile(t *testing.T) {
	p := office(t)
	s := plan.Selection{Groups: []string{group(t, p, "public_html/index.php")}, Except: &plan.Selection{Accounts: []string{"dave"}, Paths: []string{"**/x\xff.php"}}}
	a, err := plan.Approve(p, s, overrides(t, "run.accounts=5"), "root (alice)", at, at.Add(day), "ticket \x1b 4711")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := a.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	b, err := plan.ReadApproval(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want, err := a.Check(p, at)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Check(p, at.Add(day-1))
	if err != nil {
		t.Fatal(err)
	}
	if x, y := steps(t, p, want.Has), steps(t, p, got.Has); strings.Join(x, " ") != strings.Join(y, " ") || len(x) != 3 {
		t.Errorf("%q and %q", x, y)
	}
	for i := range file.Len() {
		bad := bytes.Clone(file.Bytes())
		bad[i] ^= 1
		fault(t, plan.ApprovalDamaged, errorOf(plan.ReadApproval(bytes.NewReader(bad))))
		fault(t, plan.ApprovalDamaged, errorOf(plan.ReadApproval(bytes.NewReader(file.Bytes()[:i]))))
	}
	fault(t, plan.ApprovalExpired, errorOf(b.Check(p, at.Add(day))))
	fault(t, plan.ApprovalForeign, errorOf(b.Check(open(t, small(t)), at)))
	b.Count++
	fault(t, plan.ApprovalDamaged, errorOf(b.Check(p, at)))
}

// TestOpenFor is that an approval is judged alike while its plan is opened and
// afterwards, and that what was judged is not what somebody made of it since.
func TestOpenFor(t *testing.T) {
	file := officeFile(t)
	approve := func(s plan.Selection) *plan.Approval {
		a, err := plan.Approve(open(t, file), s, overrides(t, "run.accounts=5"), "root", at, at.Add(day), "x")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	all := approve(plan.Selection{All: true})
	less, nothing, split, damaged := *all, *all, *all, *all
	less.Selection = plan.Selection{Paths: []string{"etc/motd"}}
	nothing.Selection = plan.Selection{Accounts: []string{"zoe"}}
	split.Selection = plan.Selection{Accounts: []string{"carol"}, Paths: []string{"**/index.php"}}
	damaged.Count++
	for _, c := range []struct {
		name     string
		approval *plan.Approval
		good     bool
	}{
		{"all", all, true},
		{"some", approve(plan.Selection{Accounts: []string{"alice"}}), true},
		{"less than it needs", &less, false},
		{"nothing", &nothing, false},
		{"of unknown effect", &split, false},
		{"damaged", &damaged, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := plan.OpenFor(bytes.NewReader(file), c.approval)
			if err != nil {
				t.Fatal(err)
			}
			want, wantErr := c.approval.Check(open(t, file), at)
			got, gotErr := c.approval.Check(p, at)
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || (gotErr == nil) != c.good {
				t.Fatalf("%v; of a plan that was opened before: %v", gotErr, wantErr)
			}
			if c.good && !slices.Equal(steps(t, p, got.Has), steps(t, p, want.Has)) {
				t.Error("other steps")
			}
			c.approval.Selection = plan.Selection{Accounts: []string{"zoe"}}
			if _, err := c.approval.Check(p, at); err == nil {
				t.Error("what was changed since is believed")
			}
		})
	}
}

func errorOf[T any](_ T, err error) error { return err }

func fault(t *testing.T, want plan.ApprovalFault, err error) {
	t.Helper()
	var bad *plan.ApprovalError
	if !errors.As(err, &bad) || bad.Fault != want {
		t.Errorf("%v; want %s", err, want)
	}
}

func FuzzApproval(f *testing.F) {
	p := office(f)
	for _, s := range []plan.Selection{{All: true}, {Accounts: []string{"a\xff*", "alice"}}} {
		a, err := plan.Approve(p, s, nil, "root", at, at.Add(day), "")
		if err != nil {
			continue
		}
		var file bytes.Buffer
		if _, err := a.WriteTo(&file); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := plan.ReadApproval(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if _, err := a.WriteTo(&again); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Fatalf("%q is written %q", data, again.Bytes())
		}
	})
}
