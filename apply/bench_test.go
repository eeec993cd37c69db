//go:build linux

package apply

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// BenchmarkApply changes the mode of 100,000 files of one account, journal and
// sync included.
func BenchmarkApply(b *testing.B) {
	const dirs, files = 100, 1000
	h := newHost(b)
	var to, back []draft
	for d := range dirs {
		h.dir(fmt.Sprintf("home/alice/d%02d", d), 0o755, int(h.uid))
		for f := range files {
			path := fmt.Sprintf("d%02d/f%03d", d, f)
			h.file("home/alice/"+path, 0o600, int(h.uid))
			there := h.chmod(path, 0o644)
			again := there
			again.change.Before, again.change.After = there.change.After, there.change.Before
			to, back = append(to, there), append(back, h.finish(again))
		}
	}
	plans := []Options{h.plan(to...), h.plan(back...)}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		h.apply(plans[i%2], fmt.Sprintf("done %d", dirs*files))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(dirs*files), "ns/step")
}

// BenchmarkChmod is the least that a change costs: by name, and nothing asked.
func BenchmarkChmod(b *testing.B) {
	h := newHost(b)
	h.file("home/alice/f", 0o600, int(h.uid))
	home, err := fsys.OpenRoot(h.abs("home/alice"))
	h.must(err)
	defer home.Close()
	for i := 0; b.Loop(); i++ {
		h.must(unix.Fchmodat(home.FD(), "f", []uint32{0o644, 0o600}[i%2], 0))
	}
}

// BenchmarkUpdate is one step without journal and sync: pin, compare, change,
// confirm.
func BenchmarkUpdate(b *testing.B) {
	for _, c := range []struct {
		name string
		edit func(*plan.State)
	}{
		{"mode", func(s *plan.State) { s.Mode = 0o644 }},
		{"group and mode", func(s *plan.State) { s.GID, s.Mode = 33, 0o644 }},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.name != "mode" {
				needRoot(b)
			}
			h := newHost(b)
			h.file("home/alice/f", 0o600, int(h.uid))
			there := h.update("f", c.edit)
			back := there.change
			back.Before, back.After = there.change.After, there.change.Before
			home, err := fsys.OpenRoot(h.abs("home/alice"))
			h.must(err)
			defer home.Close()
			descriptors, err := fsys.OpenDescriptors()
			h.must(err)
			defer descriptors.Close()
			r := &run{calls: calls{retry}, descriptors: descriptors}
			r.kin = newKin(&r.options)
			w := &walker{run: r, account: &account{run: r, home: home, plan: &plan.Account{Name: "alice", UID: h.uid}}}
			step := plan.Step{Block: &plan.Block{Dir: "."}, Entry: &plan.Entry{Name: "f", ID: there.id}}
			changes := [2]*plan.Change{&there.change, &back}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				step.Change = changes[i%2]
				if o := w.update(&step); o.result != Done {
					b.Fatal(o)
				}
			}
		})
	}
}
