//go:build linux

package apply

import (
	"fmt"
	"testing"
)

// TestIntentComesFirst asks the journal, before a call changes anything, whether
// it has the step, in a run of several loads.
func TestIntentComesFirst(t *testing.T) {
	inMemory(t)
	const dirs, files = 10, 1000
	h := newHost(t)
	var steps []draft
	for d := range dirs {
		h.dir(fmt.Sprintf("home/alice/d%d", d), 0o755, int(h.uid))
		for f := range files {
			path := fmt.Sprintf("d%d/f%03d", d, f)
			h.file("home/alice/"+path, 0o600, int(h.uid))
			steps = append(steps, h.chmod(path, 0o644))
		}
	}
	o := h.plan(steps...)
	o.Workers = 1
	var step int64 // the next one: each is one call
	o.try = func(name string, call func() error) error {
		if name == "chmod" {
			if step%500 == 0 || step == maxLoad {
				err := eachJournal(o.StateDir, func(j *Journal) {
					if !j.Unsettled(step) {
						t.Errorf("step %d is changed without an intent", step)
					}
				})
				h.must(err)
			}
			step++
		}
		return retry(name, call)
	}
	h.apply(o, fmt.Sprintf("done %d", dirs*files))
	if step != dirs*files || step <= maxLoad {
		t.Errorf("%d calls, in loads of %d", step, maxLoad)
	}
}
