package cli

import (
	"context"
	"io"
	"time"

	"github.com/charmbracelet/log"
	"github.com/urfave/cli/v3"
)

// newLogger makes the diagnostics on standard error. A message is always
// constant text: the library writes messages raw, and escapes values.
func newLogger(w io.Writer) *log.Logger {
	return log.NewWithOptions(w, log.Options{
		Level:        log.WarnLevel,
		TimeFormat:   time.RFC3339Nano,
		TimeFunction: log.NowUTC,
	})
}

func (a *app) logFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "log-format", Usage: "diagnostics as `FORMAT`: text or json", Value: "text",
			Action: func(_ context.Context, _ *cli.Command, format string) error {
				switch format {
				case "text":
				case "json":
					a.logsJSON = true
					a.log.SetFormatter(log.JSONFormatter)
					a.log.SetReportTimestamp(true)
				default:
					return usagef("-log-format %q: text or json", format)
				}
				return nil
			},
		},
		&cli.StringFlag{
			Name: "log-level", Usage: "`LEVEL` of diagnostics: debug, info, warn, error", Value: "warn",
			Action: func(_ context.Context, _ *cli.Command, text string) error {
				level, err := log.ParseLevel(text)
				if err != nil {
					return usagef("-log-level %q: debug, info, warn or error", text)
				}
				a.log.SetLevel(level)
				return nil
			},
		},
	}
}
