//go:build linux

package hostile

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// uploads is the common wish: what customers upload, the web server may read.
const uploads = `rightful: 1
accounts: [{passwd: {uid: 62001-62002, home: /home/*}, profile: site}]
profiles:
  site:
    layout:
      cache: {type: directory, mode: "0700", acl: ["user:web:rwx", "default:user:web:rwx"]}
    rules:
      - {match: "public_html/**", acl: ["user:web:r-X", "default:user:web:r-X"]}
limits: {run: {accounts: unlimited}}
`

// images are the ACLs below the homes, byte for byte, workshops aside.
func (h *host) images() manifest {
	h.t.Helper()
	m := manifest{}
	for block := range strings.SplitSeq(h.tool("sh", "-c", "find home -name .rightful -prune -o ! -type l -print0 | sort -z | xargs -0 getfattr -hd -e hex -m '^system.posix_acl'"), "\n\n") {
		path, acls, _ := strings.Cut(block, "\n")
		m[strings.TrimPrefix(path, "# file: ")] = acls
	}
	return m
}

// TestACLStory goes from plan to undo on two filesystems: what setfacl would
// have made of the same words, what the kernel then lets the web server do, that
// nothing is left to do, and that the way back leads to the same bytes.
func TestACLStory(t *testing.T) {
	needTool(t, "setfacl", "getfacl", "getfattr")
	for _, where := range []string{"tmpfs", "ext4"} {
		t.Run(where, func(t *testing.T) {
			dir := memory()
			if where == "ext4" {
				if testing.Short() {
					t.Skip("long: run without -short")
				}
				dir = newDisk(t, where, 32).dir
			}
			h := newHostIn(t, dir)
			h.write("policy.yaml", uploads)
			h.alice("setfacl -d -m u:62002:rwx,g::--- public_html && mkdir public_html/inherits && setfacl -m u:62002:rw,u:62003:- public_html/index.html && ln -s index.html public_html/link")
			before, outside, links := h.images(), h.outside(), h.tool("sh", "-c", "find home -type l -printf '%p %l %U:%G %i %C@\\n'")
			h.sh("cp -a home copy && cd copy && find */public_html -type d -exec setfacl -b {} + && setfacl -Rb */public_html && setfacl -Rm u:62003:r-X,d:u:62003:r-X */public_html")
			r := h.apply(h.planned())
			if !r.Complete {
				t.Fatalf("%+v", r.NotDone)
			}
			compared := "find . -path '*/public_html*' ! -type l -print0 | sort -z | xargs -0 getfacl -n"
			if want, got := h.sh("cd copy && "+compared), h.sh("cd home && "+compared); got != want {
				t.Errorf("setfacl makes\n%s\nbut there is\n%s", want, got)
			}
			if o := h.run("plan", "-detailed-exitcode"); o.code != 0 {
				t.Errorf("there are still changes:\n%s", o.stdout)
			}
			// Files keep out whom they kept out; the way in is the home's and 0711 already.
			if err := h.as(web, "cat public_html/index.html public_html/sub/page.html && ls public_html/inherits && >cache/x"); err != nil {
				t.Errorf("web: %v", err)
			}
			h.alice("echo new >public_html/inherits/new.html && chmod 640 public_html/inherits/new.html")
			if err := h.as(web, "cat public_html/inherits/new.html"); err != nil {
				t.Errorf("web, of what was uploaded since: %v", err)
			}
			for who, script := range map[uint32]string{web: "echo >public_html/index.html", bob: "cat public_html/index.html"} {
				if h.as(who, script) == nil {
					t.Errorf("%d can: %s", who, script)
				}
			}
			h.sh("rm home/alice/public_html/inherits/new.html home/alice/cache/x")
			h.must("undo", "-out", "back.plan", r.Run)
			h.must("approve", "-all", "back.plan")
			if back := h.apply("back.plan"); !back.Complete {
				t.Errorf("undo: %+v", back.NotDone)
			}
			same(t, "ACLs, after undo", before, h.images())
			if now := h.tool("sh", "-c", "find home -type l -printf '%p %l %U:%G %i %C@\\n'"); now != links {
				t.Errorf("links: %s, were %s", now, links)
			}
			same(t, "outside", outside, h.outside())
		})
	}
}

// TestACLStale: an ACL of either kind that was changed between plan and apply is
// left alone.
func TestACLStale(t *testing.T) {
	needTool(t, "setfacl")
	h := newHost(t)
	h.write("policy.yaml", uploads)
	name := h.planned()
	h.alice("setfacl -d -m u:62002:rwx public_html && setfacl -m u:62002:r public_html/index.html")
	before := h.images()
	r := h.apply(name)
	for _, path := range []string{"public_html", "public_html/index.html"} {
		if r.result(path) != "stale" {
			t.Errorf("%s: %q", path, r.result(path))
		}
		if was, now := before["home/alice/"+path], h.images()["home/alice/"+path]; was != now {
			t.Errorf("%s: was\n%s\nnow\n%s", path, was, now)
		}
	}
}

// TestACLSettles gives random states random wants. One apply settles what has no
// problem, undo brings it back, and nobody loses or gains what he should not on
// the way: the states of the plan are those that the kernel has.
func TestACLSettles(t *testing.T) {
	slow(t)
	needTool(t, "setfacl", "getfattr")
	seeds := uint64(4)
	if *allFaults {
		seeds = 12
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 3))
		h := newHost(t)
		h.alice("mkdir r && cd r && for i in $(seq 0 39); do if [ $((i % 3)) = 0 ]; then mkdir $i; else : >$i; fi; done")
		var states strings.Builder
		for i := range 40 {
			fmt.Fprintf(&states, "setfacl -m %s %d; chmod %o %[2]d\n", randomWords(rng, 0, true), i, rng.IntN(0o1000))
			if i%3 == 0 && rng.IntN(2) == 0 {
				fmt.Fprintf(&states, "setfacl -d -m %s %d\n", randomWords(rng, 0, true), i)
			}
			if rng.IntN(4) == 0 {
				fmt.Fprintf(&states, "chgrp %d %d\n", web, i)
			}
		}
		h.sh("cd home/alice/r\n" + states.String())
		var rules strings.Builder
		for i := range 40 {
			fmt.Fprintf(&rules, "      - {match: r/%d%s%s}\n", i, randomMode(rng), randomACLWant(rng, i%3 == 0))
		}
		h.write("policy.yaml", "rightful: 1\naccounts: [{list: [{name: alice, home: /home/alice}], profile: site}]\nprofiles:\n  site:\n    take_from: [root]\n    rules:\n"+
			"      - {match: \"r/**\", owner: \"${account}\", group: \"${group}\"}\n"+rules.String())
		before := h.images()
		r := h.apply(h.planned())
		if !r.Complete {
			t.Fatalf("seed %d: %+v\n%s", seed, r.NotDone, rules.String())
		}
		second := h.planned()
		if d := h.show(second); len(d.Steps) > 0 {
			t.Errorf("seed %d: not settled: %+v\n%s", seed, d.Steps, rules.String())
		}
		for _, p := range h.show(second).Problems {
			if p.Kind != "acl" {
				t.Errorf("seed %d: %+v", seed, p)
			}
		}
		h.must("undo", "-out", "back.plan", r.Run)
		h.must("approve", "-all", "back.plan")
		if back := h.apply("back.plan"); !back.Complete {
			t.Errorf("seed %d: undo: %+v", seed, back.NotDone)
		}
		same(t, fmt.Sprintf("seed %d: ACLs, after undo", seed), before, h.images())
	}
}

// randomWords are setfacl's, of one to four entries.
func randomWords(rng *rand.Rand, least int, numbers bool) string {
	who := []string{"u:bob", "u:web", "g:web", "g:bob"}
	if numbers {
		who = []string{"u:62002", "u:62003", "g:62003", "g:62002"}
	}
	rng.Shuffle(len(who), func(i, j int) { who[i], who[j] = who[j], who[i] })
	words := who[:max(least, 1+rng.IntN(4))]
	for i := range words {
		words[i] += ":" + []string{"r", "rw", "rwx", "rX", "-", "x", "wX"}[rng.IntN(7)]
	}
	if rng.IntN(4) == 0 {
		words = append(words, "m::"+[]string{"r", "rx", "rwx"}[rng.IntN(3)])
	}
	return strings.Join(words, ",")
}

func randomMode(rng *rand.Rand) string {
	switch rng.IntN(4) {
	case 0:
		return fmt.Sprintf(`, mode: "%04o"`, rng.IntN(0o1000))
	case 1:
		return fmt.Sprintf(`, mode: "%s"`, []string{"g+r,o-w", "u+rw,g-w", "o=", "g=u", "go-rwx", "ug+X"}[rng.IntN(6)])
	case 2:
		return fmt.Sprintf(`, mode: ["%04o", "g+r"]`, rng.IntN(0o1000))
	}
	return ""
}

func randomACLWant(rng *rand.Rand, directory bool) string {
	var words []string
	for _, word := range strings.Split(randomWords(rng, 1, false), ",") {
		words = append(words, `"`+word+`"`)
	}
	if directory && rng.IntN(2) == 0 {
		for _, word := range strings.Split(randomWords(rng, 1, false), ",") {
			words = append(words, `"d:`+word+`"`)
		}
	}
	if rng.IntN(5) == 0 {
		return ", acl: none"
	}
	return ", acl: [" + strings.Join(words, ", ") + "]"
}
