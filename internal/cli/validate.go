package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/internal/lint"
	"rightful/plan"
	"rightful/spec"
)

func (a *app) validateCommand() *cli.Command {
	return &cli.Command{
		Name: "validate", Usage: "check policies, without looking at any account", ArgsUsage: "[PATH...]",
		Description: `
PATH is a policy file or folder; each is a policy of its own. Needs neither root nor the host.

Beside errors it finds what a policy most likely does not mean. Each finding has the number of a rule, which -explain
explains. Where one is meant, a comment in its line, or above, says so: # rightful:ignore RF002 and why.`,
		OnUsageError: usageError,
		Flags: append(
			policyFlags(),
			&cli.StringFlag{Name: "format", Value: "text", Usage: "how to write findings: `FORMAT` is " + strings.Join(lint.Formats(), ", ")},
			&cli.StringFlag{Name: "fail-on", Value: "error", Usage: "exit with 1 on findings of this `SEVERITY`, or worse: error, warning, note"},
			&cli.StringFlag{Name: "ceiling", Usage: "compare limits with those of this `FILE` (default: " + ceilingFile + ", where it can be read)"},
			&cli.StringFlag{Name: "explain", Usage: "explain the rule with this `ID`, and check nothing; list: name them all"},
		),
		Action: func(_ context.Context, c *cli.Command) error {
			if c.IsSet("explain") {
				return a.explainRule(c)
			}
			return a.validate(c)
		},
	}
}

func (a *app) validate(c *cli.Command) error {
	report, err := newReport(c)
	if err != nil {
		return err
	}
	policies, err := checkPolicies(c, report)
	if err != nil {
		return err
	}
	if format := c.String("format"); format != "text" {
		err = report.Write(a.out, format)
	} else {
		a.sayFindings(report)
		a.sayValid(report, policies)
	}
	if err == nil && report.Failed() {
		return exitCode(exitError)
	}
	return err
}

// sayValid names the policies, if all of them can be used.
func (a *app) sayValid(r *lint.Report, policies []*policy) {
	if r.Failed() {
		return
	}
	for _, p := range policies {
		fmt.Fprintf(a.out, "%s: valid: %s, %s\n", plan.Quote(p.path),
			counted(int64(len(p.Profiles)), "profile"), counted(int64(len(p.Sources)), "account source"))
	}
}

// newReport is a report without findings, as the command line wants it.
func newReport(c *cli.Command) (*lint.Report, error) {
	if format := c.String("format"); !slices.Contains(lint.Formats(), format) {
		return nil, usagef("-format %s: want one of %s", plan.Quote(format), strings.Join(lint.Formats(), ", "))
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	r := &lint.Report{Version: version(), Dir: dir}
	for _, s := range []lint.Severity{lint.Error, lint.Warning, lint.Note} {
		if c.String("fail-on") == s.String() {
			r.FailOn = s
			return r, nil
		}
	}
	return nil, usagef("-fail-on %s: want error, warning or note", plan.Quote(c.String("fail-on")))
}

// checkPolicies reads every policy that the command line names, and gathers all
// that is to be said of any of them.
func checkPolicies(c *cli.Command, r *lint.Report) ([]*policy, error) {
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return nil, err
	}
	options := lint.Options{Day: spec.DayOf(time.Now())}
	if err := readCeiling(c, r, &options); err != nil {
		return nil, err
	}
	var policies []*policy
	for _, load := range loaders(c, vars) {
		p, err := load()
		if invalid, err := isInvalid(r, err); invalid {
			continue
		} else if err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, lint.Run(p.Policy, options)...)
		for _, f := range p.files {
			r.Files = append(r.Files, f.Name)
		}
		policies = append(policies, p)
	}
	r.Findings = lint.Sort(r.Findings)
	return policies, nil
}

// isInvalid adds the errors of a policy, if that is what err is.
func isInvalid(r *lint.Report, err error) (bool, error) {
	var wrong spec.Errors
	if !errors.As(err, &wrong) {
		return false, err
	}
	r.Findings = append(r.Findings, lint.Invalid(wrong)...)
	return true, nil
}

// readCeiling reads the limits that -ceiling names, or this host's.
func readCeiling(c *cli.Command, r *lint.Report, o *lint.Options) error {
	path := c.String("ceiling")
	files, err := trustedFiles()
	if err != nil {
		return err
	}
	named := path != ""
	if !named {
		path = ceilingFile
	}
	data, err := files.read(path)
	if !named && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
		return nil // an ordinary user's check is of the policy alone
	}
	if err != nil {
		return err
	}
	ceiling, err := spec.ParseCeiling(spec.PolicyFile{Name: path, Data: data})
	if invalid, err := isInvalid(r, err); invalid || err != nil {
		return err
	}
	o.Ceiling, o.Host = ceiling.Limits, true
	return nil
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

// explainRule prints the page of one rule, or a table of them.
func (a *app) explainRule(c *cli.Command) error {
	id := c.String("explain")
	if id == "list" {
		for _, r := range lint.Rules() {
			fmt.Fprintf(a.out, "%s  %-7s  %s\n", r.ID, r.Severity, r.Title)
		}
		return nil
	}
	r, ok := lint.Lookup(id)
	if !ok {
		return usagef("-explain %s: no such rule; -explain list names them", plan.Quote(id))
	}
	fmt.Fprint(a.out, r.Text())
	return nil
}
