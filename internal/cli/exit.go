package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

// The exit codes; new ones may come.
const (
	exitOK         = 0
	exitError      = 1  // error, invalid policy, declined
	exitChanges    = 2  // plan -detailed-exitcode: there are changes
	exitCheck      = 3  // fmt -check: a file would change; test: a test failed
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
  3   fmt -check: a file would change; test: a test failed
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

// exit says what went wrong and picks the exit code.
func (a *app) exit(err error) int {
	var code exitCode
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case a.logsJSON:
		a.complainJSON(err)
	default:
		a.complain(err)
	}
	return codeOf(err)
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
