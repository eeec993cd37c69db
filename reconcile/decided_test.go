package reconcile

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"rightful/spec"
)

// Decided hears of the lines that have the last word on something, and of no
// others, whatever they match.
func TestDecided(t *testing.T) {
	const head = `profiles:
  site:
    rules:
      - {match: "a/**", directory_mode: "0755", file_mode: "0644"} # dirs, and files but one
      - {match: "a/**", directory_mode: u+rwx}                     # takes the directories
      - {match: "a/x", owner: any, file_mode: any}                 # takes the one
      - {match: "a/l", owner: any}                                 # a link
      - {match: b, manage: false}                                  # nothing below
      - {match: "b/**", mode: "0700", enforce: report}
      - {match: "c/**", mode: "0700"}                              # overridden by the layout
      - {match: "k/**", mode: any}                                 # kept
    keep: [{mode: "0000"}]
    layout:
      .: {type: directory, mode: "0711"}
      c: {type: directory, mode: "0700"}
      d: {type: directory, mode: "0700"}
      e: {type: directory, mode: "0700", create: false}
      l: {type: symlink, target: a}
exceptions:
  - {account: alice, until: 2026-11-21, reason: r, rules: [{match: d, mode: any}]}
  - {account: alice, until: 2026-11-22, reason: r, rules: [{match: a/y, acl: none}, {match: a/z, acl: none}]}
`
	for name, c := range map[string]struct {
		grow func(*testHost)
		want string
	}{
		"nothing there": {func(*testHost) {}, ".: c: l: rules:d"},
		"all there": {func(h *testHost) {
			h.file("home/alice/a/x", "", 0o644)
			h.file("home/alice/a/y", "", 0o644)
			h.link("home/alice/a/l", "x")
			h.dir("home/alice/b", 0o700)
			h.dir("home/alice/b/c", 0o700)
			h.dir("home/alice/c", 0o700)
			h.dir("home/alice/k", 0)
			h.link("home/alice/l", "a")
		}, `"a/**" "a/**" "a/x" b .: c: l: rules:d rules:a/y`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			c.grow(h)
			var mu sync.Mutex
			heard := map[spec.Pos]bool{}
			h.o.Decided = func(pos spec.Pos) {
				mu.Lock()
				defer mu.Unlock()
				heard[pos] = true
			}
			if _, err := h.run(head); err != nil {
				t.Fatal(err)
			}
			if got := heardText(policyHead+head, heard); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}

// heardText names lines by their first word after the place.
func heardText(policy string, heard map[spec.Pos]bool) string {
	lines := strings.Split(policy, "\n")
	all := slices.SortedFunc(maps.Keys(heard), func(a, b spec.Pos) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	var words []string
	for _, pos := range all {
		text := strings.TrimPrefix(lines[pos.Line-1][pos.Column-1:], "{match: ")
		word := text[:strings.IndexAny(text, ",} ")]
		if strings.Contains(lines[pos.Line-1], "exceptions") || strings.Contains(lines[pos.Line-1], "until") {
			word = "rules:" + word
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
