//go:build linux

package hostile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// maxMemory is what the design allows a plan or an apply.
const maxMemory = 192 << 10 // KiB

// frugal runs a command and fails the test where it took more memory than it
// may. It asks time(1): what wait4(2) says of our own child begins with what we
// had ourselves.
func (h *host) frugal(args ...string) outcome {
	h.t.Helper()
	if _, err := exec.LookPath("time"); err != nil {
		return h.run(args...)
	}
	peak := filepath.Join(h.base, "peak")
	o := h.runUnder([]string{"time", "-q", "-f", "%M", "-o", peak}, args...)
	text, err := os.ReadFile(peak)
	kib, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || parseErr != nil || kib > maxMemory {
		h.t.Errorf("%s took %d MiB: %v, %v", args[0], kib>>10, err, parseErr)
	}
	return o
}

// unharmed plans and applies, and holds that bob has what he should, in bounded
// memory, whatever alice's home looks like.
func (h *host) unharmed(args ...string) (document, report) {
	h.t.Helper()
	outside := h.outside()
	if o := h.frugal(append([]string{"plan", "-out", "budget.plan"}, args...)...); o.code != 0 {
		h.t.Fatalf("plan: %d %s", o.code, o.stderr)
	}
	if o := h.frugal("approve", "-all", "budget.plan"); o.code != 0 {
		h.t.Fatalf("approve: %s", o.stderr)
	}
	r := h.reported(h.frugal("apply", "-json", "budget.plan"))
	h.frugal("show", "budget.plan")
	h.neighbour(&r)
	same(h.t, "outside", outside, h.outside())
	return h.show("budget.plan"), r
}

// 6,000 levels: four times PATH_MAX. Over the budget the account is held, and
// within a raised one everything is repaired.
func TestT13DeepNesting(t *testing.T) {
	slow(t)
	h := newHost(t)
	fd := h.deepen("home/alice/public_html", "deep-name", 6000)
	if err := h.fileAt(fd, "f"); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if d, _ := h.unharmed(); d.held("alice") != "budget.depth" {
		t.Errorf("held: %+v", d.Held)
	}
	h.sh("find home/bob -exec chmod 700 {} +")
	if d, r := h.unharmed("-max-depth", "7000"); d.held("alice") != "" || !r.Complete {
		t.Errorf("held %+v, %v", d.Held, r.Results)
	}
	var st unix.Stat_t
	if err := unix.Fstatat(fd, "f", &st, 0); err != nil || st.Mode&0o7777 != 0o644 {
		t.Errorf("the file at the bottom: %o, %v", st.Mode, err)
	}
}

// The same below something that is to be removed, which is counted all the way
// down, twice.
func TestT13DeepRemoval(t *testing.T) {
	slow(t)
	h := newHost(t)
	unix.Close(h.deepen("home/alice/.old_panel", "deep-name", 3000))
	if _, r := h.unharmed(); !r.Complete {
		t.Errorf("%+v", r.NotDone)
	}
	if got := h.sh("ls -d home/alice/.old_panel 2>/dev/null || true"); got != "" {
		t.Error("it is still there")
	}
}

func TestT14Budgets(t *testing.T) {
	slow(t)
	for _, tt := range []struct{ name, plant, flag, value, reason string }{
		{"entries", "mkdir public_html/many; cd public_html/many; seq 4000 | xargs touch", "-max-entries", "2000", "budget.entries"},
		{"in what is removed", "cd .old_panel; seq 4000 | xargs touch", "-max-entries", "2000", "budget.entries"},
		{"problems", "cd public_html; mkfifo $(seq -f f%.0f 100); mkdir p; seq 2000 | sed s,^,p/, | xargs mkfifo", "-max-problems", "1000", "budget.problems"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			h.alice(tt.plant)
			if d, _ := h.unharmed(tt.flag, tt.value); d.held("alice") != tt.reason {
				t.Errorf("held: %+v", d.Held)
			}
			// And with room enough.
			h.sh("find home/bob -exec chmod 700 {} +")
			if d, r := h.unharmed(); d.held("alice") != "" || !r.Complete {
				t.Errorf("held %+v, %v", d.Held, r.Results)
			}
		})
	}
}

func TestT14AllModes(t *testing.T) {
	slow(t)
	h := newHost(t)
	dir := h.abs("home/alice/public_html/modes")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for mode := range uint32(0o10000) {
		name := fmt.Sprintf("%s/%04o", dir, mode)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := unix.Chown(name, alice, alice); err != nil {
			t.Fatal(err)
		}
		if err := unix.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	h.sh("chown 62001:62001 home/alice/public_html/modes")
	if d, r := h.unharmed(); d.held("alice") != "" || !r.Complete {
		t.Errorf("held %+v, %v", d.Held, r.Results)
	}
	// Those with setuid or setgid stay as they are, the others do not.
	if got := strings.TrimSpace(h.sh("find home/alice/public_html/modes -type f ! -perm /6000 ! -perm 644 | wc -l; find home/alice/public_html/modes -type f -perm /6000 | wc -l")); got != "0\n3072" {
		t.Errorf("not repaired, and setid: %q", got)
	}
}

func TestT14HugeDirectory(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.alice("umask 077; mkdir public_html/many; cd public_html/many; seq 10000 | xargs touch")
	if _, r := h.unharmed(); !r.Complete {
		t.Errorf("%v", r.Results)
	}
	if got := strings.TrimSpace(h.sh("find home/alice/public_html/many -type f ! -perm 644 | wc -l")); got != "0" {
		t.Errorf("%s are not repaired", got)
	}
}

func TestT14MillionFiles(t *testing.T) {
	if !*huge {
		t.Skip("a million files: -huge")
	}
	h := newHost(t)
	h.alice("umask 077; for d in $(seq 100); do mkdir public_html/$d; (cd public_html/$d; seq 10000 | xargs touch); done")
	if _, r := h.unharmed(); !r.Complete {
		t.Errorf("%v", r.Results)
	}
}

// Few descriptors: a wide and deep tree still works, or is held, and never
// fails in the middle.
func TestT14FewDescriptors(t *testing.T) {
	slow(t)
	for _, limit := range []string{"64", "256"} {
		h := newHost(t)
		h.alice("mkdir -p $(seq -f public_html/w%.0f/a/b/c/d 40); umask 077; cd public_html; for j in $(seq 5); do mkdir $(seq -f w%.0f/a/b/c/d/$j 40); done")
		outside := h.outside()
		under := []string{"sh", "-c", "ulimit -n " + limit + ` && exec "$@"`, "sh"}
		o := h.runUnder(under, "plan", "-out", "fd.plan")
		if o.code != 0 {
			t.Fatalf("%s: plan: exit code %d, %s", limit, o.code, o.stderr)
		}
		d := h.show("fd.plan")
		if len(d.Problems) > 0 || len(d.Held) > 0 {
			t.Errorf("%s: %.300v %.300v", limit, d.Problems, d.Held)
		}
		h.must("approve", "-all", "fd.plan")
		if r := h.applyUnder(under, "fd.plan"); !r.Complete {
			t.Errorf("%s: %v %s", limit, r.Results, r.stderr)
		}
		same(t, "outside", outside, h.outside())
	}
}

// The reasons of a whole batch, each with a long path of its own, fit into the
// journal: one customer who moves a folder after the plan does not end the run.
func TestT14ManyLongReasons(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.forest("home/alice/public_html", strings.Repeat("\x7f", 255), 6, 1500)
	name := h.planned()
	h.alice("mv public_html/*[!a-z.]* moved 2>/dev/null; ls public_html")
	r := h.apply(name)
	h.neighbour(&r)
	// After so many stale steps the account is held.
	if j := h.lastJournal(); j.Run.Interrupted || r.Results["stale"] == 0 || r.Results["stale"]+r.Results["not_reached"] < 1500 {
		t.Errorf("interrupted %v, %v: %s", j.Run.Interrupted, r.Results, r.stderr)
	}
}
