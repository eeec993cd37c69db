package cli

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"rightful/internal/lint"
	"rightful/plan"
	"rightful/spec"
)

// complain prints an error for a person, with a hint where one is known.
func (a *app) complain(err error) {
	var (
		policy spec.Errors
		limits *plan.LimitError
	)
	switch {
	case errors.As(err, &policy):
		a.sayFindings(&lint.Report{Findings: lint.Invalid(policy)})
	case errors.As(err, &limits):
		a.printLimits(limits)
	default:
		fmt.Fprintf(a.errOut, "rightful: %s\n", plan.Printable(err.Error()))
	}
	for _, hint := range hints(err) {
		fmt.Fprintf(a.errOut, "rightful: hint: %s\n", plan.Printable(hint))
	}
}

// sayFindings prints them bare, the way editors and CI jobs find the line.
func (a *app) sayFindings(r *lint.Report) {
	if a.logsJSON {
		a.logFindings(r)
	} else if len(r.Findings) > 0 {
		_ = r.Write(a.errOut, "text") // there is nowhere left to say that it failed
		fmt.Fprintf(a.errOut, "rightful: %s in the policy\n", r.Summary())
	}
}

// logFindings says the same to a machine.
func (a *app) logFindings(r *lint.Report) {
	for _, f := range r.Findings {
		where := []any{"file", f.Pos.File, "line", f.Pos.Line, "column", f.Pos.Column, "rule", f.Rule}
		switch f.Severity {
		case lint.Error:
			a.log.Error("policy", append(where, "error", f.Message)...)
		case lint.Warning:
			a.log.Warn("policy", append(where, "warning", f.Message)...)
		default:
			a.log.Info("policy", append(where, "note", f.Message)...)
		}
	}
}

// printLimits prints every limit that is exceeded in a table.
func (a *app) printLimits(e *plan.LimitError) {
	table := tabwriter.NewWriter(a.errOut, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "over its limit\tused\tallowed\trule\tsource")
	for _, v := range e.Verdicts {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n", plan.Printable(v.Name()), v.Used, v.AllowedText(), v.Rule(), plan.Printable(v.Source()))
	}
	_ = table.Flush() // there is nowhere left to say that it failed
	for _, v := range e.Verdicts {
		if v.Detail != "" {
			fmt.Fprintf(a.errOut, "%s: %s\n", plan.Printable(v.Name()), v.Detail)
		}
	}
	fmt.Fprintf(a.errOut, "rightful: over %s; nothing was changed\n", counted(int64(len(e.Verdicts)), "limit"))
}

// complainJSON says the same to a machine, one line for each thing.
func (a *app) complainJSON(err error) {
	var (
		policy spec.Errors
		limits *plan.LimitError
	)
	switch {
	case errors.As(err, &policy):
		a.logFindings(&lint.Report{Findings: lint.Invalid(policy)})
	case errors.As(err, &limits):
		for _, v := range limits.Verdicts {
			a.log.Error("over a limit", "limit", v.Name(), "used", v.Used, "allowed", v.AllowedText(), "rule", v.Rule(), "source", v.Source(), "detail", v.Detail)
		}
	default:
		a.log.Error("stopped", "error", err.Error(), "hint", strings.Join(hints(err), " "), "exit_code", codeOf(err))
	}
}
