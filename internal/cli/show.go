package cli

import (
	"context"
	"os"

	"github.com/urfave/cli/v3"

	"rightful/plan"
)

func (a *app) showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show a saved plan", ArgsUsage: "FILE",
		OnUsageError: usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print the plan as one JSON document"},
			&cli.BoolFlag{Name: "full", Usage: "print every step, however many accounts there are"},
			&cli.StringFlag{Name: "group", Usage: "only the steps of the group `ID`"},
			&cli.StringSliceFlag{Name: "account", Usage: "only accounts whose name matches `GLOB`"},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			f, p, err := openPlan(c)
			if err != nil {
				return err
			}
			defer f.Close()
			return a.writePlan(c, p, plan.TextOptions{
				Full: c.Bool("full"), File: c.Args().First(), Group: c.String("group"), Account: c.StringSlice("account"),
			})
		},
	}
}

// openPlan opens the plan that the command line names, and verifies it whole.
func openPlan(c *cli.Command) (*os.File, *plan.Plan, error) {
	if c.Args().Len() != 1 {
		return nil, nil, usagef("%s takes one FILE, a plan that plan -out saved", c.Name)
	}
	return openPlanFile(c.Args().First())
}

func openPlanFile(name string) (*os.File, *plan.Plan, error) {
	files, err := trustedFiles()
	if err != nil {
		return nil, nil, err
	}
	f, err := files.open(name)
	if err != nil {
		return nil, nil, err
	}
	p, err := plan.Open(f)
	if err != nil {
		f.Close()
		return nil, nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return f, p, nil
}
