package reconcile

import (
	"sync/atomic"
	"testing"
)

// What is paid for covers what is looked at, so that a rate is one.
func TestPaceIsAskedForEveryEntry(t *testing.T) {
	h := newHost(t)
	for _, name := range []string{"a", "b", "c"} {
		h.file("home/alice/public_html/"+name, "", 0o644)
	}
	var paid atomic.Int64
	h.o.Pace = func(n int) { paid.Add(int64(n)) }
	h.o.Progress = &Progress{}
	_, err := h.run(site)
	h.must(err)
	if seen := h.o.Progress.Entries.Load(); seen < 3 || paid.Load() < seen {
		t.Errorf("%d paid for %d entries", paid.Load(), seen)
	}
}
