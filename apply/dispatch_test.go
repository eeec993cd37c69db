//go:build linux

package apply

import (
	"context"
	"fmt"
	"testing"

	"rightful/plan"
)

// TestIntentComesFirst asks the journal, before a call changes anything, whether
// it has the step, in a run of several loads.
func TestIntentComesFirst(t *testing.T) {
	inMemory(t)
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	const dirs, files = 10, 850
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

// TestLoadsAreBounded: a load is cut where what its steps carry is large, whosever
// they are.
func TestLoadsAreBounded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nothing is written
	const accounts = 50
	loads := make(chan *load, accounts)
	d := &dispatcher{run: &run{ctx: ctx}, loads: loads}
	for i := range accounts {
		a := &plan.Account{Name: fmt.Sprintf("a%02d", i)}
		content := &plan.Content{Data: make([]byte, maxBytes/6+1)} // two are a load
		ch := plan.Change{Action: plan.Add, Content: content}
		b := &plan.Block{Account: a.Name, Dir: ".", Changes: []plan.Change{ch}, Entries: []plan.Entry{{Name: "f"}}}
		d.add(&plan.Step{Number: int64(i), Account: a, Block: b, Entry: &b.Entries[0], Change: &b.Changes[0]})
	}
	d.end()
	close(loads)
	n := 0
	for l := range loads {
		n++
		if len(l.steps) > 2 {
			t.Errorf("a load of %d steps and %d bytes", len(l.steps), l.bytes)
		}
	}
	if n != accounts/2 {
		t.Errorf("%d loads", n)
	}
}
