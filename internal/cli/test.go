package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/internal/cases"
	"rightful/plan"
	"rightful/spec"
)

func (a *app) testCommand() *cli.Command {
	return &cli.Command{
		Name: "test", Usage: "run the tests of policies, on hosts that are not there", ArgsUsage: "[PATH...]",
		Description: `
PATH is a file of tests (*` + testSuffix + `), a folder of them, or a policy, whose tests stand beside it. Each case is a small
host and what a plan for it has to say: exactly these steps and held accounts, and of problems, access, checks and
limits what it names. Needs neither root nor the host, and gives the same result everywhere and on every day.

    rightful_test: 1
    account: alice
    cases:
      a closed page is opened:
        tree: |
          d 0711 .
          d 0755 public_html
          f 0600 public_html/index.html
          f 0600 public_html/linked.html nlink=2
        expect:
          steps: |
            ~ public_html/index.html  mode 0600 -> 0644
          problems: |
            public_html/linked.html  hard_link

A line of the tree is TYPE MODE OWNER:GROUP PATH, with the types of find(1), then -> TARGET, acl=user:NAME:r-x, nlink=2,
immutable, append_only, mount, closed or capabilities; who is not named is the account. Steps are written as plan shows
them; what they leave as it is need not be. Limits are those that are exceeded, as run.take  3 of 2, and of the others
the rules that a case names, as run.take  at most 2. Sections that expect nothing are none. A case, or the file for all
of them, may also have policy, accounts, users, groups, vars and day; where the policy is wrong, it expects errors: RF100.`,
		OnUsageError: usageError,
		Flags: []cli.Flag{
			policyFlag(),
			&cli.StringFlag{Name: "run", Usage: "only cases whose name matches `REGEXP`"},
			&cli.BoolFlag{Name: "v", Usage: "name the cases that pass, too"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "how to write results: `FORMAT` is " + strings.Join(cases.Formats(), ", ")},
			&cli.BoolFlag{Name: "cover", Usage: "say which lines of the policies no case reaches"},
			&cli.FloatFlag{Name: "cover-min", Usage: "fail where less than `N` percent of a policy's lines are reached"},
			&cli.BoolFlag{Name: "update", Usage: "write what is planned now into the cases that fail"},
		},
		Action: func(ctx context.Context, c *cli.Command) error { return a.test(ctx, c) },
	}
}

func (a *app) test(ctx context.Context, c *cli.Command) error {
	if format := c.String("format"); !slices.Contains(cases.Formats(), format) {
		return usagef("-format %s: want one of %s", plan.Quote(format), strings.Join(cases.Formats(), ", "))
	}
	only, err := regexp.Compile(c.String("run"))
	if err != nil {
		return usagef("-run: %v", err)
	}
	if low := c.Float("cover-min"); low < 0 || low > 100 {
		return usagef("-cover-min %v: want a percentage", low)
	}
	all, err := testFiles(c)
	if err != nil {
		return err
	}
	r := &tester{loaded: map[string]loadedPolicy{}, covers: map[string]*cases.Cover{}, only: only}
	report := &cases.Report{Verbose: c.Bool("v")}
	for _, t := range all {
		results, err := r.run(ctx, t)
		if err != nil {
			return err
		}
		report.Files = append(report.Files, cases.File{Name: t.Name, Results: results})
	}
	n, failed, _ := report.Count()
	if n == 0 {
		return fmt.Errorf("-run %s: no case of that name", plan.Quote(c.String("run")))
	}
	if c.Bool("update") {
		return a.updateTests(all, report)
	}
	if c.Bool("cover") || c.IsSet("cover-min") {
		// Cases that failed say why there is nothing.
		if report.Policies = r.covered(); len(report.Policies) == 0 && failed == 0 {
			return errors.New("-cover: no case makes a plan, so that none reaches any line")
		}
	}
	if err := report.Write(a.out, c.String("format")); err != nil {
		return err
	}
	return a.judgeTests(c, report)
}

// judgeTests picks the exit code, and says what a reader of the report may not see.
func (a *app) judgeTests(c *cli.Command, r *cases.Report) error {
	all, failed, broken := r.Count()
	code := exitOK
	if failed > 0 {
		code = exitCheck
		fmt.Fprintf(a.errOut, "rightful: %d of %s failed\n", failed, counted(int64(all), "case"))
	}
	if failed > broken {
		fmt.Fprintln(a.errOut, "rightful: hint: rightful test -update writes what is planned now into them")
	}
	for _, p := range r.Policies {
		if low := c.Float("cover-min"); p.Percent() < low {
			code = exitCheck
			fmt.Fprintf(a.errOut, "rightful: %s: the tests reach less than %v%% of its lines\n", plan.Quote(p.Name), low)
		}
	}
	switch {
	case broken > 0:
		return exitCode(exitError)
	case code != exitOK:
		return exitCode(code)
	}
	return nil
}

// updateTests writes what is planned now into the cases that expect something else.
func (a *app) updateTests(all []*testFile, report *cases.Report) error {
	for i, t := range all {
		expect := map[int]map[string][]string{}
		for _, r := range report.Files[i].Results {
			if len(r.Differs) == 0 {
				continue
			}
			number := slices.IndexFunc(t.Cases, func(c spec.Case) bool { return c.Pos == r.Case.Pos })
			expect[number] = map[string][]string{}
			for _, d := range r.Differs {
				expect[number][d.Section] = d.Lines
			}
		}
		if len(expect) == 0 {
			continue
		}
		want, err := t.Rewrite(expect)
		if err == nil {
			err = formatted{t.Name, t.data, want}.save()
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: %s rewritten\n", plan.Quote(t.Name), counted(int64(len(expect)), "case"))
	}
	return a.unrun(report)
}

// unrun says which cases could not be run, if any: of those nothing is known.
func (a *app) unrun(report *cases.Report) error {
	_, _, broken := report.Count()
	if broken == 0 {
		return nil
	}
	for i := range report.Files {
		f := &report.Files[i]
		f.Results = slices.DeleteFunc(f.Results, func(r cases.Result) bool { return r.Err == nil })
	}
	if err := report.Write(a.errOut, "text"); err != nil {
		return err
	}
	return exitCode(exitError)
}

// tester runs cases, and reads each policy once.
type tester struct {
	loaded map[string]loadedPolicy
	covers map[string]*cases.Cover
	only   *regexp.Regexp
}

type loadedPolicy struct {
	*spec.Policy
	err error // that it is invalid
}

func (r *tester) run(ctx context.Context, t *testFile) ([]cases.Result, error) {
	var results []cases.Result
	for i := range t.Cases {
		c := &t.Cases[i]
		if !r.only.MatchString(c.Name) {
			continue
		}
		path := t.at(t.policy(c))
		p, err := r.load(path, c.Vars)
		if err != nil {
			return nil, err
		}
		results = append(results, cases.Run(ctx, c, p.Policy, p.err, r.covers[path]))
	}
	return results, nil
}

// load reads the policy at path. Its lines have their places as seen from its own
// folder, wherever the tests are run.
func (r *tester) load(path string, vars map[string]string) (loadedPolicy, error) {
	key := path
	for _, v := range slices.Sorted(maps.Keys(vars)) {
		key += "\x00" + v + "\x00" + vars[v]
	}
	if p, ok := r.loaded[key]; ok {
		return p, nil
	}
	dir, name := filepath.Split(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		dir, name = path, "."
	}
	if r.covers[path] == nil {
		r.covers[path] = cases.NewCover(dir)
	}
	p, err := readPolicyAs(path, name, vars)
	var invalid spec.Errors
	if err != nil && !errors.As(err, &invalid) {
		return loadedPolicy{}, err
	}
	r.loaded[key] = loadedPolicy{p.Policy, err}
	return r.loaded[key], nil
}

// covered is the policies that some case has planned with.
func (r *tester) covered() []cases.Covered {
	var all []cases.Covered
	for _, path := range slices.Sorted(maps.Keys(r.covers)) {
		if _, lines := r.covers[path].Count(); lines > 0 {
			all = append(all, cases.Covered{Name: path, Cover: r.covers[path]})
		}
	}
	return all
}
