package reconcile

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"rightful/plan"
)

// findings are an account's, of all its folders.
type findings map[findingKey]*plan.Finding

// maxFindings bounds what is counted of an account's findings before they are
// ranked. Which these are must not depend on the order in which folders were
// taken: they are the first by compareKeys, and what is dropped on the way comes
// after as many that are kept.
const maxFindings = 1024

func (x *examination) begin(w *walk, folder string) {
	*x = examination{
		w: w, folder: folder, counts: make([]plan.Check, len(w.checks)),
		found: map[findingKey]*hanging{}, alike: map[likeness][]outcome{},
	}
}

// flush adds what one folder showed to the account's counts.
func (x *examination) flush() {
	w := x.w
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range x.counts {
		sum, seen := &w.record.Checks[i], &x.counts[i]
		sum.Matched += seen.Matched
		sum.RefusedNow += seen.RefusedNow
		sum.RefusedAfter += seen.RefusedAfter
		sum.DoubtNow += seen.DoubtNow
		sum.DoubtAfter += seen.DoubtAfter
		sum.Broken += seen.Broken
	}
	for _, h := range x.found {
		w.found.add(h, path.Join(w.place.Path(), x.folder))
	}
	*x = examination{}
}

func (f findings) add(h *hanging, folder string) {
	sum := f[h.key]
	if sum == nil {
		if len(f) >= 2*maxFindings {
			f.prune()
		}
		sum = &plan.Finding{Weight: h.sum.Weight, Code: h.sum.Code, Status: h.sum.Status, Reason: h.sum.Reason, Path: h.sum.Path}
		f[h.key] = sum
	}
	sum.Now += h.sum.Now
	sum.After += h.sum.After
	sum.Broken += h.sum.Broken
	for _, name := range h.names {
		if len(folder)+len(name)+1 < tooLong {
			sum.Examples = smallest(sum.Examples, path.Join(folder, name))
		}
	}
}

// prune keeps the first.
func (f findings) prune() {
	keys := slices.SortedFunc(maps.Keys(f), compareKeys)
	for _, key := range keys[min(len(keys), maxFindings):] {
		delete(f, key)
	}
}

// compareKeys puts first what more is likely to hang on: the entries themselves,
// then what lies higher.
func compareKeys(a, b findingKey) int {
	return cmp.Or(
		cmp.Compare(strings.Count(a.path, "/"), strings.Count(b.path, "/")),
		strings.Compare(a.path, b.path), cmp.Compare(a.check, b.check), strings.Compare(a.code, b.code),
		strings.Compare(a.weight, b.weight), strings.Compare(a.reason, b.reason), cmp.Compare(a.status, b.status),
	)
}

// rank gives each check of the record its findings.
func (f findings) rank(checks []plan.Check) {
	f.prune()
	for key, sum := range f {
		c := &checks[key.check]
		c.Findings = append(c.Findings, *sum)
	}
	for i := range checks {
		checks[i].Findings, checks[i].MoreFindings = plan.RankFindings(checks[i].Findings, plan.MaxFindings)
	}
}

// smallest keeps the first of all names in bytewise order, as few as a plan
// shows. A name may be a listing's: what is kept is a copy.
func smallest(kept []string, name string) []string {
	if len(kept) == plan.MaxExamples && name >= kept[len(kept)-1] {
		return kept
	}
	at, twice := slices.BinarySearch(kept, name)
	if twice {
		return kept
	}
	kept = slices.Insert(kept, at, strings.Clone(name))
	return kept[:min(len(kept), plan.MaxExamples)]
}

// beginChecks makes ready what the account's turn needs. Its groups may take a
// question to the host.
func (k *worker) beginChecks(w *walk) (err error) {
	for i := range w.checks {
		w.record.Checks = append(w.record.Checks, w.checks[i].report)
	}
	if len(w.checks) > 0 {
		w.found = findings{}
		w.self, err = k.accountIdentity(w.account)
	}
	return err
}

// examineAccount asks the programs that have files of their own to look for.
func (k *worker) examineAccount(w *walk) {
	if len(w.checks) == 0 {
		return
	}
	x := &k.exam
	x.flush()
	x.begin(w, "")
	k.view.of(w)
	for i := range w.checks {
		if !w.checks[i].once {
			continue
		}
		if x.count([]outcome{k.consult(x, i, "", true, true)}, "") {
			k.sight.broken++
		}
	}
	x.flush()
}
