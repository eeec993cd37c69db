//go:build linux

package hostile

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// crowd adds n accounts with a damaged site each, beside alice and bob.
func (h *host) crowd(n int) {
	h.t.Helper()
	var passwd, group strings.Builder
	for i := range n {
		fmt.Fprintf(&passwd, "c%03d:x:%d:%[2]d::/home/c%03[1]d:/bin/sh\n", i, 62100+i)
		fmt.Fprintf(&group, "c%03d:x:%d:\n", i, 62100+i)
	}
	for name, lines := range map[string]string{"passwd": passwd.String(), "group": group.String()} {
		f, err := os.OpenFile(h.abs("etc/"+name), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := f.WriteString(lines); err != nil {
			h.t.Fatal(err)
		}
		f.Close()
	}
	h.sh(fmt.Sprintf(`for i in $(seq 0 %d); do cp -a home/bob home/c$(printf %%03d $i); chown -hR $((62100+i)):$((62100+i)) home/c$(printf %%03d $i); done`, n-1))
	policy := strings.Replace(sensible, "uid: 62001-62002", "uid: 62001-62999", 1)
	h.write("policy.yaml", strings.Replace(policy, "run: {", "run: {accounts: unlimited, ", 1))
}

// homes is what is in the homes' folder, without the workshop.
func (h *host) homes() manifest {
	h.t.Helper()
	m := h.look(false, "home")
	maps.DeleteFunc(m, func(path, _ string) bool { return path == "(acl)" || strings.HasPrefix(path, "home/.rightful") })
	delete(m, "home") // which has it as an entry
	return m
}

// With few descriptors, and many processors that would use them, all is planned,
// done and taken back: in many accounts, down a chain, on the way back up a chain
// with something beside each link, in what is removed, and below one wide
// directory.
func TestT14FewDescriptorsManyPlaces(t *testing.T) {
	slow(t)
	h := newHost(t)
	h.crowd(150)
	const comb = `umask 077; way=; sides=; for i in $(seq 400); do sides="$sides ${way}e"; way=${way}d/; done
		mkdir -p $way; mkdir $sides; for side in $sides; do : >$side/f; done`
	h.alice("mkdir -m 700 public_html/comb; cd public_html/comb; " + comb)
	h.alice("cd .old_panel; " + comb)
	h.alice("umask 077; mkdir public_html/wide; cd public_html/wide; mkdir $(seq 1000); touch $(seq -f %.0f/f 1000)")
	h.env = []string{"GOMAXPROCS=64"}
	under := []string{"sh", "-c", `ulimit -n 256 && exec "$@"`, "sh"}
	before, outside := h.homes(), h.outside()

	if o := h.runUnder(under, "plan", "-workers", "64", "-out", "fd.plan"); o.code != 0 {
		t.Fatalf("plan: exit code %d, %s", o.code, o.stderr)
	}
	if d := h.show("fd.plan"); !d.Complete || len(d.Problems) > 0 || len(d.Held) > 0 {
		t.Errorf("%.500v %.500v", d.Problems, d.Held)
	}
	h.must("approve", "-all", "fd.plan")
	r := h.applyUnder(under, "fd.plan")
	if !r.Complete {
		t.Fatalf("%v %.500v %s", r.Results, r.NotDone, r.stderr)
	}
	if o := h.runUnder(under, "plan", "-workers", "64", "-detailed-exitcode"); o.code != 0 {
		t.Errorf("planned again: exit code %d, %.500s", o.code, o.stdout)
	}
	same(t, "outside", outside, h.outside())

	if o := h.runUnder(under, "undo", "-out", "back.plan", r.Run); o.code != 0 {
		t.Fatalf("undo: exit code %d, %s", o.code, o.stderr)
	}
	h.must("approve", "-all", "back.plan")
	if r := h.applyUnder(under, "back.plan"); !r.Complete {
		t.Errorf("undo: %v %.500v %s", r.Results, r.NotDone, r.stderr)
	}
	same(t, "outside", outside, h.outside())
	same(t, "what was taken back", before, h.homes())
}
