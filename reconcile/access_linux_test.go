package reconcile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rightful/plan"
)

const effects = `
identities:
  web: {uid: 61050, gid: 61099, groups: [61002]}
profiles:
  site:
    owner: ${account}
    layout:
      .: {type: directory, mode: "0711"}
    rules:
      - {match: "a/**", directory_mode: "0750", group: web}
      - {match: "a/**/*", file_mode: "0640", group: web}
      - {match: "b/**/*", file_mode: go-rwx, directory_mode: go+x}
    access:
      - {identity: web, can: read, match: "**"}
      - {identity: web, can: [list, search], match: "**"}
      - {identity: web, cannot: [read, write], match: "b/**"}
`

// ask lets the kernel answer for a user: test(1) run with his numbers, for many
// paths at once. The answers are counted by what was asked.
func (h *testHost) ask(ids [3]string, flags string, paths []string) map[string]bool {
	h.t.Helper()
	script := `while IFS= read -r p; do for f in ` + flags + `; do if test -$f "$p"; then echo "$f $p"; fi; done; done`
	cmd := exec.Command("setpriv", "--reuid="+ids[0], "--regid="+ids[1], "--groups="+ids[2], "sh", "-c", script)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	out, err := cmd.Output()
	h.must(err)
	may := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		may[strings.TrimSuffix(line, "\n")] = true
	}
	return may
}

// grown makes a random tree in alice's home, ACLs included.
func (h *testHost) grown(rng *rand.Rand) (files, dirs []string) {
	acl := func(path string) {
		if _, err := exec.LookPath("setfacl"); err == nil && rng.IntN(4) == 0 {
			spec := fmt.Sprintf("u:61050:%d,g:61002:%d,m::%d", rng.IntN(8), rng.IntN(8), rng.IntN(8))
			_ = exec.Command("setfacl", "-m", spec, path).Run() // where there are no ACLs, there are none
		}
	}
	own := func(path string) {
		h.must(os.Lchown(path, []int{61001, 61001, 61050}[rng.IntN(3)], []int{61001, 61002, 61099}[rng.IntN(3)]))
	}
	at := []string{"home/alice/a", "home/alice/b", "home/alice/c"}
	for i := range 30 {
		at = append(at, fmt.Sprintf("%s/d%d", at[rng.IntN(len(at))], i))
	}
	for _, dir := range at {
		h.must(os.MkdirAll(h.path(dir), 0o755))
		for i := range rng.IntN(4) {
			file := filepath.Join(h.path(dir), fmt.Sprint("f", i))
			h.must(os.WriteFile(file, nil, 0o600))
			own(file)
			h.must(syscall.Chmod(file, uint32(rng.IntN(0o1000))))
			acl(file)
			files = append(files, file)
		}
	}
	for _, dir := range at {
		own(h.path(dir))
		h.must(syscall.Chmod(h.path(dir), uint32(rng.IntN(0o1000)|0o500|rng.IntN(2)*0o055)))
		acl(h.path(dir))
		dirs = append(dirs, h.path(dir))
	}
	return files, dirs
}

// perform does a plan's changes as an admin would by hand: this test is about
// what is predicted, not about how it is done.
func (h *testHost) perform(p *plan.Plan) {
	h.t.Helper()
	for s, err := range p.Steps() {
		h.must(err)
		path, after := h.path(filepath.Join("home/alice", s.Path())), s.Change.After
		h.must(os.Lchown(path, int(after.UID), int(after.GID)))
		if after.Access != s.Change.Before.Access {
			h.must(syscall.Setxattr(path, "system.posix_acl_access", []byte(after.Access), 0))
		}
		h.must(syscall.Chmod(path, uint32(after.Mode)))
	}
}

// The kernel is the oracle, before and after.
func TestPredictionsAgreeWithTheKernel(t *testing.T) {
	needRoot(t)
	if _, err := exec.LookPath("setpriv"); err != nil {
		t.Skip("needs setpriv: install util-linux")
	}
	web := [3]string{"61050", "61099", "61002"}
	seeds := uint64(6)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		h := newHost(t)
		h.o.Header.Limits = []plan.Limit{{Name: "account.access_broken", Unlimited: true, Source: "test"}}
		h.must(os.Chmod(h.root, 0o755))
		h.must(os.Chmod(filepath.Dir(h.root), 0o755))
		files, dirs := h.grown(rand.New(rand.NewPCG(seed, 7)))
		p, err := h.run(effects)
		h.must(err)
		if len(p.Trailer.Access) != 3 {
			t.Fatalf("%d expectations", len(p.Trailer.Access))
		}
		count := func() (got [3]int64) {
			may := h.ask(web, "r w x", append(append([]string{}, files...), dirs...))
			for _, f := range files {
				if !may["r "+f] {
					got[0]++
				}
				if strings.HasPrefix(f, h.path("home/alice/b/")) && (may["r "+f] || may["w "+f]) {
					got[2]++
				}
			}
			for _, d := range dirs {
				if !may["r "+d] || !may["x "+d] {
					got[1]++
				}
			}
			return got
		}
		now := count()
		h.perform(p)
		after := count()
		for i, a := range p.Trailer.Access {
			if a.DeniedNow != now[i] || a.DeniedAfter != after[i] {
				t.Errorf("seed %d, %s %s %s: predicted %d and %d, the kernel says %d and %d",
					seed, a.Identity, a.Expect, a.Match, a.DeniedNow, a.DeniedAfter, now[i], after[i])
			}
		}
	}
}

// A stranger, and every other account with its real groups.
func TestOthers(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.file("etc/passwd", "root:x:0:0::/root:\nalice:x:61001:61001::/home/alice:\nbob:x:61002:61002::/home/bob:\n", 0o644)
	h.file("etc/group", "alice:x:61001:bob\nbob:x:61002:\nweb:x:61099:\n", 0o644)
	h.dir("home/bob", 0o711)
	h.must(os.Chown(h.path("home/bob"), 61002, 61002))
	h.dir("home/alice/mail", 0o755)
	h.file("home/alice/mail/closed", "", 0o600)
	h.file("home/alice/mail/group", "", 0o640) // bob is in alice's group
	h.file("home/alice/mail/open", "", 0o604)
	h.o.Accounts = []string{"alice"}
	p, err := h.run(`
profiles:
  site:
    access:
      - {identity: others, cannot: [read, write], match: "mail/**"}
      - {identity: account, can: read, match: "mail/**"}
      - {identity: others, cannot: read, match: "nothing/**"}
`)
	h.must(err)
	for i, want := range []plan.Access{{Matched: 3, DeniedNow: 2, DeniedAfter: 2}, {Matched: 3}, {}} {
		if got := p.Trailer.Access[i]; got.Matched != want.Matched || got.DeniedNow != want.DeniedNow || got.DeniedAfter != want.DeniedAfter {
			t.Errorf("%s %s: %+v, want %+v", got.Identity, got.Expect, got, want)
		}
	}
}

// What is added is judged too, below directories that are added themselves.
func TestAddedIsExpected(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	p, err := h.run(`
identities: {web: {uid: 61050, gid: 61099}}
profiles:
  site:
    layout:
      open: {type: directory, mode: "0755"}
      open/f: {type: file, mode: "0644", content: x}
      shut: {type: directory, mode: "0700"}
      shut/f: {type: file, mode: "0644", content: x}
    access:
      - {identity: web, can: read, match: "**"}
`)
	h.must(err)
	if got := p.Trailer.Access[0]; got.Matched != 2 || got.DeniedNow != 0 || got.DeniedAfter != 1 || got.Broken != 0 {
		t.Errorf("%+v; want 2 matched, 1 denied after, none broken", got)
	}
}

// What is to go and stays all the same can be reached as before, and is counted.
func TestStayingIsExpected(t *testing.T) {
	needRoot(t)
	h := newHost(t)
	h.dir("home/alice/reported", 0o755)
	h.file("home/alice/reported/f", "", 0o644)
	h.dir("home/alice/foreign", 0o755)
	h.file("home/alice/foreign/f", "", 0o644)
	h.must(os.Chown(h.path("home/alice/foreign"), 61002, 61002))
	h.dir("home/alice/gone", 0o755)
	h.file("home/alice/gone/f", "", 0o644)
	h.o.Header.Limits = []plan.Limit{{Name: "account.remove", Unlimited: true, Source: "test"}}
	p := h.expect(`
profiles:
  site:
    layout:
      foreign: {type: absent}
      gone: {type: absent}
      reported: {type: absent, enforce: report}
    rules: [{match: "**/*", file_mode: "0600"}]
    access: [{identity: others, cannot: read, match: "**"}]
`, `
- gone directory
! foreign foreign_owner
! reported reported
`)
	if got := p.Trailer.Access[0]; got.DeniedNow != 2 || got.DeniedAfter != 2 {
		t.Errorf("%+v; want 2 that can be reached, now and after", got)
	}
}
