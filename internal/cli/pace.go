package cli

import (
	"context"

	"github.com/urfave/cli/v3"
	"golang.org/x/time/rate"

	"rightful/internal/fsys"
)

// paceFlags are for hosts that serve traffic meanwhile.
func paceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "max-rate", Usage: "look at, or change, at most `N` entries a second", Validator: positive[int]},
		&cli.BoolFlag{Name: "nice-io", Usage: "use the disk only while nobody else does (ionice -c idle)"},
	}
}

// entryPace waits where entries are looked at faster than -max-rate allows; nil
// without it.
func entryPace(ctx context.Context, c *cli.Command) func(int) {
	n := c.Int("max-rate")
	if n == 0 {
		return nil
	}
	limiter := rate.NewLimiter(rate.Limit(n), max(n/10, maxPaceStep))
	return func(entries int) { _ = limiter.WaitN(ctx, entries) } // whoever is stopped need not wait
}

// stepPace does so for steps. After a stop it waits no more: the steps in hand
// are finished.
func stepPace(ctx context.Context, c *cli.Command) func() {
	if pace := entryPace(ctx, c); pace != nil {
		return func() { pace(1) }
	}
	return nil
}

// maxPaceStep is more than is ever asked for at a time.
const maxPaceStep = 64

// niceIO puts the process behind all others at the disk.
func niceIO(c *cli.Command) error {
	if !c.Bool("nice-io") {
		return nil
	}
	return fsys.NiceIO()
}
