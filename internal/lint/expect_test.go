package lint

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rightful/spec"
)

// A path for which an expectation is said to be broken is tried: whatever modes
// it and the directories above had, after the policy is applied whoever is meant
// gets the wrong answer. What decides is worked out here by doublestar and by the
// kernel's rule, bit by bit.
func TestBrokenIsBroken(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(9, 10))}
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	claims := map[string]int{}
	for range rounds {
		text := d.policy()
		p, err := spec.Parse([]spec.PolicyFile{{Name: "p", Data: []byte(text)}}, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		c := &checker{policy: p, options: Options{Day: today}, unknown: map[spec.Pos]bool{}}
		c.bind()
		s := c.subjects[0]
		for _, e := range s.bound.Access {
			for _, q := range s.questions(e) {
				for _, path := range s.examples(q) {
					why := s.verdict(q, path)
					if why == "" {
						continue
					}
					claims[fmt.Sprint(q.Identity, q.Cannot, q.right)]++
					for range 20 {
						if d.allowed(s, q, path) != q.Cannot {
							t.Fatalf("%s: not so for %s in\n%s", why, path, text)
						}
					}
				}
			}
		}
	}
	if !testing.Short() && len(claims) < 15 {
		t.Errorf("too little is ever claimed: %v", claims)
	}
}

func (d dice) policy() string {
	pattern := func() string {
		return d.pick("a", "a/*", "a/**", "a/**/*", "**", "**/*", "*/b", "a/b/**", "*", "{a,b}/a", "b/**")
	}
	mode := func() string {
		return d.pick("0644", "0600", "0640", "0755", "0711", "0750", "0000", "0222", "u+rwx", "go+rx", "o-rwx", "a=r", "go=u", "any",
			"[0644, 0600]", "[0755, o+x]", "[u+r, 0604]")
	}
	var b strings.Builder
	fmt.Fprintln(&b, "rightful: 1\nidentities: {web: {user: www}}\naccounts: [{list: [{name: x}], profile: p}]\nprofiles:\n  p:")
	fmt.Fprintln(&b, "    owner: \"${account}\"\n    layout:")
	fmt.Fprintf(&b, "      .: {type: directory, directory_mode: %s, create: false}\n", quoted(mode()))
	fmt.Fprintf(&b, "      a: {type: %s, mode: %s, create: false}\n", d.pick("directory", "file", "[directory, file]"), quoted(mode()))
	fmt.Fprintln(&b, "    rules:")
	for range 1 + d.IntN(5) {
		fmt.Fprintf(&b, "      - {match: %q, %s: %s%s}\n", pattern(), d.pick("mode", "file_mode", "directory_mode"), quoted(mode()),
			d.pick("", "", "", "", ", enforce: report", ", owner: root", ", manage: false"))
	}
	fmt.Fprintln(&b, "    access:")
	for range 3 {
		fmt.Fprintf(&b, "      - {identity: %s, %s: %s, match: %q}\n", d.pick("others", "others", "account", "web"), d.pick("can", "cannot"),
			d.pick("read", "write", "execute", "list", "search"), pattern())
	}
	return b.String()
}

// quoted keeps YAML from reading modes as numbers.
func quoted(modes string) string {
	if list, ok := strings.CutPrefix(modes, "["); ok {
		return `["` + strings.ReplaceAll(strings.TrimSuffix(list, "]"), ", ", `", "`) + `"]`
	}
	return `"` + modes + `"`
}

// allowed gives a path, and all above it, modes by chance, applies the policy,
// and asks as the kernel does.
func (d dice) allowed(s *subject, q asked, path string) bool {
	class := func() int {
		switch q.Identity {
		case spec.IdentityOthers:
			return 0
		case spec.IdentityAccount:
			return 6
		}
		return 3 * d.IntN(3) // of a user by name nothing is known
	}
	has := func(at string, directory bool, bits int) bool {
		mode := applied(s, at, uint16(d.IntN(0o10000)), directory)
		return int(mode)>>class()&bits == bits
	}
	parts := strings.Split(path, "/")
	for i := range parts {
		if !has(strings.Join(append([]string{"."}, parts[:i]...), "/"), true, 1) {
			return false
		}
	}
	bits := map[spec.Right]int{spec.Read: 4, spec.Write: 2, spec.Execute: 1, spec.List: 4, spec.Search: 1}[q.right]
	return has("./"+path, q.right >= spec.List, bits)
}

// applied is the mode that the planner wants in the place of another.
func applied(s *subject, path string, before uint16, directory bool) uint16 {
	path = strings.TrimPrefix(path, "./")
	after := before
	for _, l := range s.bound.Lines {
		matched := l.Path == path
		if path != "." && l.Kind != spec.KindLayout {
			matched = slices.ContainsFunc(l.Match, func(m string) bool { return oracle(m, path) })
		}
		modes := l.FileMode
		if directory {
			modes = l.DirMode
		}
		if matched && modes != nil {
			after = settled(modes, before, directory)
		}
	}
	return after
}

func settled(modes *spec.Modes, before uint16, directory bool) uint16 {
	if modes.Any || slices.ContainsFunc(modes.Allowed, func(m spec.Mode) bool { return m.Apply(before, directory) == before }) {
		return before
	}
	return modes.Allowed[0].Apply(before, directory)
}
