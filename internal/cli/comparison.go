package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/plan"
)

// gitPrefix begins what names a revision and no path; ./git:x is a path.
const gitPrefix = "git:"

// planComparison shows what the change from an old policy to the one that the
// command line names does here.
func (a *app) planComparison(ctx context.Context, c *cli.Command) error {
	if c.String("out") != "" {
		return usagef("-out with -compare: a comparison cannot be applied; plan -out FILE saves the new policy's plan")
	}
	policy, err := loadPolicy(c)
	if err != nil {
		return err
	}
	before, err := oldPolicy(ctx, c.String("compare"), policy)
	if err != nil {
		return err
	}
	// Right after each other: the less time between the walks, the less of the
	// difference is somebody else's.
	old, err := a.compareWith(ctx, c, before, "")
	if err != nil {
		return fmt.Errorf("%s: %w", plan.Quote(before.path), err)
	}
	defer old.drop()
	new, err := a.compareWith(ctx, c, policy, "")
	if err != nil {
		return err
	}
	defer new.drop()
	difference, err := plan.Compare(old.Plan, new.Plan)
	if err != nil {
		return err
	}
	if err := a.writeComparison(c, difference); err != nil {
		return err
	}
	// Accounts that it would break access in are held, so that it would not: the
	// plan itself is right, and the change of policy is not.
	if difference.Breaks > 0 && slices.Contains(c.StringSlice("fail-on"), "access") {
		return exitCode(exitLimit)
	}
	return planExit(c, new.Plan, !difference.Same())
}

func (a *app) writeComparison(c *cli.Command, difference *plan.Comparison) error {
	if c.Bool("json") {
		return plan.WriteComparisonJSON(a.out, difference)
	}
	return plan.WriteComparison(a.out, difference, plan.TextOptions{Full: c.Bool("full"), Color: a.colored()})
}

// oldPolicy reads what -compare names, with the variables that the command line
// sets for both.
func oldPolicy(ctx context.Context, name string, now *policy) (*policy, error) {
	if name == "" {
		return nil, usagef("-compare is empty")
	}
	revision, ok := strings.CutPrefix(name, gitPrefix)
	if !ok {
		return readPolicy(name, now.vars)
	}
	sources, err := policyAt(ctx, revision, now.path)
	if err != nil {
		return nil, err
	}
	return parsePolicy(gitName(revision, now.path), sources, now.vars)
}
