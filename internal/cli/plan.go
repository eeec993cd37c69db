package cli

import (
	"context"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"rightful/plan"
)

func (a *app) planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "compare the accounts with the policy and show what would change",
		Description: "Changes nothing. Exit codes: 0 done, 1 error; with -detailed-exitcode 2 when there are changes;\n" +
			"with -fail-on limits 4 when a limit is exceeded, with -fail-on access 4 when an expectation will not hold or a check will refuse something.\n" +
			"With -compare, -fail-on access is also for what the new policy would break, even if the account is then held.\n" +
			"-compare walks the accounts twice, by the old policy and right after by the new one. What both have a step for and what\n" +
			"changed in between is listed apart; where only one of them was in time to see it, it looks like the policy's work.",
		OnUsageError: usageError,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "save the plan to `FILE`, to approve and apply it"},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 when there are changes, or accounts held; with -compare when there is a difference"},
			&cli.StringSliceFlag{Name: "fail-on", Usage: "exit with 4 when `WHAT` is not as it should be: limits, access"},
			&cli.BoolFlag{Name: "json", Usage: "print the plan as JSON"},
			&cli.BoolFlag{Name: "full", Usage: "print every step, however many accounts there are"},
			&cli.StringFlag{Name: "compare", Usage: "show what the change from policy `OLD` does: a path, or git:REV for the same path at that revision"},
			rootFlag(),
		}, snapshotFlags(), policyFlags(), walkFlags(), paceFlags()),
		Action: a.plan,
	}
}

func (a *app) plan(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	for _, what := range c.StringSlice("fail-on") {
		if what != "limits" && what != "access" {
			return usagef("-fail-on %s: limits or access", plan.Quote(what))
		}
	}
	if c.IsSet("compare") {
		return a.planComparison(ctx, c)
	}
	f, err := a.compare(ctx, c, c.String("out"))
	if err != nil {
		return err
	}
	defer f.drop()
	// Kept first: a reader who has seen enough, as head(1), loses no plan.
	if err := f.keep(); err != nil {
		return err
	}
	if dest := c.String("out"); dest != "" {
		a.log.Info("plan saved", "file", dest, "digest", f.Digest)
	}
	if err := a.writePlan(c, f.Plan, plan.TextOptions{Full: c.Bool("full"), File: c.String("out")}); err != nil {
		return err
	}
	s := f.Trailer.Summary
	// A held account is no account that matches the policy.
	return planExit(c, f.Plan, s.Tally.Adds+s.Tally.Updates+s.Tally.Removes > 0 || s.Held > 0)
}

// writePlan prints a plan as JSON or for people.
func (a *app) writePlan(c *cli.Command, p *plan.Plan, o plan.TextOptions) error {
	if c.Bool("json") {
		return plan.WriteJSON(a.out, p)
	}
	o.Color = a.colored()
	return plan.WriteText(a.out, p, o)
}

// colored is true for a person at a terminal who has not said NO_COLOR
// (no-color.org).
func (a *app) colored() bool {
	f, ok := a.out.w.(*os.File)
	return ok && isTerminal(f) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// planExit is what the flags ask for of a plan, and of whether there is anything
// to tell.
func planExit(c *cli.Command, p *plan.Plan, changes bool) error {
	failed := map[string]bool{
		"limits": slices.ContainsFunc(p.Trailer.Limits, func(v plan.Verdict) bool { return v.Exceeded }),
		"access": slices.ContainsFunc(p.Trailer.Access, func(a plan.Access) bool { return a.DeniedAfter > 0 }) ||
			slices.ContainsFunc(p.Trailer.Checks, func(c plan.Check) bool { return !c.Passed() }),
	}
	switch {
	case slices.ContainsFunc(c.StringSlice("fail-on"), func(what string) bool { return failed[what] }):
		return exitCode(exitLimit)
	case c.Bool("detailed-exitcode") && changes:
		return exitCode(exitChanges)
	}
	return nil
}
