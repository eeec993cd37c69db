package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v3"

	"rightful/plan"
)

const approvalSuffix = ".approval"

func (a *app) approveCommand() *cli.Command {
	return &cli.Command{
		Name: "approve", Usage: "allow a saved plan to be applied, all of it or a part", ArgsUsage: "FILE",
		Description: "The same selector repeated unites, different ones intersect, -except- ones subtract. A class is\n" +
			"taken only with all its classes named. Each call replaces the last approval. Nothing is changed.\n" +
			"Exit codes: 0 approved, 1 error, 4 over a limit.",
		OnUsageError: usageError,
		Flags:        append(selectionFlags(), approvalFlags()...),
		Action:       a.approve,
	}
}

func selectionFlags() []cli.Flag {
	flags := []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "every step of every account that is not held"}}
	for _, except := range []string{"", "except-"} {
		verb := map[string]string{"": "take", "except-": "leave out"}[except]
		flags = append(flags,
			&cli.StringSliceFlag{Name: except + "account", Usage: verb + " accounts whose name matches `GLOB`"},
			&cli.StringSliceFlag{Name: except + "group", Usage: verb + " the steps of the group `ID`"},
			&cli.StringSliceFlag{Name: except + "class", Usage: verb + " steps of class `C`: add, tighten, loosen, chown, take, remove"},
			&cli.StringSliceFlag{Name: except + "step", Usage: verb + " the step `ID`"},
			&cli.StringSliceFlag{Name: except + "path", Usage: verb + " paths, relative to the home, that match `GLOB`"},
		)
	}
	return flags
}

func approvalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "within-limits", Usage: "take whole accounts, as many as the limits allow at once; the next plan has the rest"},
		&cli.StringSliceFlag{Name: "override", Usage: "allow more than a limit does: `LIMIT=N`, as run.accounts=215 or account.remove[bob]=3"},
		&cli.StringFlag{Name: "reason", Usage: "why, for the journal; needed with -override", DefaultText: ""},
		&cli.DurationFlag{Name: "expires", Usage: "how long the approval is good", Value: 24 * time.Hour},
	}
}

func (a *app) approve(ctx context.Context, c *cli.Command) error {
	selection, err := selectionOf(c)
	if err != nil {
		return err
	}
	overrides, err := overridesOf(c)
	if err != nil {
		return err
	}
	f, p, err := openPlan(c)
	if err != nil {
		return err
	}
	defer f.Close()
	approval, waves, err := a.allow(ctx, c, p, selection, overrides)
	if err != nil {
		return err
	}
	dest := c.Args().First() + approvalSuffix
	if err := saveApproval(dest, approval); err != nil {
		return err
	}
	a.log.Info("approval saved", "file", dest, "digest", p.Digest, "by", approval.By)
	fmt.Fprintf(a.out, "Approved %s in %s of plan %s, until %s: %s\n",
		counted(approval.Count, "step"), counted(approval.Accounts, "account"), shortDigest(p.Digest),
		approval.Expires.Local().Format("2006-01-02 15:04 MST"), plan.Quote(dest))
	a.writeWaves(waves)
	fmt.Fprintf(a.out, "Next: rightful apply %s\n", plan.Quote(c.Args().First()))
	return nil
}

// allow makes the approval. Where the selection splits accounts with
// expectations, it looks at those again, and judges with what it finds.
func (a *app) allow(ctx context.Context, c *cli.Command, p *plan.Plan, whole plan.Selection, o plan.Overrides) (*plan.Approval, plan.Waves, error) {
	var effects []plan.Effect
	for {
		s, waves := whole, plan.Waves{}
		if c.Bool("within-limits") {
			var err error
			if s, waves, err = plan.WithinLimits(p, whole, o, effects...); err != nil {
				return nil, waves, err
			}
		}
		now := time.Now()
		approval, err := plan.Approve(p, s, o, caller(), now, now.Add(c.Duration("expires")), c.String("reason"), effects...)
		var split *plan.SplitError
		if !errors.As(err, &split) {
			return approval, waves, err
		}
		more, err := a.effects(ctx, p, s, o, split.Accounts)
		if err != nil {
			return nil, waves, errors.Join(split, err)
		}
		effects = append(effects, more...)
	}
}

// writeWaves says what an approval within the limits leaves for later.
func (a *app) writeWaves(w plan.Waves) {
	if w.Waves > 1 {
		fmt.Fprintf(a.out, "Wave 1 of %d: %s in the others; after this one is applied, a new plan has them.\n", w.Waves, counted(w.Later, "account"))
	}
	if w.Never > 0 {
		fmt.Fprintf(a.out, "No wave has room for %s: the limits do not allow one alone.\n", counted(w.Never, "account"))
	}
}

func selectionOf(c *cli.Command) (plan.Selection, error) {
	s, err := selectorsOf(c, "")
	if err != nil {
		return s, err
	}
	s.All = c.Bool("all") || c.Bool("within-limits") && isEmpty(s)
	except, err := selectorsOf(c, "except-")
	if !isEmpty(except) {
		s.Except = &except
	}
	if err == nil && isEmpty(s) && !s.All {
		return s, usagef("approve what? -all, -within-limits, or -account, -group, -class, -step, -path for a part")
	}
	return s, err
}

func isEmpty(s plan.Selection) bool {
	return len(s.Accounts)+len(s.Groups)+len(s.Steps)+len(s.Paths) == 0 && s.Classes == 0
}

func selectorsOf(c *cli.Command, prefix string) (plan.Selection, error) {
	s := plan.Selection{
		Accounts: c.StringSlice(prefix + "account"), Groups: c.StringSlice(prefix + "group"),
		Steps: c.StringSlice(prefix + "step"), Paths: c.StringSlice(prefix + "path"),
	}
	for _, name := range c.StringSlice(prefix + "class") {
		class, err := plan.ParseClass(name)
		if err != nil {
			return s, usagef("-%sclass %v", prefix, err)
		}
		s.Classes |= class
	}
	return s, nil
}

func overridesOf(c *cli.Command) (plan.Overrides, error) {
	var all plan.Overrides
	for _, text := range c.StringSlice("override") {
		o, err := plan.ParseOverride(text)
		if err != nil {
			return nil, usagef("-override %v", err)
		}
		all = append(all, o)
	}
	return all, nil
}

func saveApproval(dest string, approval *plan.Approval) error {
	f, err := renameio.NewPendingFile(dest, renameio.WithPermissions(0o600), renameio.IgnoreUmask())
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }()
	if _, err := approval.WriteTo(f); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

func readApproval(name string) (*plan.Approval, error) {
	files, err := trustedFiles()
	if err != nil {
		return nil, err
	}
	f, err := files.open(name)
	if os.IsNotExist(err) {
		return nil, &plan.ApprovalError{Fault: plan.ApprovalMissing, What: plan.Quote(name) + " is not there"}
	}
	if err != nil {
		return nil, &plan.ApprovalError{Fault: "unreadable", What: err.Error()}
	}
	defer f.Close()
	return plan.ReadApproval(f)
}

// shortDigest is enough of a digest to compare by eye.
func shortDigest(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }
