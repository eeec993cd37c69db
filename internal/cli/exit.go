package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

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
	exitUsage      = 64
)

// exitCode is an error that asks for an exit code and has been explained.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exit prints err, with a hint where one is known, and picks the exit code.
func (a *app) exit(err error) int {
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	if err == nil {
		return exitOK
	}
	var policy spec.Errors
	if errors.As(err, &policy) {
		for _, e := range policy {
			fmt.Fprintln(a.errOut, plan.Printable(e.Error()))
		}
		fmt.Fprintf(a.errOut, "%s in the policy\n", counted(int64(len(policy)), "error"))
		return exitError
	}
	fmt.Fprintf(a.errOut, "rightful: %s\n", plan.Printable(err.Error()))
	for _, hint := range hints(err) {
		fmt.Fprintf(a.errOut, "rightful: hint: %s\n", hint)
	}
	return codeOf(err)
}

func codeOf(err error) int {
	var (
		usage    *UsageError
		limit    *plan.LimitError
		approval *plan.ApprovalError
		locked   *apply.LockedError
	)
	switch {
	case errors.As(err, &usage):
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

// hints are the ways out that the command line has; libraries know none.
func hints(err error) []string {
	var (
		limit    *plan.LimitError
		approval *plan.ApprovalError
		moved    *apply.MovedError
		host     *apply.HostError
	)
	switch {
	case errors.As(err, &limit):
		return []string{
			"approve a smaller part (-account, -group, -class), change the policy's limits,",
			"or allow exactly this much: approve -override " + overrideOf(limit) + " -reason \"...\"",
		}
	case errors.As(err, &approval):
		return []string{"rightful show FILE, then rightful approve -all FILE or a part of it"}
	case errors.As(err, &moved), errors.As(err, &host):
		return []string{"make a new plan on this host as it is now"}
	case errors.Is(err, syscall.ENOSPC) && errors.As(err, new(*fs.PathError)):
		return []string{"nothing was saved; TMPDIR (now " + os.TempDir() + ") says where a plan is put together"}
	}
	return nil
}

func overrideOf(e *plan.LimitError) string {
	v := e.Verdicts[0]
	return fmt.Sprintf("%s=%d", v.Name(), v.Used)
}

// counted is "1 error", "2 errors".
func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
