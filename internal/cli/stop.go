package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) stopCommand() *cli.Command {
	return &cli.Command{
		Name: "stop", Usage: "stop the run that is going on",
		Description: "The run finishes the steps that it has in hand, and reports what remains: as after its first\n" +
			"Ctrl-C. A second stop ends it at once; it is on record as interrupted then. Exit code 1: no run is\n" +
			"going on.",
		OnUsageError: usageError,
		Flags:        []cli.Flag{rootFlag()},
		Action:       a.stop,
	}
}

func (a *app) stop(_ context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.String("root") == "" {
		return usagef("-root, or RIGHTFUL_ROOT, is empty")
	}
	root, err := filepath.Abs(c.String("root"))
	if err != nil {
		return err
	}
	holder, err := apply.Stop(lockDir(), root)
	if err != nil {
		return err
	}
	name := holder.Run
	if name == "" {
		name = "that begins"
	}
	_, err = fmt.Fprintf(a.out, "Asked run %s to stop (by %s, process %d, since %s). It finishes the steps in hand.\n",
		plan.Printable(name), plan.Quote(holder.By), holder.PID, holder.Since.Local().Format(time.DateTime))
	return err
}
