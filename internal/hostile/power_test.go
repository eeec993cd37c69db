//go:build linux

package hostile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"rightful/apply"
	"rightful/plan"
)

// TestPowerCut takes the power away from the filesystem, after an apply that has
// ended, and in the middle of one. What a run that ended says is done has been
// done; of one that was cut off nothing more is believed than the tree shows,
// and the next run brings it to its end. Once the journal is on the same
// filesystem, once on another.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short")
	}
	// Not side by side with others: a child of theirs keeps a disk busy between
	// fork and exec.
	cases := []struct {
		kind string
		mib  int
		flag uint32
	}{{"ext4", 32, 2}, {"xfs", 320, 2}, {"btrfs", 128, 0}, {"ext4", 32, 0}, {"ext4", 32, 1}, {"xfs", 320, 1}, {"xfs", 320, 0}}
	if !*allFaults {
		cases = cases[:3]
	}
	for i, c := range cases {
		for _, where := range []string{"same", "other"} {
			for _, when := range []string{"after", "during"} {
				if !*allFaults && i > 0 && (where == "same") != (when == "during") {
					continue
				}
				t.Run(fmt.Sprintf("%s flag %d, journal on %s, %s", c.kind, c.flag, where, when), func(t *testing.T) {
					powerCut(t, newDisk(t, c.kind, c.mib), c.flag, where == "same", when == "after")
				})
			}
		}
	}
}

func powerCut(t *testing.T, d *disk, flag uint32, same, after bool) {
	h := newHostIn(t, d.dir)
	state := filepath.Join(h.base, "state")
	if !same {
		state = t.TempDir()
		h.env = append(h.env, "RIGHTFUL_STATE_DIR="+state)
	}
	h.sh("for i in $(seq 100); do echo $i >home/alice/public_html/p$i.html; done; chown 62001:62001 home/alice/public_html/p*; chmod 606 home/alice/public_html/p*")
	name := h.planned()
	steps := h.steps(name)
	h.sh("sync -f .") // all of that is old; what apply does is new
	if after {
		if r := h.apply(name); !r.Complete {
			t.Fatalf("%+v %s", r.NotDone, r.stderr)
		}
	} else {
		cut := rand.IntN(60)
		n := 0
		h.applySupervised(name, faulty, func(*stop) verdict {
			n++
			return verdict{kill: n > cut+5}
		})
	}
	// The homes are found again where the disk is afterwards.
	h.base = filepath.Join(d.cut(flag), filepath.Base(h.base))
	h.root = filepath.Join(h.base, "root")
	if same {
		state = filepath.Join(h.base, "state")
	}
	h.survived(state, steps, after)
}

// survived holds the journals in a state folder against the tree.
func (h *host) survived(state string, steps []plan.Step, ended bool) {
	h.t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(state, "runs/*"))
	if ended && len(dirs) != 1 {
		h.t.Fatalf("%d records of a run that has ended", len(dirs))
	}
	for _, dir := range dirs {
		j, err := apply.ReadJournal(dir)
		if os.IsNotExist(err) && !ended {
			continue
		}
		if err != nil {
			h.t.Fatal(err)
		}
		if ended && j.Run.Interrupted {
			h.t.Errorf("the run has ended, and its record not: %+v", j.Run)
		}
		for i := range steps {
			result, _ := j.Result(steps[i].Number)
			if !j.Run.Interrupted && result == apply.Done && !h.right(&steps[i]) {
				h.t.Errorf("%q is not as the journal says", h.path(&steps[i]))
			}
		}
	}
	h.narrow(steps)
	h.env = append(h.env, "RIGHTFUL_STATE_DIR="+h.base+"/state2")
	if name := h.planned(); len(h.steps(name)) > 0 {
		if r := h.apply(name); !r.Complete {
			h.t.Errorf("the next run: %+v %s", r.NotDone, r.stderr)
		}
	}
	if o := h.run("plan", "-detailed-exitcode"); o.code != 0 {
		h.t.Errorf("there are still changes: %s", o.stdout)
	}
}
