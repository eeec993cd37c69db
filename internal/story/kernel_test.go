//go:build linux

package story

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/go-cmp/cmp"

	"rightful/internal/access"
	"rightful/plan"
)

// The kernel is the oracle, of a plan too: predict, apply, ask again.
func TestKernelAgrees(t *testing.T) {
	needRoot(t)
	t.Parallel()
	for name, dir := range map[string]string{"temp": "", "memory": "/dev/shm"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(dir); dir != "" && err != nil {
				t.Skip(err)
			}
			rng, compared, done := rand.New(rand.NewPCG(uint64(*answers), uint64(len(name)))), 0, map[string]int{}
			for round := 0; compared < *answers && !t.Failed(); round++ {
				t.Run(fmt.Sprint(round), func(t *testing.T) {
					r := &random{host: newHost(t, dir), rng: rng}
					r.populate(6)
					compared += r.agrees(done)
				})
			}
			t.Logf("%d answers, after %v", compared, done)
			for _, what := range []string{"add", "change", "remove", "take"} {
				if done[what] == 0 {
					t.Errorf("no step was of kind %s", what)
				}
			}
		})
	}
}

// agrees compares what everybody may do now, and after each of two plans, with
// what the kernel says, and both with the tool's own counts. Of the first plan
// only a part is approved, if it has one that can be; the second has the rest.
func (r *random) agrees(done map[string]int) (compared int) {
	policy := r.policy()
	r.write("random.yaml", policy)
	defer func() {
		if r.t.Failed() {
			r.t.Log(policy)
		}
	}()
	for whole := false; !whole && !r.t.Failed(); {
		const file = "random.plan"
		r.run(0, "plan", "-policy", "random.yaml", "-out", file)
		if code, _ := r.end("approve", "-all", "-except-path", r.glob(), file); code != 0 || compared > 0 {
			whole = true
			r.run(0, "approve", "-all", file)
		}
		compared += r.applies(file, whole)
		for _, s := range r.approved(file) {
			done[s.Change.Action.String()]++
			if s.Change.Classes&plan.Take != 0 {
				done["take"]++
			}
		}
	}
	return compared
}

// applies does an approved plan, all of it or a part.
func (r *random) applies(file string, whole bool) (compared int) {
	r.t.Helper()
	now, after := r.snapshot(), r.after(file)
	mayNow := r.everybody(now)
	r.compare("now", now, mayNow)
	report := r.applied(file)
	if diff := cmp.Diff(homes(after), homes(r.snapshot())); diff != "" {
		r.t.Errorf("states after apply (-planned +there):\n%s", diff)
	}
	mayAfter := r.everybody(after)
	r.compare("after", after, mayAfter)
	r.counts(file, whole, report, r.lookedAt(file, now, mayNow), seen{after, mayAfter})
	return 8 * len(r.ids) * (len(homes(now)) + len(homes(after)))
}

// reported is what apply says of an expectation.
type reported struct {
	Source    string
	Predicted int `json:"denied_predicted"`
	Found     int `json:"denied_found"`
}

// applied applies, and returns what apply reports by the policy's lines.
func (r *random) applied(file string) map[string]reported {
	r.t.Helper()
	var doc struct{ Access []reported }
	must(r.t, json.Unmarshal([]byte(r.run(0, "apply", "-json", file)), &doc))
	byLine := map[string]reported{}
	for _, line := range doc.Access {
		byLine[line.Source] = line
	}
	return byLine
}

// homes are the accounts' own of all states.
func homes(all states) states {
	own := states{}
	for p, s := range all {
		if strings.HasPrefix(p, "/home/k") {
			own[p] = s
		}
	}
	return own
}

// permitted is what the kernel says, by user and path.
type permitted map[string]map[string]allowed

func (r *random) everybody(at states) permitted {
	r.t.Helper()
	paths, all := slices.Sorted(maps.Keys(homes(at))), permitted{}
	for who, id := range r.ids {
		all[who] = r.ask(id, paths)
	}
	return all
}

// compare holds the kernel's answers against those that the states promise.
func (r *random) compare(what string, tree states, may permitted) {
	r.t.Helper()
	for who, id := range r.ids {
		for p := range homes(tree) {
			if got, want := may[who][p], predict(tree.look, &id, p); got != want {
				r.t.Errorf("%s: %s may %08b of %s, predicted %08b: %+v", what, who, got, p, want, tree[p])
			}
		}
	}
}

// predict is what somebody may do at the end of a path.
func predict(tree access.Tree, id *access.Identity, p string) (may allowed) {
	route := access.Walk(tree, id, p, true)
	for want := range access.Want(8) {
		if route.Fault == nil && access.Check(id, &route.End.State, want).Answer == access.Allowed {
			may |= 1 << want
		}
	}
	return may
}

// seen is a host as it was or will be, and what the kernel says of it.
type seen struct {
	states
	may permitted
}

// lookedAt is what the plan looks at: not into what it takes away.
func (r *random) lookedAt(file string, now states, may permitted) seen {
	r.t.Helper()
	for _, s := range r.approved(file) {
		if s.Change.Action == plan.Remove {
			below := path.Join(s.Account.Home, s.Path()) + "/"
			maps.DeleteFunc(now, func(p string, _ plan.State) bool { return strings.HasPrefix(p, below) })
		}
	}
	return seen{now, may}
}

// counts holds the plan's counts, if all of it was approved, and those that apply
// reports against those of the kernel's answers.
func (r *random) counts(file string, whole bool, report map[string]reported, now, after seen) {
	r.t.Helper()
	for record, err := range r.open(file).Records() {
		must(r.t, err)
		if record.Account == nil {
			continue
		}
		for i, e := range r.expects[record.Account.Name] {
			said := record.Account.Access[i]
			now, after := r.kept(record.Account.Name, e, now), r.kept(record.Account.Name, e, after)
			what := fmt.Sprintf("%s: %s %s %s:%s", record.Account.Name, said.Identity, said.Expect, said.Match, said.Source)
			if got, want := [...]int64{said.DeniedNow, said.DeniedAfter, said.Broken, said.Gained}, now.counts(after); whole && got != want {
				r.t.Errorf("%s: %d by the plan, %d by the kernel: now %q, after %q", what, got, want, now.denied(), after.denied())
			}
			if got, ok := report[said.Source]; ok && (got.Predicted != len(after.denied()) || got.Found != got.Predicted) {
				r.t.Errorf("%s: apply says %+v, the kernel %q", what, got, after.denied())
			}
		}
	}
}

// kept is whether an expectation holds, by the paths that it speaks of.
type kept map[string]bool

func (k kept) denied() (paths []string) {
	for p, holds := range k {
		if !holds {
			paths = append(paths, p)
		}
	}
	return paths
}

// counts are how many are denied now, denied after, and broken and gained in
// between.
func (k kept) counts(after kept) [4]int64 {
	n := [4]int64{int64(len(k.denied())), int64(len(after.denied()))}
	for p, held := range k {
		switch holds, judged := after[p]; {
		case held && judged && !holds:
			n[2]++
		case !held && judged && holds:
			n[3]++
		}
	}
	return n
}

func (r *random) kept(name string, e expectation, at seen) kept {
	all := kept{}
	for p, s := range at.states {
		want := map[plan.Type]access.Want{plan.File: e.file, plan.Directory: e.dir}[s.Type]
		rel, inside := strings.CutPrefix(p, r.home(name)+"/")
		if ok, err := doublestar.Match(e.match, rel); want != 0 && inside && ok && err == nil {
			all[p] = !slices.ContainsFunc(r.who(name, e.identity), func(who string) bool { return !e.holds(at.may[who][p], want) })
		}
	}
	return all
}

// holds is asked for all of what somebody can, and for each thing that he cannot.
func (e *expectation) holds(may allowed, want access.Want) bool {
	if !e.cannot {
		return may.to(want)
	}
	for bit := access.Execute; bit <= access.Read; bit <<= 1 {
		if want&bit != 0 && may.to(bit) {
			return false
		}
	}
	return true
}

// who is everybody whom an identity of the policy stands for.
func (r *random) who(account, identity string) []string {
	switch identity {
	case "web":
		return []string{"www-data"}
	case "account":
		return []string{account}
	case "others":
		others := []string{outsider}
		for _, other := range r.accounts {
			if other != account {
				others = append(others, other)
			}
		}
		return others
	}
	return []string{identity}
}
