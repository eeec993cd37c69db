package reconcile

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// verdicts is what a plan says of its checks, a line each, and the findings.
func verdicts(p *plan.Plan) string {
	var s strings.Builder
	for _, c := range p.Trailer.Checks {
		fmt.Fprintf(&s, "%s: %d matched, %d refused and %d in doubt now, %d and %d after, %d broken\n",
			c.Name, c.Matched, c.RefusedNow, c.DoubtNow, c.RefusedAfter, c.DoubtAfter, c.Broken)
		for _, f := range c.Findings {
			fmt.Fprintf(&s, "  %s %s %d/%d %s%s\n", f.Weight, f.Code, f.Now, f.After, f.Path, f.Examples)
		}
	}
	return s.String()
}

// perform is [testHost.perform] for every kind of step.
func (h *testHost) performAll(p *plan.Plan) {
	h.t.Helper()
	for s, err := range p.Steps() {
		h.must(err)
		at, after := h.path(filepath.Join("home/alice", s.Path())), s.Change.After
		if s.Change.Action == plan.Remove || s.Change.Before.Target != after.Target {
			h.must(os.RemoveAll(at))
		}
		switch {
		case s.Change.Action == plan.Remove:
			continue
		case after.Type == plan.Symlink && s.Change.Before.Target != after.Target:
			h.must(os.Symlink(after.Target, at))
		case s.Change.Action == plan.Add && after.Type == plan.Directory:
			h.must(os.Mkdir(at, 0o700))
		case s.Change.Action == plan.Add && after.Type == plan.File:
			h.must(os.WriteFile(at, s.Change.Content.Data, 0o600))
		}
		h.must(os.Lchown(at, int(after.UID), int(after.GID)))
		if after.Access != s.Change.Before.Access {
			h.must(syscall.Setxattr(at, "system.posix_acl_access", []byte(after.Access), 0))
		}
		if after.Type != plan.Symlink {
			h.must(syscall.Chmod(at, uint32(after.Mode)))
		}
	}
}

const programs = `
identities:
  web: {uid: 61050, gid: 61099, groups: [61002]}
profiles:
  site:
    owner: ${account}
    take_from: [61050]
    keep: [{mode: "0555"}]
    layout:
      .: {type: directory, mode: "0711"}
      a/l0: {type: symlink, target: ../b}
      a/l1: {type: [symlink, directory], create: false}
      a/new: {type: directory, mode: "0750"}
      a/new/index.html: {type: file, mode: "0644", content: x}
      a/new/.htaccess: {type: file, mode: "0600", content: ""}
      a/d3: {type: absent}
      b/d5: {type: symlink, target: ../a, replace: true}
      c/l1: {type: directory, mode: "0755", replace: true}
      c/l1/f1: {type: file, mode: "0700", content: x}
      b/.htaccess: {type: absent}
    rules:
      - {match: "a/**", directory_mode: "0751"}
      - {match: "a/**/*", file_mode: "0644", group: web}
      - {match: "b/**/*", file_mode: go-rwx, directory_mode: go+x}
      - {match: "c/d7/**", manage: false}
      - {match: "c/**/f2", enforce: report, file_mode: "0600"}
    checks:
      - apache: {match: ["**", "."]%s}
      - nginx: {match: "**"%s}
      - php-fpm: {match: "**/f*", identity: web}
      - suphp: {match: "{a,b}/**"}
      - suexec: {match: "**/f1"}
      - sshd
      - sshd-debian
      - cron
      - exim-forward
      - postfix-forward
`

// entangled puts into a grown tree what programs look for by themselves, and
// links in every direction.
func (h *testHost) entangled(rng *rand.Rand, dirs []string) {
	rel := func() string {
		if rng.IntN(4) == 0 {
			return []string{"/etc/passwd", "nowhere", "/home/alice/b", ".", "../../.."}[rng.IntN(5)]
		}
		dir, _ := filepath.Rel(h.root, dirs[rng.IntN(len(dirs))])
		return "/" + filepath.Join(dir, []string{"", "f1", "l2", ".htaccess", "index.html"}[rng.IntN(5)])
	}
	own := []int{61001, 61001, 61050, 0}
	for _, dir := range dirs {
		for _, name := range []string{".htaccess", "index.html"} {
			if rng.IntN(4) == 0 {
				h.must(os.WriteFile(filepath.Join(dir, name), nil, 0o600))
				h.must(syscall.Chmod(filepath.Join(dir, name), uint32(rng.IntN(0o1000))))
				h.must(os.Lchown(filepath.Join(dir, name), own[rng.IntN(4)], 61001))
			}
		}
		for i := range rng.IntN(3) {
			link := filepath.Join(dir, fmt.Sprint("l", i))
			h.must(os.Symlink(rel(), link))
			h.must(os.Lchown(link, own[rng.IntN(4)], 61001))
		}
	}
	h.dir("home/alice/.ssh", 0o700)
	h.file("home/alice/.ssh/authorized_keys", "", os.FileMode(0o600|rng.IntN(8)))
	h.link("home/alice/.forward", "c/f0")
}

var every = flag.Bool("every", false, "all random trees, not those that have each option once")

// What a plan says that programs would refuse after it is what they refuse once
// its steps are done: the tree that is there then is the oracle for the one that
// was foreseen.
func TestChecksForesee(t *testing.T) {
	needRoot(t)
	options := []string{"", ", symlinks: owner_match", ", symlinks: refuse"}
	seeds := uint64(9)
	switch {
	case *every:
		seeds = 24
	case testing.Short():
		seeds = 3
	}
	for seed := range seeds {
		h := newHost(t)
		h.unlimited()
		rng := rand.New(rand.NewPCG(seed, 11))
		_, dirs := h.grown(rng)
		h.entangled(rng, dirs)
		policy := fmt.Sprintf(programs, options[seed%3], options[seed/3%3])
		p, err := h.run(policy)
		h.must(err)
		h.o.Workers = 1 + int(seed%4)
		again, err := h.run(policy)
		h.must(err)
		if diff := cmp.Diff(verdicts(p), verdicts(again)); diff != "" || p.Digest != again.Digest {
			t.Errorf("seed %d: the same tree, twice:\n%s", seed, diff)
		}
		if seed%4 == 0 {
			h.oneByOne(p, policy)
		}
		h.performAll(p)
		found, err := h.run(policy)
		h.must(err)
		sameAsForeseen(t, seed, p, found)
	}
}

// unlimited lets a plan break and remove what it likes: no account is held.
func (h *testHost) unlimited() {
	limits, err := plan.Merge(plan.DefaultLimits(), []plan.Limit{
		{Name: "account.access_broken", Unlimited: true, Source: "test"}, {Name: "account.remove", Unlimited: true, Source: "test"},
	}, nil)
	h.must(err)
	h.o.Header.Limits = limits
}

// oneByOne asks every program about every path by itself, with nothing that is
// remembered from one to the next.
func (h *testHost) oneByOne(p *plan.Plan, policy string) {
	h.t.Helper()
	parsed, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(policyHead + policy)}}, nil)
	h.must(err)
	root, err := fsys.OpenRoot(h.root)
	h.must(err)
	defer root.Close()
	users := userdb.Files(func(path string) ([]byte, error) { return os.ReadFile(h.path(path)) })
	o := Options{Policy: parsed, Users: users, Passwd: users, Tree: Live(root), Day: spec.Day{Year: 2026, Month: 11, Day: 22}}
	gone := map[string]bool{} // what is in a directory that goes is not asked about
	for s, err := range p.Steps() {
		h.must(err)
		gone[h.path("home/alice/"+s.Path())] = s.Change.Action == plan.Remove && s.Change.Before.Type == plan.Directory || gone[h.path("home/alice/"+s.Path())]
	}
	found := map[string]int64{}
	h.must(filepath.WalkDir(h.path("home/alice"), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if gone[filepath.Dir(path)] {
			return filepath.SkipDir
		}
		e, err := Explain(o, Question{Path: strings.TrimPrefix(path, h.root), Tree: root.Lookup})
		if err != nil {
			return err
		}
		for _, c := range e.Checks {
			found[c.Check.Name] += bit(standingOf(c.Findings) == refused)
		}
		return nil
	}))
	for _, c := range p.Trailer.Checks {
		if c.Match != "" && c.RefusedNow != found[c.Name] {
			h.t.Errorf("%s: %d refused now, and asked one by one %d", c.Name, c.RefusedNow, found[c.Name])
		}
	}
}

// sameAsForeseen compares what is after one plan with what is before another.
// What was taken away is not matched again.
func sameAsForeseen(t *testing.T, seed uint64, p, found *plan.Plan) {
	t.Helper()
	refused := false
	for i, c := range p.Trailer.Checks {
		now := found.Trailer.Checks[i]
		refused = refused || c.RefusedAfter > 0 && c.RefusedAfter != c.RefusedNow
		if c.RefusedAfter != now.RefusedNow || c.DoubtAfter != now.DoubtNow {
			t.Errorf("seed %d, %s: foreseen %d and %d, found %d and %d\nforeseen:\n%s\nfound:\n%s", seed, c.Name,
				c.RefusedAfter, c.DoubtAfter, now.RefusedNow, now.DoubtNow, findingLines(c, false), findingLines(now, true))
		}
	}
	if !refused {
		t.Errorf("seed %d: the plan makes no difference to any program", seed)
	}
}

func findingLines(c plan.Check, now bool) string {
	var lines []string
	for _, f := range c.Findings {
		n := f.After
		if now {
			n = f.Now
		}
		if n > 0 {
			lines = append(lines, fmt.Sprintf("  %d %s %s %s: %s", n, f.Weight, f.Code, f.Path, f.Reason))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// An account that does not exist yet is asked about as it will be.
func TestChecksOfAnAddedHome(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.unlimited()
	h.file("etc/passwd", "alice:x:61001:61001::/home/alice:\nnew:x:61003:61003::/home/new:\n", 0o644)
	h.file("etc/group", "alice:x:61001:\nnew:x:61003:\nweb:x:61099:\n", 0o644)
	p, err := h.run(`
identities: {web: {uid: 61050, gid: 61099}}
profiles:
  site:
    owner: ${account}
    group: ${group}
    layout:
      .: {type: directory, mode: "0711"}
      .ssh: {type: directory, mode: "0770"}
      .ssh/authorized_keys: {type: file, mode: "0600", content: ""}
      public_html: {type: directory, mode: "0755"}
      public_html/index.html: {type: file, mode: "0644", content: hello}
      public_html/.htaccess: {type: symlink, target: ../.ssh/authorized_keys}
    checks: [sshd, apache]
`)
	h.must(err)
	want := `sshd: 2 matched, 0 refused and 0 in doubt now, 2 and 0 after, 2 broken
  refused  0/1 /home/alice/.ssh[]
  refused  0/1 /home/new/.ssh[]
apache: 6 matched, 0 refused and 0 in doubt now, 6 and 0 after, 0 broken
  refused AH00529 0/3 /home/alice/.ssh[]
  refused AH00529 0/3 /home/new/.ssh[]
`
	if diff := cmp.Diff(want, verdicts(p)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Debian's sshd asks who else is in the group.
func TestChecksKnowMembers(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.file("home/alice/.ssh/authorized_keys", "", 0o660)
	policy := "profiles: {site: {checks: [sshd, sshd-debian]}}\n"
	refused := func() (n []int64) {
		p, err := h.run(policy)
		h.must(err)
		for _, c := range p.Trailer.Checks {
			n = append(n, c.RefusedNow)
		}
		return n
	}
	if got := refused(); got[0] != 1 || got[1] != 0 {
		t.Errorf("a group of alice alone: %v; want [1 0]", got)
	}
	h.file("etc/group", "alice:x:61001:bob\nbob:x:61002:\n", 0o644)
	if got := refused(); got[0] != 1 || got[1] != 1 {
		t.Errorf("a group with bob in it: %v; want [1 1]", got)
	}
}

// Whatever a customer makes, the plan can be written and read: thousands of
// reasons, in names that take most to write; paths that no program can use; and
// links that lead on and on.
func TestChecksOfHostileTrees(t *testing.T) {
	needRoot(t)
	if testing.Short() {
		t.Skip("takes long")
	}
	h := newHost(t)
	long := strings.Repeat("\xff", 200)
	const folders = 1000
	for i := range folders {
		dir := fmt.Sprintf("home/alice/public_html/%s%04d/%s", long, i, long)
		h.must(os.MkdirAll(h.path(dir), 0o755))
		h.must(os.Mkdir(h.path(dir+"/.htaccess"), 0o700))
		h.must(os.WriteFile(h.path(dir+"/f"), nil, 0o644))
	}
	at := h.path("home/alice/public_html/deep")
	h.must(os.Mkdir(at, 0o755))
	h.must(os.Chdir(at))
	for range 200 {
		h.must(os.Mkdir("d", 0o755))
		h.must(os.Chdir("d"))
	}
	h.must(os.WriteFile("f", nil, 0o644))
	h.must(os.Chdir("/"))
	for i := range 50 {
		h.link(fmt.Sprintf("home/alice/public_html/l%d", i), strings.Repeat("../public_html/", 200)+fmt.Sprintf("l%d", i+1))
	}
	policy := `
identities: {web: {uid: 61050, gid: 61099}}
profiles: {site: {checks: [apache]}}
`
	p, err := h.run(policy)
	h.must(err)
	c := p.Trailer.Checks[0]
	if len(c.Findings) != plan.MaxFindings || c.MoreFindings < 1000 || c.DoubtNow < 40 || c.RefusedNow < 2*folders+50 {
		t.Errorf("%d findings and %d more, %d refused, %d in doubt of %d", len(c.Findings), c.MoreFindings, c.RefusedNow, c.DoubtNow, c.Matched)
	}
	h.o.Workers = 1
	again, err := h.run(policy)
	h.must(err)
	if p.Digest != again.Digest {
		t.Error("the findings depend on who looked first")
	}
}
