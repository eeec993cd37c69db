package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", Usage: "list the runs, newest first",
		OnUsageError: usageError,
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print them as JSON"}, stateFlag()},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			state, err := stateDir(c)
			if err != nil {
				return err
			}
			runs, err := apply.History(state)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return json.NewEncoder(a.out).Encode(append([]apply.RunInfo{}, runs...))
			}
			return a.writeHistory(state, runs)
		},
	}
}

func (a *app) writeHistory(state string, runs []apply.RunInfo) error {
	if len(runs) == 0 {
		_, err := fmt.Fprintf(a.out, "No runs in %s.\n", plan.Quote(state))
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\tstarted\tby\tplan\tresults")
	for _, r := range runs {
		text := countsText(r.Results)
		switch {
		case r.Err != nil:
			text += "; journal damaged: " + plan.Printable(r.Err.Error())
		case r.Interrupted:
			text += "; interrupted"
		}
		if r.UndoneBy != "" {
			text += "; undone by " + r.UndoneBy
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Started.Local().Format("2006-01-02 15:04:05"),
			plan.Quote(r.By), shortDigest(r.Plan), text)
	}
	return table.Flush()
}
