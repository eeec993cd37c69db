package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Workers tell of causes in any order; plans must come out the same.
func TestCausesDependOnNoOrder(t *testing.T) {
	for _, directories := range []int{3, manyCauses, manyCauses + 1, 3 * manyCauses} {
		var told []Cause
		for i := range directories {
			told = append(told,
				Cause{Path: fmt.Sprintf("d%d", i), Type: Directory, Mode: 0o700, Need: "search", By: "other has ---", Entries: int64(i % 7), Broken: int64(i % 2), Example: fmt.Sprintf("d%d/x", i)},
				Cause{Own: true, Type: File, Mode: Mode(i % 512), Need: "read", By: "group has ---", Entries: 1, Example: fmt.Sprintf("f%d", i)})
		}
		var want []Cause
		for round := range 4 {
			rand.New(rand.NewPCG(uint64(round), 1)).Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
			var whole, half Causes
			for i, c := range told {
				if i%2 == 0 {
					whole.Add(c)
				} else {
					half.Add(c)
				}
			}
			whole.Merge(&half)
			got := whole.Worst()
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d directories, round %d: %s", directories, round, diff)
			}
		}
		var entries int64
		for _, c := range want {
			entries += c.Entries
		}
		if blunt := want[0].Path == "" && !want[0].Own; blunt != (directories > manyCauses/2) {
			t.Errorf("%d directories, and as many modes: %+v", directories, want[0])
		}
		if entries == 0 || len(want) > maxCauses {
			t.Errorf("%d directories: %d causes of %d entries", directories, len(want), entries)
		}
	}
}
