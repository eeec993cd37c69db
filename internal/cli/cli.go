// Package cli is the command line: one file a command, flags in, one exit code
// out. It is the only package that prints, and the only one that knows all
// others of this module.
//
// What a command is asked for goes to standard output. Everything else, errors,
// hints, progress, goes to standard error, so that standard output can be piped.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/charmbracelet/log"
	"github.com/urfave/cli/v3"

	"rightful/plan"
)

// app is one invocation: where it reads and writes, and what it has learned.
type app struct {
	in     *os.File
	out    *output
	errOut *os.File

	log      *log.Logger
	logsJSON bool // errors too, then
	profiles []func() error
}

// Main runs one command and returns its exit code.
func Main(args []string, in, out, errOut *os.File) int {
	// A reader that has gone must give an error, not kill us halfway: a write
	// to a closed standard output raises SIGPIPE otherwise.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first interrupt finishes the steps in hand; a second one, which is
	// no longer caught, stops at once.
	context.AfterFunc(ctx, stop)

	a := &app{in: in, out: newOutput(out), errOut: errOut, log: newLogger(errOut)}
	return a.finish(a.root().Run(ctx, args))
}

// finish prints what is held back, then what went wrong. A result that nobody
// could read is an error too, whatever it was.
func (a *app) finish(err error) int {
	broken := a.out.Flush()
	if ended := a.endProfiles(); err == nil {
		err = ended
	}
	code := a.exit(err)
	if broken == nil || errors.Is(err, broken) {
		return code
	}
	a.exit(broken)
	if code == exitOK || code == exitChanges {
		return exitError
	}
	return code
}

func (a *app) root() *cli.Command {
	root := &cli.Command{
		Name:                            "rightful",
		Usage:                           "keep hosting accounts' homes the way their admin wrote them down",
		Version:                         version(),
		HideVersion:                     true,
		HideHelpCommand:                 true, // ours explains flags as they are typed
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: a.configureCompletion,
		DisableSliceFlagSeparator:       true, // a glob may have commas
		Writer:                          a.out,
		ErrWriter:                       a.errOut,
		ExitErrHandler:                  func(context.Context, *cli.Command, error) {},
		OnUsageError:                    usageError,
		Flags:                           append(a.logFlags(), a.profileFlags()...),
		Commands: []*cli.Command{
			a.demoCommand(), a.validateCommand(), a.testCommand(), a.fmtCommand(), a.schemaCommand(), a.explainCommand(), a.planCommand(), a.showCommand(),
			a.approveCommand(), a.applyCommand(),
			a.undoCommand(), a.stopCommand(), a.historyCommand(), a.quarantineCommand(), a.snapshotCommand(), a.versionCommand(), a.helpCommand(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return unknownCommand(c, c.Args().First())
			}
			return cli.ShowRootCommandHelp(c)
		},
	}
	explain(root)
	return root
}

// UsageError is a command line that makes no sense.
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return e.Message }

func usagef(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// usageError keeps the library from printing a page of help over the mistake.
func usageError(_ context.Context, c *cli.Command, err error, _ bool) error {
	text, _, _ := strings.Cut(err.Error(), ": strconv.")
	if c.Root() == c {
		return usagef("%s (see rightful help)", text)
	}
	return usagef("%s (see rightful help %s)", text, c.Name)
}

func noArguments(c *cli.Command) error {
	if c.Args().Present() {
		return usagef("%s takes no arguments, and got %s", c.Name, plan.Quote(c.Args().First()))
	}
	return nil
}

// output is standard output. It remembers its first error.
type output struct {
	w   io.Writer
	buf []byte
	err error
}

func newOutput(w io.Writer) *output { return &output{w: w} }

const outputBuffer = 1 << 16

func (o *output) Write(p []byte) (int, error) {
	o.buf = append(o.buf, p...)
	if len(o.buf) >= outputBuffer {
		if err := o.Flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Flush writes what is held back.
func (o *output) Flush() error {
	if o.err == nil && len(o.buf) > 0 {
		if _, err := o.w.Write(o.buf); err != nil {
			o.err = fmt.Errorf("standard output: %w", err)
		}
		o.buf = o.buf[:0]
	}
	return o.err
}
