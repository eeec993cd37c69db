package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/plan"
	"rightful/spec"
)

func (a *app) validateCommand() *cli.Command {
	return &cli.Command{
		Name: "validate", Usage: "check policies, without looking at any account", ArgsUsage: "[PATH...]",
		Description:  "PATH is a policy file or folder; each is a policy of its own. Needs neither root nor the host.",
		OnUsageError: usageError,
		Flags:        policyFlags(),
		Action: func(_ context.Context, c *cli.Command) error {
			policies, err := namedPolicies(c)
			if err != nil {
				return err
			}
			for _, p := range policies {
				fmt.Fprintf(a.out, "%s: valid: %s, %s\n", plan.Quote(p.path),
					counted(int64(len(p.Profiles)), "profile"), counted(int64(len(p.Sources)), "account source"))
			}
			return nil
		},
	}
}

// namedPolicies reads every policy that the command line names, and gathers
// all that is wrong with any of them.
func namedPolicies(c *cli.Command) ([]*policy, error) {
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return nil, err
	}
	var policies []*policy
	var wrong spec.Errors
	for _, load := range loaders(c, vars) {
		p, err := load()
		var found spec.Errors
		switch {
		case errors.As(err, &found):
			wrong = append(wrong, found...)
			continue
		case err != nil:
			return nil, err
		}
		wrong = append(wrong, p.ExpiredExceptions(spec.DayOf(time.Now()))...)
		policies = append(policies, p)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return policies, nil
}

func loaders(c *cli.Command, vars map[string]string) []func() (*policy, error) {
	if !c.Args().Present() {
		return []func() (*policy, error){func() (*policy, error) { return loadPolicy(c) }}
	}
	var all []func() (*policy, error)
	for _, path := range c.Args().Slice() {
		all = append(all, func() (*policy, error) { return readPolicy(path, vars) })
	}
	return all
}
