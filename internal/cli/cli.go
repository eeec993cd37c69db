// Package cli is the command line: one file a command, flags in, one exit code
// out. It is the only package that prints, and the only one that knows all
// others of this module.
//
// What a command is asked for goes to standard output. Everything else, errors,
// hints, progress, goes to standard error, so that standard output can be piped.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
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
	log    *log.Logger
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
	err := a.root().Run(ctx, args)
	if flushErr := a.out.Flush(); err == nil && flushErr != nil {
		err = fmt.Errorf("standard output: %w", flushErr)
	}
	return a.exit(err)
}

func (a *app) root() *cli.Command {
	return &cli.Command{
		Name:                      "rightful",
		Usage:                     "keep hosting accounts' homes the way their admin wrote them down",
		Version:                   version(),
		HideVersion:               true,
		Suggest:                   true,
		EnableShellCompletion:     true,
		DisableSliceFlagSeparator: true, // a glob may have commas
		Writer:                    a.out,
		ErrWriter:                 a.errOut,
		ExitErrHandler:            func(context.Context, *cli.Command, error) {},
		OnUsageError:              usageError,
		Flags:                     a.logFlags(),
		Commands: []*cli.Command{
			a.demoCommand(), a.validateCommand(), a.planCommand(), a.showCommand(),
			a.approveCommand(), a.applyCommand(), a.historyCommand(), a.versionCommand(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return usagef("%s: no such command; rightful help lists them", plan.Quote(c.Args().First()))
			}
			return cli.ShowRootCommandHelp(c)
		},
	}
}

// UsageError is a command line that makes no sense.
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return e.Message }

func usagef(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// usageError keeps the library from printing a page of help over the mistake.
func usageError(_ context.Context, c *cli.Command, err error, _ bool) error {
	return usagef("%v (rightful help %s)", err, c.Name)
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
		_, o.err = o.w.Write(o.buf)
		o.buf = o.buf[:0]
	}
	return o.err
}
