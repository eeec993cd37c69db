package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/internal/demo"
	"rightful/plan"
)

func (a *app) demoCommand() *cli.Command {
	return &cli.Command{
		Name: "demo", Usage: "break and repair a small host in a temporary folder; needs no root",
		OnUsageError: usageError,
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "keep", Usage: "leave the folder, to try the commands by hand"}},
		Action:       a.demo,
	}
}

func (a *app) demo(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rightful-demo-")
	if err != nil {
		return err
	}
	if !c.Bool("keep") {
		defer os.RemoveAll(dir)
	}
	if err := demo.Build(dir); err != nil {
		return err
	}
	for _, name := range []string{policyVariable, rootVariable, stateVariable} {
		if err := os.Unsetenv(name); err != nil { // they are about another host
			return err
		}
	}
	// The commands are shorter to read, and to repeat, from inside.
	if err := os.Chdir(dir); err != nil {
		return err
	}
	tour := &tour{app: a, ctx: ctx}
	tour.walk(dir)
	if c.Bool("keep") {
		tour.say("The folder stays: cd %s", plan.Quote(dir))
	}
	return tour.err
}

// tour runs commands as a person would type them, and stops at the first that
// does not do what it should.
type tour struct {
	*app
	ctx context.Context
	err error
}

func (t *tour) walk(dir string) {
	t.say("A small host with three accounts stands in %s; the commands run there.", plan.Quote(dir))
	t.say("A bulk script has closed every site, mail and key, and carol's public_html is gone.")
	if os.Geteuid() == 0 {
		t.say("Everything belongs to root now.")
	}
	t.say("The policy, rightful.yaml, says how it should be. A plan says what that would change:")
	t.run(exitChanges, "plan", "-root", "host", "-out", "repair.plan", "-detailed-exitcode")
	t.say("Nothing has been changed yet. Somebody reads the plan, and allows it, all or a part:")
	t.run(exitOK, "approve", "-all", "repair.plan")
	t.say("What was approved is carried out, each step on the very file that was planned:")
	t.run(exitOK, "apply", "-state-dir", "state", "repair.plan")
	t.say("A second plan finds nothing to do:")
	t.run(exitOK, "plan", "-root", "host", "-detailed-exitcode")
	t.say("And the run is on record:")
	t.run(exitOK, "history", "-state-dir", "state")
	t.say("If it was a mistake, the way back is a plan like any other:")
	if os.Geteuid() == 0 {
		t.say("(But for files that were taken from root: no file is given back to him. The plan had marked those.)")
	}
	t.run(exitOK, "undo", "-state-dir", "state", "-out", "back.plan", t.lastRun())
	t.run(exitOK, "approve", "-all", "back.plan")
	t.run(exitOK, "apply", "-state-dir", "state", "back.plan")
}

// lastRun names the run that the tour has made.
func (t *tour) lastRun() string {
	runs, err := apply.History("state")
	if err == nil && len(runs) == 0 {
		err = errors.New("demo: no run on record")
	}
	if t.err == nil {
		t.err = err
	}
	if t.err != nil {
		return ""
	}
	return runs[0].ID
}

func (t *tour) say(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format+"\n", args...)
	}
}

// run prints a command, runs it in this process, and expects an exit code.
func (t *tour) run(want int, args ...string) {
	if t.err != nil {
		return
	}
	t.say("\n$ rightful %s\n", strings.Join(args, " "))
	err := t.root().Run(t.ctx, append([]string{"rightful"}, args...))
	if flushErr := t.out.Flush(); flushErr != nil {
		t.err = flushErr
		return
	}
	if got := t.exit(err); got != want && t.err == nil {
		t.err = fmt.Errorf("demo: %s: exit code %d, not %d", args[0], got, want)
	}
	t.say("")
}
