package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) applyCommand() *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "carry out the approved steps of a plan", ArgsUsage: "[FILE]",
		Description: "With FILE, exactly what FILE.approval allows. Without it, and at a terminal, plans, shows, asks,\n" +
			"and carries out what was shown. Exit codes: 0 all is as planned, 4 over a limit, 5 no valid approval,\n" +
			"6 nothing was done and something was stale, 7 incomplete, 11 another run holds the lock.",
		OnUsageError: usageError,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "approval", Usage: "read the approval from `FILE` instead of FILE" + approvalSuffix},
			&cli.BoolFlag{Name: "json", Usage: "print the results as JSON"},
			stateFlag(), rootFlag(),
		}, policyFlags(), walkFlags(), paceFlags()),
		Action: func(ctx context.Context, c *cli.Command) error {
			switch c.Args().Len() {
			case 0:
				return a.applyInteractive(ctx, c)
			case 1:
				return a.applySaved(ctx, c)
			}
			return usagef("apply takes one FILE")
		},
	}
}

func (a *app) applySaved(ctx context.Context, c *cli.Command) error {
	if err := noNarrowing(c); err != nil {
		return err
	}
	name := c.String("approval")
	if name == "" {
		name = c.Args().First() + approvalSuffix
	}
	approval, unread := readApproval(name)
	f, p, err := openPlanFile(c.Args().First(), approval)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := sameRoot(c, p); err != nil {
		return err
	}
	if unread != nil {
		return unread
	}
	return a.carryOut(ctx, c, f, p, approval)
}

// sameRoot refuses a -root that is not the plan's. The environment's is for
// making plans.
func sameRoot(c *cli.Command, p *plan.Plan) error {
	given := c.String("root")
	if !c.IsSet("root") || given == os.Getenv(rootVariable) {
		return nil
	}
	root, err := filepath.Abs(given)
	if err == nil && root != p.Header.Root {
		err = usagef("the plan is for -root %s", plan.Quote(p.Header.Root))
	}
	return err
}

// noNarrowing refuses flags that look as if less than what was approved were
// going to be done.
func noNarrowing(c *cli.Command) error {
	for _, f := range append(walkFlags(), &cli.StringSliceFlag{Name: "var"}) {
		if name := f.Names()[0]; c.IsSet(name) {
			return usagef("-%s makes a plan; apply FILE carries out what was approved, all of it", name)
		}
	}
	return nil
}

// applyInteractive plans, shows and asks, as Terraform does without a plan file.
func (a *app) applyInteractive(ctx context.Context, c *cli.Command) error {
	if c.IsSet("approval") {
		return usagef("-approval is for apply FILE")
	}
	if !isTerminal(a.in) {
		return &plan.ApprovalError{Fault: plan.ApprovalMissing, What: "there is no terminal to ask on: save a plan with plan -out and approve it"}
	}
	f, err := a.compare(ctx, c, "")
	if err != nil {
		return err
	}
	defer f.drop()
	if err := plan.WriteText(a.out, f.Plan, plan.TextOptions{Color: a.colored(), NoNext: true}); err != nil {
		return err
	}
	if t := f.Trailer.Summary.Tally; t.Adds+t.Updates+t.Removes == 0 {
		return nil
	}
	now := time.Now()
	approval, err := plan.Approve(f.Plan, plan.Selection{All: true}, nil, caller(), now, now.Add(time.Hour), "")
	if err != nil {
		return err
	}
	if err := a.ask(); err != nil {
		return err
	}
	return a.carryOut(ctx, c, f.file, f.Plan, approval)
}

// ask is Terraform's question, word for word but for the name.
func (a *app) ask() error {
	fmt.Fprint(a.out, "\nDo you want to perform these actions?\n"+
		"  Rightful will perform the actions described above.\n"+
		"  Only 'yes' will be accepted to approve.\n\n  Enter a value: ")
	if err := a.out.Flush(); err != nil {
		return err
	}
	answer, err := bufio.NewReader(a.in).ReadString('\n')
	if err != nil || strings.TrimSpace(answer) != "yes" {
		fmt.Fprintln(a.out, "\nApply cancelled.")
		return exitCode(exitError)
	}
	fmt.Fprintln(a.out)
	return nil
}

func (a *app) carryOut(ctx context.Context, c *cli.Command, f *os.File, p *plan.Plan, approval *plan.Approval) error {
	self, err := thisHost()
	if err != nil {
		return err
	}
	state, err := stateDir(c)
	if err != nil {
		return err
	}
	host, err := openRoot(p.Header.Root)
	if err != nil {
		return err
	}
	defer host.Close()
	if err := host.checkCeiling(p.Header.Limits); err != nil {
		return err
	}
	if err := niceIO(c); err != nil {
		return err
	}
	report, err := apply.Run(ctx, apply.Options{
		Plan: p, File: f, Approval: approval,
		StateDir: state, LockDir: lockDir(), By: caller(), Host: self, User: host.user, Group: host.group,
		Progress: a.applyProgress(approval), Pace: stepPace(ctx, c),
	})
	a.endProgress()
	if report == nil {
		return err
	}
	a.log.Info("run ended", "run", report.Run, "state", state, "results", countsText(report.Counts))
	outcomes, lookErr := a.lookAfter(ctx, p, approval, report)
	if lookErr != nil {
		a.log.Warn("access was not looked at again", "err", lookErr)
	}
	writeErr := a.writeReport(c, report, outcomes)
	if err == nil {
		err = reportExit(report, outcomes)
	}
	if err == nil {
		err = writeErr
	}
	return err
}

// user and group say what names stand for on a host, as a plan's makers saw it.
func (h *host) user(name string) (uint32, error) {
	u, ok, err := h.users.User(name)
	return u.UID, found(ok, err, "user")
}

func (h *host) group(name string) (uint32, error) {
	g, ok, err := h.users.Group(name)
	return g.GID, found(ok, err, "group")
}

func found(ok bool, err error, what string) error {
	if err == nil && !ok {
		err = fmt.Errorf("no such %s", what)
	}
	return err
}
