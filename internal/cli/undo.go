package cli

import (
	"context"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) undoCommand() *cli.Command {
	return &cli.Command{
		Name: "undo", Usage: "plan the way back of a run", ArgsUsage: "RUN",
		Description: "Changes nothing: it makes a plan, to be approved and applied like any other, that takes back what\n" +
			"is still as the run left it. What was changed since, and what cannot be taken back, is listed as a\n" +
			"problem. RUN is a run's name, or enough of its beginning; rightful history lists them.",
		OnUsageError: usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "save the plan to `FILE`, to approve and apply it"},
			&cli.BoolFlag{Name: "json", Usage: "print the plan as JSON"},
			&cli.BoolFlag{Name: "full", Usage: "print every step, however many accounts there are"},
			stateFlag(),
		},
		Action: a.undo,
	}
}

func (a *app) undo(ctx context.Context, c *cli.Command) error {
	past, err := openPast(c)
	if err != nil {
		return err
	}
	defer past.Close()
	self, err := thisHost()
	if err != nil {
		return err
	}
	f, err := newPlanFile(c.String("out"))
	if err != nil {
		return err
	}
	defer f.drop()
	written, err := apply.Undo(ctx, f.sink, apply.UndoOptions{
		Run: past, LockDir: lockDir(), Host: self, Tool: version(), Created: time.Now().UTC(),
	})
	if err != nil {
		return err
	}
	if f.Plan, err = written.From(f.file); err != nil {
		return err
	}
	if err := f.keep(); err != nil {
		return err
	}
	return a.writePlan(c, f.Plan, plan.TextOptions{Full: c.Bool("full"), File: c.String("out")})
}

// openPast opens the run that the command line names.
func openPast(c *cli.Command) (*apply.Past, error) {
	if c.Args().Len() != 1 {
		return nil, usagef("%s takes one RUN; rightful history lists them", c.Name)
	}
	state, err := stateDir(c)
	if err != nil {
		return nil, err
	}
	return apply.OpenPast(state, c.Args().First(), callerTrust())
}
