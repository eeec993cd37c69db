//go:build linux

package apply

import (
	"fmt"
	"testing"
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
