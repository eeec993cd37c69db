//go:build linux

package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestT20TamperedPlan(t *testing.T) {
	slow(t)
	h := newHost(t)
	name := h.planned()
	before := h.look(true, "home", "outside")
	for _, file := range []string{name, name + ".approval"} {
		path := filepath.Join(h.base, file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(data); at += 1 + len(data)/40 {
			bad := []byte(string(data))
			bad[at] ^= 1 << (at % 8)
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if o := h.run("apply", name); o.code != 1 && o.code != 5 {
				t.Errorf("%s, byte %d: exit code %d, %s", file, at, o.code, o.stderr)
			}
		}
		for _, short := range []int{0, len(data) / 2, len(data) - 1} {
			if err := os.WriteFile(path, data[:short], 0o600); err != nil {
				t.Fatal(err)
			}
			if o := h.run("apply", name); o.code != 1 && o.code != 5 {
				t.Errorf("%s, cut at %d: exit code %d", file, short, o.code)
			}
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		// What others can write is not believed, and neither is what others own.
		for _, spoil := range []string{"chmod 666 ", "chown 62001 "} {
			h.sh(spoil + path)
			if o := h.run("apply", name); o.code == 0 {
				t.Errorf("%s after %s is believed", file, spoil)
			}
			h.sh("chown 0:0 " + path + "; chmod 600 " + path)
		}
	}
	same(t, "homes", before, h.look(true, "home", "outside"))
}

func TestT20Replay(t *testing.T) {
	h := newHost(t)
	name := h.planned()
	if r := h.apply(name); !r.Complete {
		t.Fatalf("%+v", r)
	}
	// The old state is no reason to do the old plan on a new file.
	h.alice("cp public_html/index.html new; chmod 600 new; mv new public_html/index.html; rm www; ln -s elsewhere www")
	before := h.look(false, "home/alice")
	r := h.apply(name)
	for _, path := range []string{"public_html/index.html", "www"} {
		if r.result(path) != "stale" {
			t.Errorf("%s: %q", path, r.result(path))
		}
	}
	same(t, "alice's home", before, h.look(false, "home/alice"))
	// Another root, and another machine, are not what was planned for.
	other := newHost(t)
	h.sh("cp " + h.base + "/" + name + "* " + other.base)
	outside := other.look(true, "home", "outside")
	os.Rename(h.root, h.root+"-away")
	defer os.Rename(h.root+"-away", h.root)
	if o := other.run("apply", name); o.code == 0 {
		t.Errorf("a plan for another root is applied: %s", o.stdout)
	}
	same(t, "the other host", outside, other.look(true, "home", "outside"))
}

func TestT22Names(t *testing.T) {
	slow(t)
	h := newHost(t)
	name := h.planned()
	before := h.look(true, "home", "outside")
	for what, edit := range map[string]string{
		"alice has another uid":  "s/^alice:x:62001/alice:x:62009/",
		"alice is bob":           "s/^alice:x:62001/alice:x:62002/",
		"alice is root":          "s/^alice:x:62001/alice:x:0/",
		"alice is gone":          "/^alice/d",
		"web has another number": "s/^web:x:62003/web:x:0/",
		"web is gone":            "/^web/d",
	} {
		h.sh("cp -r etc etc.good; sed -i '" + edit + "' etc/passwd etc/group")
		r := h.apply(name)
		if r.Complete || !strings.Contains(what, "web") && r.result("public_html") == "" && r.code != 1 {
			t.Errorf("%s: exit code %d, %v", what, r.code, r.Results)
		}
		if strings.Contains(what, "web") && r.code == 0 {
			t.Errorf("%s: exit code 0", what)
		}
		// Bob may have been served, alice not.
		if d := pick(before, "home/alice").diff(pick(h.look(true, "home", "outside"), "home/alice")); d != "" {
			t.Errorf("%s:\n%s", what, d)
		}
		h.sh("rm -rf etc && mv etc.good etc")
	}
	// A name of digits only is never a user.
	h.sh("echo '12345:x:62001:62001::/home/alice:/bin/sh' >>etc/passwd")
	for _, owner := range []string{"12345", "1abc", "0x0", "+0", " 0", "-1", "4294967295"} {
		h.write("policy.yaml", strings.Replace(sensible, "owner: ${account}", "owner: \""+owner+"\"", 1))
		if o := h.run("plan", "-out", "digits.plan"); o.code == 0 && h.show("digits.plan").Summary.Change > 0 && owner != "12345" {
			t.Errorf("owner %q is accepted: %s", owner, o.stdout)
		}
	}
}

func pick(m manifest, prefix string) manifest {
	some := manifest{}
	for path, what := range m {
		if strings.HasPrefix(path, prefix) {
			some[path] = what
		}
	}
	return some
}
