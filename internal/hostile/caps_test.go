//go:build linux

package hostile

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// withCaps runs the program as a user with these capabilities and no others.
// no-new-privs is not set: nothing here has any to gain.
func withCaps(uid string, caps ...string) []string {
	if uid == "0" {
		// Root loses the others with its bounding set.
		return []string{"setpriv", "--bounding-set", "-all,+" + strings.Join(caps, ",+"), "--inh-caps", "-all"}
	}
	set := "-all,+" + strings.Join(caps, ",+")
	return []string{"setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--inh-caps", set, "--ambient-caps", set}
}

var applierCaps = []string{"chown", "fowner", "fsetid", "dac_override", "dac_read_search"}

// The planner as nobody, with the one capability that lets it look everywhere:
// it makes the same plan as root.
func TestPlannerCapabilities(t *testing.T) {
	needTool(t, "setpriv")
	h := newHost(t)
	before := h.look(true, "home", "outside")
	full := h.must("plan", "-json")
	h.sh("mkdir -m 1777 ../drop")
	o := h.runUnder(withCaps("65534", "dac_read_search"), "plan", "-json", "-out", "drop/cap.plan")
	if o.code != 0 {
		t.Fatalf("exit code %d: %s", o.code, o.stderr)
	}
	digest := func(text string) string {
		_, rest, _ := strings.Cut(text, `"digest":"`)
		return rest[:min(71, len(rest))]
	}
	if digest(o.stdout) != digest(full.stdout) || digest(o.stdout) == "" {
		t.Errorf("digest %q, root's %q\n%s", digest(o.stdout), digest(full.stdout), o.stderr)
	}
	same(t, "homes", before, h.look(true, "home", "outside"))
}

// The applier with five capabilities: as root it does everything. As another
// user, who does not own the folder of the homes and whose workshop would not
// be root's, it works or says why not, and changes nothing that it does not
// record.
func TestApplierCapabilities(t *testing.T) {
	needTool(t, "setpriv")
	for _, uid := range []string{"0", "65534"} {
		h := newHost(t)
		outside, name := h.outside(), h.planned()
		steps, before := h.steps(name), h.look(false, "home")
		dir := h.base + "/state"
		h.sh("mkdir -m 700 ../state; chown " + uid + " ../state; chown " + uid + " ../" + name + " ../" + name + ".approval; chmod 755 ..")
		h.env = append(h.env, "XDG_RUNTIME_DIR="+t.TempDir())
		r := h.applyUnder(withCaps(uid, applierCaps...), name)
		if uid == "0" && !r.Complete {
			t.Errorf("as root: %v %+v %s", r.Results, r.NotDone, r.stderr)
		}
		if !r.Complete && r.stderr == "" && len(r.NotDone) == 0 {
			t.Errorf("as %s: exit code %d without a reason", uid, r.code)
		}
		t.Logf("as %s: exit code %d, %v %.200s %+.300v", uid, r.code, r.Results, r.stderr, r.NotDone)
		if entries, err := os.ReadDir(dir + "/runs"); err == nil && len(entries) > 0 {
			h.honest(h.lastJournal(), steps, before)
		}
		h.narrow(steps)
		same(t, "outside", outside, h.outside())
	}
}

// T24: without CAP_FSETID chmod drops setgid, and reports success.
func TestT24WithoutFSETID(t *testing.T) {
	needTool(t, "setpriv")
	h := newHost(t)
	h.write("policy.yaml", strings.Replace(sensible, `{type: directory, mode: "0750", group: web}`, `{type: directory, directory_mode: "2750", group: web}`, 1))
	name := h.planned()
	steps, before := h.steps(name), h.look(false, "home")
	caps := slices.DeleteFunc(slices.Clone(applierCaps), func(c string) bool { return c == "fsetid" })
	r := h.applyUnder(withCaps("0", caps...), name)
	if r.result("public_html") != "failed" || r.Complete {
		t.Errorf("%v %+v %s", r.Results, r.NotDone, r.stderr)
	}
	h.honest(h.lastJournal(), steps, before)
}
