package lint

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rightful/plan"
)

// Report is all that was found, to be written in one of several formats.
type Report struct {
	Findings []Finding // sorted
	Files    []string  // all that were looked at, with findings or without
	// FailOn is what makes the check fail: findings of this severity, or worse.
	FailOn  Severity
	Version string // of the program
	// Dir is where the check runs, absolute: SARIF names files relative to it.
	Dir string
}

// Formats are the names that [Report.Write] takes.
func Formats() []string { return []string{"text", "json", "github", "sarif", "junit"} }

// Write writes the report in one of [Formats].
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "json":
		return r.writeJSON(w)
	case "github":
		return r.writeGitHub(w)
	case "sarif":
		return r.writeSARIF(w)
	case "junit":
		return r.writeJUnit(w)
	}
	return fmt.Errorf("%s: no such format; they are %s", plan.Quote(format), strings.Join(Formats(), ", "))
}

// Failed reports whether the check is to fail.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity >= r.FailOn })
}

// Count is how many findings have a severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Summary counts the findings: "1 error, 2 warnings".
func (r *Report) Summary() string {
	var parts []string
	for _, s := range []Severity{Error, Warning, Note} {
		if n := r.Count(s); n == 1 {
			parts = append(parts, "1 "+s.String())
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// writeText writes a line for each finding, the way editors and CI jobs find the
// place: file:line:column: [RF003] message.
func (r *Report) writeText(w io.Writer) error {
	for _, f := range r.Findings {
		if _, err := fmt.Fprintln(w, plan.Printable(f.where()+": ["+f.Rule+"] "+f.Message)); err != nil {
			return err
		}
	}
	return nil
}

// where is file:line:column, or the file alone of what has no line.
func (f *Finding) where() string {
	if f.Pos.Line == 0 {
		return f.Pos.File
	}
	return fmt.Sprintf("%s:%d:%d", f.Pos.File, f.Pos.Line, f.Pos.Column)
}
