//go:build linux

package hostile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightful/plan"
)

// TestRaces plans and applies while a process of the customer's swaps names as
// fast as the kernel lets it, until -tries swaps have been made in each case.
// Whatever the moment: nothing outside is touched, nothing of the neighbour's is
// in the way, and no step of alice's has changed another inode than its own:
// what she swaps in has modes that no line of the policy gives.
func TestRaces(t *testing.T) {
	slow(t)
	for _, tt := range []struct {
		name  string
		plant string
		dir   string
		pairs []string
	}{
		{
			"final, link to outside", "ln -s ../../../outside/shadow public_html/evil", "public_html",
			[]string{"index.html", "evil", "run.cgi", "evil"},
		},
		{
			"parent, link to outside", "ln -s ../../../outside/dir public_html/evil; mkdir public_html/sub/a", "public_html",
			[]string{"sub", "evil"},
		},
		{
			"final, a private file", "echo secret >public_html/private; chmod 400 public_html/private", "public_html",
			[]string{"index.html", "private", "run.cgi", "private"},
		},
		{
			"the layout's own", "ln -s ../../outside/dir evil; mkdir dir", ".",
			[]string{"public_html", "evil", "www", "evil", ".old_panel", "dir", ".ssh", "evil"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := *tries
			h := newHost(t)
			h.alice(tt.plant)
			outside, files := h.outside(), h.files()
			done := int64(0)
			for swaps, round := 0, 0; swaps < want; round++ {
				h.repairable()
				e := h.exchange("home/alice/"+tt.dir, tt.pairs...)
				o := h.run("plan", "-out", "race.plan")
				if o.code != 0 {
					t.Fatalf("plan: %d %s", o.code, o.stderr)
				}
				h.run("approve", "-all", "race.plan")
				steps, before := h.steps("race.plan"), h.inodes()
				r := h.reported(h.run("apply", "-json", "race.plan"))
				swaps += e.stop()
				if r.code != 0 && r.code != 7 && r.code != 6 {
					t.Fatalf("apply: %d %s", r.code, r.stderr)
				}
				done += r.Results["done"]
				for _, n := range r.NotDone {
					if n.Account == "bob" {
						t.Errorf("bob: %+v", n)
					}
				}
				same(t, "outside", outside, h.outside())
				h.kept(files)
				h.onPlanned(before, steps)
				if t.Failed() {
					return
				}
			}
			t.Logf("%d steps done", done)
		})
	}
}

// repairable damages both homes again, and puts names back in their places.
func (h *host) repairable() {
	h.t.Helper()
	h.sh(`for a in alice bob; do
		find home/$a -type d -exec chmod 700 {} + ; find home/$a -type f ! -name private -exec chmod 600 {} + ; rm -rf home/$a/etc home/$a/logs
		[ -e home/$a/.old_panel ] || { mkdir home/$a/.old_panel; chown --reference=home/$a home/$a/.old_panel; }
	done`)
}

// inodes is owner and mode of every inode below the homes.
func (h *host) inodes() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(h.sh("find home -path home/.rightful -prune -o ! -type l -printf '%i %U:%G %m\n' 2>/dev/null || true")) {
		ino, state, _ := strings.Cut(strings.TrimSpace(line), " ")
		all[ino] = state
	}
	return all
}

// onPlanned holds that whatever has changed is an inode that was planned, and
// is now as it was planned, wherever its owner has moved it since. A walk may
// have met one under two names, so that there are two plans for it.
func (h *host) onPlanned(before map[string]string, steps []plan.Step) {
	h.t.Helper()
	planned := map[string][]string{}
	for i := range steps {
		ino, after := fmt.Sprint(steps[i].Entry.ID.Ino), steps[i].Change.After
		planned[ino] = append(planned[ino], fmt.Sprintf("%d:%d %o", after.UID, after.GID, after.Mode))
	}
	for ino, now := range h.inodes() {
		if was, ok := before[ino]; ok && now != was && !slices.Contains(planned[ino], now) {
			h.t.Errorf("inode %s is %s, was %s, planned %q", ino, now, was, planned[ino])
		}
	}
}
