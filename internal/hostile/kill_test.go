//go:build linux

package hostile

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// TestKills kills apply, and now and then plan, at random moments: -kills times.
// Nothing is wider than before or after, the journal tells the truth, nothing is
// lost, and the next run brings everything to its end.
func TestKills(t *testing.T) {
	slow(t)
	want := *kills
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	killed := 0
	for round := 0; killed < want; round++ {
		if round > 20*want+100 {
			t.Fatalf("only %d of %d rounds were killed", killed, round)
		}
		h := newHost(t)
		h.sh("for i in $(seq 150); do echo $i >home/alice/public_html/p$i.html; done; chown 0:0 home/alice/public_html/p1*; chown 62001:62001 home/alice/public_html/p[2-9]*; chmod 606 home/alice/public_html/p*")
		outside, files := h.outside(), h.files()
		if round%4 == 0 {
			if h.killed(random, 8*time.Millisecond, "plan", "-out", "killed.plan") {
				killed++
			}
			if h.try("test -e ../killed.plan") {
				h.must("show", "killed.plan") // whole, or not there
			}
		}
		name := h.planned()
		steps, before := h.steps(name), h.look(false, "home")
		if h.killed(random, 40*time.Millisecond, "apply", name) {
			killed++
		}
		same(t, "outside", outside, h.outside())
		h.kept(files)
		h.narrow(steps)
		if j := h.lastJournal(); j != nil {
			h.honest(j, steps, before)
		} else if d := before.diff(h.look(false, "home")); d != "" {
			t.Errorf("changed without a journal:\n%s", d)
		}
		h.must("history", "-json")
		h.converges(name, outside, files)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

// killed runs the program and kills it after a random part of a duration; false
// where it was faster.
func (h *host) killed(random *rand.Rand, most time.Duration, args ...string) bool {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.Int64N(int64(most))))
	defer cancel()
	cmd := h.command(ctx, nil, args...)
	if err := cmd.Start(); err != nil {
		return false // the moment was before it began
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode() == -1
}
