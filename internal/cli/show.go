package cli

import (
	"context"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"rightful/plan"
)

func (a *app) showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show a saved plan", ArgsUsage: "FILE",
		OnUsageError: usageError,
		Description: "-format markdown is a comment for a pull request, of at most 60,000 characters. -format terraform is\n" +
			"what Terraform would print, for tools that read that.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "text", Usage: "print as `FORMAT`: text, json, markdown or terraform"},
			&cli.BoolFlag{Name: "json", Usage: "the same as -format json"},
			&cli.BoolFlag{Name: "full", Usage: "print every step, however many accounts there are"},
			&cli.StringFlag{Name: "group", Usage: "only the steps of the group `ID`"},
			&cli.StringSliceFlag{Name: "account", Usage: "only accounts whose name matches `GLOB`"},
		},
		Action: a.show,
	}
}

func (a *app) show(_ context.Context, c *cli.Command) error {
	format, err := showFormat(c)
	if err != nil {
		return err
	}
	f, p, err := openPlan(c)
	if err != nil {
		return err
	}
	defer f.Close()
	switch file := c.Args().First(); format {
	case "json":
		return plan.WriteJSON(a.out, p)
	case "markdown":
		return plan.WriteMarkdown(a.out, p, file)
	case "terraform":
		return plan.WriteTerraform(a.out, p)
	default:
		return plan.WriteText(a.out, p, plan.TextOptions{
			Full: c.Bool("full"), Color: a.colored(), File: file, Group: c.String("group"), Account: c.StringSlice("account"),
		})
	}
}

// showFormat is the form that the command line asks for.
func showFormat(c *cli.Command) (string, error) {
	format := c.String("format")
	if !slices.Contains([]string{"text", "json", "markdown", "terraform"}, format) {
		return "", usagef("-format %s: text, json, markdown or terraform", plan.Quote(format))
	}
	if c.Bool("json") {
		if c.IsSet("format") && format != "json" {
			return "", usagef("-json and -format %s: one of them", format)
		}
		return "json", nil
	}
	if part := c.Bool("full") || c.IsSet("group") || c.IsSet("account"); part && (format == "markdown" || format == "terraform") {
		return "", usagef("-format %s shows a plan in its own way: -full, -group and -account are for text", format)
	}
	return format, nil
}

// openPlan opens the plan that the command line names, and verifies it whole.
func openPlan(c *cli.Command) (*os.File, *plan.Plan, error) {
	if c.Args().Len() != 1 {
		return nil, nil, usagef("%s takes one FILE, a plan that plan -out saved", c.Name)
	}
	return openPlanFile(c.Args().First(), nil)
}

// openPlanFile opens a plan, and judges an approval if there is one.
func openPlanFile(name string, approval *plan.Approval) (*os.File, *plan.Plan, error) {
	files, err := trustedFiles()
	if err != nil {
		return nil, nil, err
	}
	f, err := files.open(name)
	if err != nil {
		return nil, nil, err
	}
	p, err := plan.OpenFor(f, approval)
	if err != nil {
		f.Close()
		return nil, nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return f, p, nil
}
