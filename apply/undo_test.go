//go:build linux

package apply

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rightful/plan"
)

// manifest is find(1)'s, sha256sum(1)'s and getfacl(1)'s word on everything
// below the root but workshops, by path.
func (h *host) manifest() map[string]string {
	h.t.Helper()
	found := make(map[string]string)
	var files, dressed []string
	stated := h.ask(nil, "\x00", "find", ".", "-name", ".rightful", "-prune",
		"-o", "-type", "d", "-printf", `%p\0%y %m %U %G\0`, "-o", "-printf", `%p\0%y %m %U %G %s %l\0`)
	for pair := range slices.Chunk(stated, 2) {
		path, what := pair[0], pair[1]
		found[below(path)] = what + "\n"
		if what[0] == 'f' {
			files = append(files, path)
		}
		if what[0] != 'l' {
			dressed = append(dressed, path)
		}
	}
	h.each(found, files, "\x00", "sha256sum", "-z")
	if _, err := exec.LookPath("getfacl"); err == nil {
		h.each(found, dressed, "\n\n", "getfacl", "-cnp")
	}
	return found
}

func below(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, "."), "/") }

// each adds what a command says of paths, in their order.
func (h *host) each(found map[string]string, paths []string, end string, command ...string) {
	h.t.Helper()
	answers := h.ask(paths, end, append([]string{"xargs", "-0r"}, command...)...)
	if len(answers) != len(paths) {
		h.t.Fatalf("%s: %d answers about %d paths", command, len(answers), len(paths))
	}
	for i, path := range paths {
		found[below(path)] += answers[i] + "\n"
	}
}

// ask gives a command paths to read and returns its answers, each with an end.
func (h *host) ask(paths []string, end string, command ...string) []string {
	h.t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = h.root
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00"))
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", command, err, problems.String())
	}
	return slices.DeleteFunc(strings.Split(string(out), end), func(answer string) bool { return answer == "" })
}

// undo plans the way back of a run and opens it, approved as a whole unless
// there is nothing to do.
func (h *host) undo(o Options, run string) (Options, []plan.Problem) {
	h.t.Helper()
	past, err := OpenPast(o.StateDir, run, nil)
	h.must(err)
	defer past.Close()
	file, err := os.Create(filepath.Join(h.t.TempDir(), "back"))
	h.must(err)
	h.t.Cleanup(func() { file.Close() })
	_, err = Undo(h.t.Context(), file, UndoOptions{
		Run: past, LockDir: o.LockDir, Host: o.Host, Tool: "test", Created: time.Unix(1e9, 0).UTC(),
	})
	h.must(err)
	p, err := plan.Open(file)
	h.must(err)
	var problems []plan.Problem
	for r, err := range p.Records() {
		h.must(err)
		if r.Problem != nil {
			problems = append(problems, *r.Problem)
		}
	}
	if p.Trailer.Summary.Tally.Steps == 0 {
		return Options{Plan: p, File: file}, problems
	}
	return h.approved(file), problems
}

// takeBack undoes a run as a whole: every step is done.
func (h *host) takeBack(o Options, run string) *Report {
	h.t.Helper()
	back, problems := h.undo(o, run)
	if len(problems) > 0 {
		h.t.Fatalf("problems: %+v", problems)
	}
	return h.apply(back, fmt.Sprintf("done %d", back.Approval.Count))
}

func (h *host) same(what string, want map[string]string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.manifest()); diff != "" {
		h.t.Fatalf("%s: %s", what, diff)
	}
}

var hostileNames = []string{
	"a", "-rf", "a b", "new\nline", "\x1b[31mred", "\xff\xfe", "*?[x]", `back\slash`, `'q"`, "$(id)",
	strings.Repeat("n", 255), ".hidden", "\u202etxt", "tab\t", "~", "a.b", "a-b",
}

// forest is a random tree of alice's with a random step for many of its entries.
type forest struct {
	*host
	r      *rand.Rand
	drafts []draft
	oneWay []string // that no undo takes back
}

func (f *forest) pick(of []string) []string {
	of = slices.Clone(of)
	f.r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	return of[:1+f.r.IntN(6)]
}

func (f *forest) grow(dir string, depth int) {
	for _, name := range f.pick(hostileNames) {
		path := filepath.Join(dir, name)
		full := filepath.Join("home/alice", path)
		switch n := f.r.IntN(10); {
		case n < 4 && depth > 0:
			f.dir(full, 0o700|os.FileMode(f.r.IntN(0o100)), f.owner())
			f.grow(path, depth-1)
		case n < 8:
			f.file(full, 0o400|os.FileMode(f.r.IntN(0o400)), f.owner())
		default:
			f.link(full, name+"/../"+name)
		}
		if _, err := exec.LookPath("setfacl"); err == nil && f.r.IntN(12) == 0 {
			// Not every filesystem has ACLs.
			_ = exec.Command("setfacl", "-m", "u:4711:r", "--", f.abs(full)).Run()
		}
	}
}

// owner is root's sometimes: what a restore leaves.
func (f *forest) owner() int {
	if os.Geteuid() == 0 && f.r.IntN(4) == 0 {
		return 0
	}
	return int(f.uid)
}

// plant gives steps to what is in a directory.
func (f *forest) plant(dir string) {
	entries, err := os.ReadDir(f.abs(filepath.Join("home/alice", dir)))
	f.must(err)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		have, _ := f.look(filepath.Join("home/alice", path))
		if f.r.IntN(5) == 0 {
			f.removal(path, have)
			continue
		}
		if f.r.IntN(3) > 0 {
			f.change(path, have)
		}
		if have.Type == plan.Directory {
			f.plant(path)
		}
	}
	if f.r.IntN(3) == 0 {
		f.addition(filepath.Join(dir, "new \xfd"), 2)
	}
}

func (f *forest) removal(path string, have plan.State) {
	inside := int64(0)
	if have.Type == plan.Directory {
		out, err := exec.Command("find", f.abs(filepath.Join("home/alice", path)), "-mindepth", "1", "-printf", "x").Output()
		f.must(err)
		inside = int64(len(out))
	}
	f.drafts = append(f.drafts, f.remove(path, inside))
	if f.r.IntN(2) == 0 {
		f.addition(path, 1)
	}
}

func (f *forest) change(path string, have plan.State) {
	d := f.update(path, func(s *plan.State) {
		if s.Type == plan.Symlink {
			s.Target += "x"
			return
		}
		mode, _ := s.OwnMode()
		mode ^= plan.Mode(1 + f.r.IntN(0o77))
		*s = f.granted(*s, mode&^0o007, f.named(), f.named())
		if os.Geteuid() == 0 {
			s.GID = 33
			s.UID = f.uid
		}
	})
	if have.Type == plan.File && d.change.Before.UID != d.change.After.UID {
		d.change.OneWay = true
		f.oneWay = append(f.oneWay, path)
	}
	f.drafts = append(f.drafts, d)
}

// named is nobody in most cases, and where there are no ACLs.
func (f *forest) named() plan.Grants {
	if f.r.IntN(3) > 0 || !f.keepsACLs() {
		return plan.Grants{}
	}
	return grants(uint16(1+f.r.IntN(7)), uint16(f.r.IntN(8)))
}

func (f *forest) addition(path string, depth int) {
	own := plan.State{UID: f.uid, GID: f.gid(), Mode: plan.Mode(0o700 + f.r.IntN(0o100))}
	switch f.r.IntN(3) {
	case 0:
		own.Type, own.Nlink = plan.File, 1
		own = f.granted(own, own.Mode, f.named(), plan.Grants{})
		f.drafts = append(f.drafts, f.add(path, own, "content of "+path))
	case 1:
		own.Type, own.Mode, own.Target = plan.Symlink, 0, "../"+filepath.Base(path)
		f.drafts = append(f.drafts, f.add(path, own, ""))
	default:
		own.Type = plan.Directory
		own = f.granted(own, own.Mode, f.named(), f.named())
		f.drafts = append(f.drafts, f.add(path, own, ""))
		for _, name := range f.pick(hostileNames) {
			if depth > 0 {
				f.addition(filepath.Join(path, name), depth-1)
			}
		}
		for i := range f.drafts {
			// What stands there now is another directory, that goes before.
			if strings.HasPrefix(f.drafts[i].path, path+"/") && f.drafts[i].change.Action == plan.Add {
				f.drafts[i].parent = plan.Identity{}
			}
		}
	}
}

// TestUndoIsTheWayBack holds generated trees, with every class of step and
// hostile names, against manifests that other tools make: apply changes what the
// plan says and nothing else, one account's neighbours and the folders outside
// included; undo brings everything back but for what was marked one-way; undo of
// the undo brings it to what it was between.
func TestUndoIsTheWayBack(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			f := &forest{host: newHost(t), r: rand.New(rand.NewPCG(seed, 1))}
			f.dir("home/bob", 0o755, int(f.uid)+1)
			f.file("home/bob/file", 0o600, int(f.uid)+1)
			f.dir("outside", 0o755, os.Geteuid())
			f.file("outside/passwd", 0o644, os.Geteuid())
			f.grow(".", 3)
			f.plant(".")
			if len(f.drafts) == 0 {
				t.Skip("nothing to do in this one")
			}
			f.walk()
		})
	}
}

func (f *forest) walk() {
	before := f.manifest()
	o := f.plan(f.drafts...)
	run := f.apply(o, fmt.Sprintf("done %d", len(f.drafts))).Run
	between := f.manifest()
	f.onlyPlanned(before, between)
	back, problems := f.undo(o, run)
	var left []string
	for _, p := range problems {
		if p.Kind != plan.CannotUndo {
			f.t.Errorf("problem: %+v", p)
		}
		left = append(left, p.Path)
	}
	slices.Sort(left)
	slices.Sort(f.oneWay)
	if !slices.Equal(left, f.oneWay) {
		f.t.Errorf("one-way: %q, want %q", left, f.oneWay)
	}
	undone := f.apply(back, fmt.Sprintf("done %d", back.Approval.Count)).Run
	for _, path := range f.oneWay {
		before[filepath.Join("home/alice", path)] = between[filepath.Join("home/alice", path)]
	}
	f.same("after undo", before)
	again := f.takeBack(o, undone)
	f.same("after undo of the undo", between)
	f.takeBack(o, again.Run)
	f.same("after the third", before)
}

// onlyPlanned compares the paths that differ with those of the plan.
func (f *forest) onlyPlanned(before, after map[string]string) {
	f.t.Helper()
	planned := make(map[string]bool)
	for _, d := range f.drafts {
		planned[filepath.Join("home/alice", d.path)] = true
	}
	changed := func(path string) bool { return before[path] != after[path] }
	for path := range planned {
		if !changed(path) {
			f.t.Errorf("%q: planned, and not changed", path)
		}
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	for path := range all {
		if !changed(path) {
			continue
		}
		up := path
		for !planned[up] && up != "." {
			up = filepath.Dir(up)
		}
		if up == "." {
			f.t.Errorf("%q: changed, and not planned", path)
		}
	}
}

// TestUndoLeavesWhatWasChangedSince has somebody at work between a run and its
// undo: what he touched is named and stays as it is.
func TestUndoLeavesWhatWasChangedSince(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	inMemory(t)
	for _, tt := range []struct {
		name, since string
		want        []string // kind path
	}{
		{"mode", "chmod 640 www/index.php", []string{"changed_since www/index.php"}},
		{"another file", "cp -p www/index.php x; mv x www/index.php", []string{"changed_since www/index.php"}},
		{"gone", "rm www/index.php", []string{"changed_since www/index.php"}},
		{"written to", "echo >>etc/motd", []string{"changed_since etc", "changed_since etc/motd"}},
		{"same size", "printf 'HELLO\\n' >etc/motd", []string{"changed_since etc", "changed_since etc/motd"}},
		{"not alone", "touch etc/mine", []string{"changed_since etc"}},
		{"a hard link", "ln etc/motd mine2", []string{"changed_since etc", "changed_since etc/motd"}},
		{"in its place", "echo mine >www/old", []string{"changed_since www/old"}},
		{"link", "ln -sfn else public", []string{"changed_since public"}},
		{"added is gone", "rm -r etc latest", nil},
		{"back by hand", "chmod 600 www/index.php; chmod 755 .; ln -sfn nowhere public; chown -h --reference=. public; rm -r etc latest", nil},
		{"parent is gone", "rm -r www", []string{"changed_since www", "changed_since www/cache", "changed_since www/index.php", "changed_since www/old"}},
		{
			"changed in quarantine", "find ../.rightful/quarantine -mindepth 2 -maxdepth 2 ! -type l -exec chmod 711 {} +",
			[]string{"changed_since www/cache", "changed_since www/old"},
		},
		{"more in quarantine", "touch $(find ../.rightful/quarantine -mindepth 2 -maxdepth 2 -type d)/more", []string{"changed_since www/cache"}},
		{"purged", "rm -r ../.rightful/quarantine/*", []string{"purged www/cache", "purged www/old"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			o := everyKind(h)
			run := h.apply(o, fmt.Sprintf("done %d", o.Approval.Count)).Run
			h.shell("cd home/alice && " + tt.since)
			between := h.manifest()
			back, problems := h.undo(o, run)
			var got []string
			for _, p := range problems {
				if p.Path != "www/root" && p.Path != "www/up" {
					got = append(got, string(p.Kind)+" "+p.Path)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("problems: %q, want %q", got, tt.want)
			}
			if back.Approval == nil {
				return
			}
			h.apply(back, fmt.Sprintf("done %d", back.Approval.Count))
			after := h.manifest()
			for _, p := range problems {
				path := filepath.Join("home/alice", p.Path)
				if after[path] != between[path] {
					t.Errorf("%s: touched", path)
				}
			}
		})
	}
}

// TestRestoreIsStale where quarantine or place are not as they were planned: then
// nothing moves.
func TestRestoreIsStale(t *testing.T) {
	for since, want := range map[string]string{
		"rm -r .rightful/quarantine/*/0":                        "stale 1",
		"chmod 711 .rightful/quarantine/*/0":                    "stale 1",
		"touch $(echo .rightful/quarantine/*)/0/more":           "stale 1",
		"cd .rightful/quarantine/*; cp -a 0 x; rm -r 0; mv x 0": "stale 1",
		"mkdir alice/d": "stale 1",
		"mv alice x; mkdir alice; chown --reference=x alice; rm -r x":                      "stale 1",
		"mv .rightful/quarantine/*/0 alice/d":                                              "already_right 1",
		"chmod 711 .rightful":                                                              "stale 1",
		"mv .rightful x; ln -s x .rightful":                                                "stale 1",
		"mv .rightful/quarantine/*/0 x; ln -s ../../../x $(echo .rightful/quarantine/*)/0": "stale 1",
	} {
		h := newHost(t)
		h.dir("home/alice/d", 0o750, int(h.uid))
		h.file("home/alice/d/f", 0o600, int(h.uid))
		o := h.plan(h.remove("d", 1))
		back, _ := h.undo(o, h.apply(o, "done 1").Run)
		h.shell("cd home; " + since)
		before := h.shell("find . -printf '%p %y %m %i\n' | sort")
		report, err := Run(t.Context(), back)
		if err != nil || h.counts(report.Counts) != want {
			t.Errorf("%s: %+v, %v", since, report, err)
		}
		if after := h.shell("find . -printf '%p %y %m %i\n' | sort"); after != before {
			t.Errorf("%s: before\n%s\nafter\n%s", since, before, after)
		}
	}
}

// TestUndoOfKilled kills a run before its changing calls, each in a run of its
// own, and takes it back: everything is as it was before.
func TestUndoOfKilled(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for k := 1; ; k += killStep() {
		h := newHost(t)
		o := everyKind(h)
		before := h.manifest()
		if !h.killAt(o, k) {
			return
		}
		runs, err := History(o.StateDir)
		h.must(err)
		h.isTakenBack(fmt.Sprintf("call %d", k), o, runs[0].ID, before)
	}
}

// TestUndoOfFailed makes each changing call fail or lie instead.
func TestUndoOfFailed(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	causes := []error{syscall.ENOSPC, syscall.EIO, nil}
	inTurn(len(causes), func(k int64, fault int) bool {
		h := newHost(t)
		o := everyKind(h)
		o.Workers = 1
		before := h.manifest()
		var calls atomic.Int64
		o.try = faults(k, causes[fault], &calls)
		report, err := Run(t.Context(), o)
		if calls.Load() < k {
			return false
		}
		what := fmt.Sprintf("%v in call %d", causes[fault], k)
		if report == nil {
			t.Fatalf("%s: %v", what, err)
		}
		o.try = nil
		h.isTakenBack(what, o, report.Run, before)
		return true
	})
}

// isTakenBack undoes a run that did not go to its end, and compares with the
// manifest from before. What came from root stays: that was one-way.
func (h *host) isTakenBack(what string, o Options, run string, before map[string]string) {
	h.t.Helper()
	between := h.manifest()
	back, problems := h.undo(o, run)
	for _, p := range problems {
		if p.Kind != plan.CannotUndo || p.Path != "www/root" {
			h.t.Errorf("%s: %+v", what, p)
		}
		before["home/alice/www/root"] = between["home/alice/www/root"]
	}
	if back.Approval != nil {
		h.apply(back, fmt.Sprintf("done %d", back.Approval.Count))
	}
	h.same(what, before)
	if left := h.shell("ls -A home; ls -A home/.rightful 2>/dev/null || true"); strings.Contains(left, "run-") && back.Approval != nil {
		h.t.Errorf("%s: the workshop has %s", what, left)
	}
}

// TestUndoOfAHome: one that the run has added goes with all that it added in it,
// and nothing else can take a home away.
func TestUndoOfAHome(t *testing.T) {
	h := newHost(t)
	h.must(os.Remove(h.abs("home/alice")))
	before := h.manifest()
	dir := plan.State{Type: plan.Directory, UID: h.uid, GID: h.gid(), Mode: 0o711}
	file := plan.State{Type: plan.File, UID: h.uid, GID: h.gid(), Mode: 0o600, Nlink: 1}
	o := h.plan(h.add(".", dir, ""), h.add("www", dir, ""), h.add("www/f", file, "x"), h.add("g", file, "y"))
	run := h.apply(o, "done 4").Run
	between := h.manifest()
	again := h.takeBack(o, h.takeBack(o, run).Run)
	h.same("after undo of the undo", between)
	h.takeBack(o, again.Run)
	h.same("after the third", before)

	h.dir("home/alice", 0o755, int(h.uid))
	h.apply(h.plan(h.remove(".", 0)), "refused 1")
}

// TestUndoOfAddedBesideOthers: what was added in a directory that somebody else
// made first goes; the directory does not.
func TestUndoOfAddedBesideOthers(t *testing.T) {
	h := newHost(t)
	dir := plan.State{Type: plan.Directory, UID: h.uid, GID: h.gid(), Mode: 0o711}
	file := plan.State{Type: plan.File, UID: h.uid, GID: h.gid(), Mode: 0o600, Nlink: 1}
	o := h.plan(h.add("d", dir, ""), h.add("d/e", dir, ""), h.add("d/e/f", file, "x"), h.add("d/g", file, "y"))
	h.dir("home/alice/d", 0o711, int(h.uid))
	before := h.manifest()
	run := h.apply(o, "done 3, already_right 1").Run
	h.takeBack(o, run)
	h.same("after undo", before)
}

// TestUndoRefuses what is not this host's, or does not go together.
func TestUndoRefuses(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/f", 0o600, int(h.uid))
	o := h.plan(h.chmod("f", 0o644))
	run := h.apply(o, "done 1").Run
	dir := filepath.Join(o.StateDir, "runs", run)
	past, err := OpenPast(o.StateDir, run[:8], nil)
	h.must(err)
	defer past.Close()
	var host *HostError
	if _, err := Undo(t.Context(), &bytes.Buffer{}, UndoOptions{Run: past, LockDir: o.LockDir}); !errors.As(err, &host) {
		t.Errorf("another host: %v", err)
	}
	var none *NoRunError
	for _, name := range []string{"", "2", "nothing", "../runs/" + run, run + "x"} {
		_, err := OpenPast(o.StateDir, name, nil)
		if name == "2" {
			if err != nil && !errors.As(err, &none) {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		if !errors.As(err, &none) {
			t.Errorf("%q: %v", name, err)
		}
	}
	journal, err := os.ReadFile(filepath.Join(dir, journalFile))
	h.must(err)
	for name, records := range map[string][]record{
		"another root":  {{Begin: &runBegin{Version: 1, ID: run, Root: "/", Plan: past.Plan.Digest, File: past.Plan.File}}},
		"another plan":  {{Begin: &runBegin{Version: 1, ID: run, Root: h.root, Plan: "sha256:0", File: past.Plan.File}}},
		"another run":   {{Begin: &runBegin{Version: 1, ID: "20010909T014640Z-0000", Root: h.root, Plan: past.Plan.Digest, File: past.Plan.File}}},
		"no beginning":  {},
		"wrong version": {{Begin: &runBegin{Version: 2, ID: run, Root: h.root, Plan: past.Plan.Digest, File: past.Plan.File}}},
	} {
		h.must(os.Remove(filepath.Join(dir, journalFile)))
		j, err := createJournal(dir)
		h.must(err)
		for _, rec := range records {
			h.must(j.write(rec, false))
		}
		h.must(j.close())
		if _, err := OpenPast(o.StateDir, run, nil); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	h.must(os.WriteFile(filepath.Join(dir, journalFile), append([]byte("x"), journal...), 0o600))
	if _, err := OpenPast(o.StateDir, run, nil); err == nil {
		t.Error("damaged: opened")
	}
}

// TestUndoBelievesNoJournal takes back only steps that were approved, whatever
// a journal claims, and nothing that is not as it says.
func TestUndoBelievesNoJournal(t *testing.T) {
	h := newHost(t)
	h.file("home/alice/f", 0o600, int(h.uid))
	h.file("home/alice/g", 0o600, int(h.uid))
	o := h.plan(h.chmod("f", 0o644), h.chmod("g", 0o644))
	var err error
	o.Approval, err = plan.Approve(o.Plan, plan.Selection{Paths: []string{"f"}}, nil, "tester", o.Now(), o.Now().Add(time.Hour), "")
	h.must(err)
	d, err := createRun(&o, o.Now())
	h.must(err)
	h.must(d.journal.write(record{Intent: &intent{"alice", []span{{0, 1 << 30}}}}, true))
	h.must(d.journal.write(record{Results: &results{"alice", []resultSpan{{span{0, 1 << 30}, Done, ""}}}}, true))
	h.must(d.journal.close())
	h.shell("chmod 644 home/alice/g") // by alice herself
	back, problems := h.undo(o, d.id)
	if back.Approval != nil || len(problems) > 0 {
		t.Errorf("steps back: %+v, %+v", back.Approval, problems)
	}
}

// TestUndoLimits: what bounded an add bounds the remove that takes it back.
func TestUndoLimits(t *testing.T) {
	of := func(n int) *int { return &n }
	ceiling := plan.Limit{Name: "account.remove", Count: of(9), Source: "ceiling"}
	limits, err := undoLimits([]plan.Limit{
		{Name: "run.accounts", Percent: of(20), AtLeast: of(5), Source: "p:1"},
		{Name: "run.add", Count: of(7), Source: "p:2"},
		{Name: "account.tighten", Percent: of(10), Source: "p:3"},
		{Name: "account.remove", Count: of(0), Source: "p:4", Ceiling: &ceiling},
	}, plan.Overrides{{Limit: "account.remove", Account: "bob", Allowed: 3}, {Limit: "run.accounts", Allowed: 215}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range limits {
		got = append(got, fmt.Sprintf("%s: %s", l.Name, l.Rule(100)))
	}
	want := []string{
		"run.accounts: 20% of 100 is 20, at least 215",
		"run.remove: count 7",
		"account.add: count 3",
		"account.loosen: 10% of 100 is 10, at least 1",
		"account.remove: count 9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
