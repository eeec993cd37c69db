package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
	"rightful/spec"
)

// The exit codes; new ones may come.
const (
	exitOK         = 0
	exitError      = 1  // error, invalid policy, declined
	exitChanges    = 2  // plan -detailed-exitcode: there are changes
	exitLimit      = 4  // over a limit; nothing was changed
	exitApproval   = 5  // approval missing, expired or not matching; nothing was changed
	exitStale      = 6  // nothing was done and something was stale
	exitIncomplete = 7  // some approved steps failed, were stale, refused or not reached
	exitLocked     = 11 // another run holds the lock
	exitUsage      = 64 // wrong usage
)

const exitTable = `exit codes:
  0   done, or nothing to do
  1   error, invalid policy, declined
  2   plan -detailed-exitcode: there are changes
  4   over a limit; nothing was changed (plan itself: only under -fail-on limits)
  5   approval missing, expired or not matching; nothing was changed
  6   nothing was done and something was stale
  7   incomplete: some approved steps failed, were stale, were refused or not reached
  11  another run holds the lock
  64  wrong usage
`

// exitCode is an error that asks for an exit code and has been explained.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exit prints err, with a hint where one is known, and picks the exit code.
func (a *app) exit(err error) int {
	var (
		code   exitCode
		policy spec.Errors
		limits *plan.LimitError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &policy):
		a.printPolicyErrors(policy)
		return exitError
	case errors.As(err, &limits):
		a.printLimits(limits)
	default:
		fmt.Fprintf(a.errOut, "rightful: %s\n", plan.Printable(err.Error()))
	}
	for _, hint := range hints(err) {
		fmt.Fprintf(a.errOut, "rightful: hint: %s\n", plan.Printable(hint))
	}
	return codeOf(err)
}

// printPolicyErrors prints them bare, the way editors and CI jobs find the line.
func (a *app) printPolicyErrors(all spec.Errors) {
	for _, e := range all {
		fmt.Fprintln(a.errOut, plan.Printable(e.Error()))
	}
	fmt.Fprintf(a.errOut, "rightful: %s in the policy\n", counted(int64(len(all)), "error"))
}

// printLimits prints every limit that is exceeded in a table.
func (a *app) printLimits(e *plan.LimitError) {
	table := tabwriter.NewWriter(a.errOut, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "over its limit\tused\tallowed\trule\tsource")
	for _, v := range e.Verdicts {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n", plan.Printable(v.Name()), v.Used, v.AllowedText(), v.Rule(), plan.Printable(v.Source()))
	}
	_ = table.Flush() // there is nowhere left to say that it failed
	fmt.Fprintf(a.errOut, "rightful: over %s; nothing was changed\n", counted(int64(len(e.Verdicts)), "limit"))
}

func codeOf(err error) int {
	var (
		usage    *UsageError
		limit    *plan.LimitError
		approval *plan.ApprovalError
		locked   *apply.LockedError
		library  cli.ExitCoder // made where the command line is parsed, only
	)
	switch {
	case errors.As(err, &usage), errors.As(err, &library):
		return exitUsage
	case errors.As(err, &limit):
		return exitLimit
	case errors.As(err, &approval):
		return exitApproval
	case errors.As(err, &locked):
		return exitLocked
	}
	return exitError
}

// counted is "1 error", "2 errors".
func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
