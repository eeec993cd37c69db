//go:build linux

package story

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/access"
)

// trial is an account of its own for one way to be wrong and one to go wrong.
type trial struct {
	name   string
	damage string // a script in the home, by root
	breaks string // what a policy with a mistake in it wants of this account
}

// trialPolicy puts what every account needs before what differs.
const trialPolicy = `rightful: 1
limits: {run: {accounts: unlimited}, account: {access_broken: unlimited}}
profiles:
  base:
    owner: ${account}
    group: ${group}
    take_from: [root, www-data]
    layout:
%s`

// grow makes the trials' accounts, each as a script in the home makes it, then
// damaged.
func (h *host) grow(trials []trial, script string) {
	h.t.Helper()
	for i, x := range trials {
		home := "/var/www/" + x.name
		h.user(x.name, 61100+uint32(i), home)
		h.sh(`mkdir -p ".$1"; cd ".$1"; chmod 711 .; sh -ec "$3"; chown -R "$2:$2" .; exec sh -ec "$4"`,
			home, fmt.Sprint(61100+i), script, x.damage)
	}
}

// policies are one that repairs all trials, and one that breaks them.
func (h *host) policies(trials []trial, repairs string) {
	h.t.Helper()
	repairing := fmt.Sprintf(trialPolicy, repairs)
	breaking, accounts := repairing, "accounts:\n"
	for _, x := range trials {
		repairing += fmt.Sprintf("  %s: {extends: [base]}\n", x.name)
		breaking += fmt.Sprintf("  %s:\n    extends: [base]\n    %s\n", x.name, x.breaks)
		accounts += fmt.Sprintf("  - {list: [{name: %s}], profile: %[1]s}\n", x.name)
	}
	h.write("repairing.yaml", repairing+accounts)
	h.write("breaking.yaml", breaking+accounts)
}

// try asks a program and its prediction about all trials three times: damaged,
// after a plan that repairs, and after one that breaks.
func (h *host) try(trials []trial, repairs string, ask func(name string) string, predict func(name string, tree access.Tree) string) {
	h.t.Helper()
	h.policies(trials, repairs)
	all := func(what func(name string) string) map[string]string {
		said, group := make([]string, len(trials)), sync.WaitGroup{}
		for i, x := range trials {
			group.Go(func() { said[i] = what(x.name) })
		}
		group.Wait()
		named := map[string]string{}
		for i, x := range trials {
			named[x.name] = said[i]
		}
		return named
	}
	by := func(tree access.Tree) map[string]string {
		return all(func(name string) string { return predict(name, tree) })
	}
	damaged := all(ask)
	same(h.t, "damaged", by(h.now), damaged)
	before := damaged
	for _, policy := range []string{"repairing.yaml", "breaking.yaml"} {
		file, after := h.planned(policy)
		predicted := by(after.look)
		h.run(0, "apply", file)
		got := all(ask)
		same(h.t, policy, predicted, got)
		same(h.t, policy+", looked at again", by(h.now), got)
		h.checked(file, before, got)
		before = got
		for name, said := range got {
			if policy == "repairing.yaml" && said != "" {
				h.t.Errorf("%s is not repaired: %s", name, said)
			}
		}
		h.t.Logf("%s: %q", policy, got)
	}
	h.t.Logf("damaged: %q", damaged)
}

// checked holds what a plan's own checks say against what the program said before
// it was applied, and after.
func (h *host) checked(file string, before, after map[string]string) {
	h.t.Helper()
	for r, err := range h.open(file).Records() {
		must(h.t, err)
		if r.Account == nil {
			continue
		}
		name, said := r.Account.Name, r.Account.Checks[0]
		if refuses := [...]bool{before[name] != "", after[name] != ""}; refuses != [...]bool{said.RefusedNow > 0, said.RefusedAfter > 0} || said.Matched != 1 {
			h.t.Errorf("%s: %s: refused %v; the plan says %+v", file, name, refuses, said)
		}
	}
}

func same(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-predicted +got):\n%s", what, diff)
	}
}
