package cases

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"rightful/internal/junit"
	"rightful/plan"
	"rightful/spec"
)

// Report is what became of all cases, to be written in one of several formats.
type Report struct {
	Files []File
	// Policies are those that the cases reach; only where coverage was asked for.
	Policies []Covered
	Verbose  bool // text: cases that passed, too
}

// File is the results of one file.
type File struct {
	Name    string
	Results []Result
}

// Covered is one policy and what was reached of it.
type Covered struct {
	Name string
	*Cover
}

// Count is how many cases there are, how many did not pass, and how many of those
// could not be run.
func (r *Report) Count() (all, failed, broken int) {
	for _, f := range r.Files {
		for i := range f.Results {
			all++
			if !f.Results[i].Passed() {
				failed++
			}
			if f.Results[i].Err != nil {
				broken++
			}
		}
	}
	return all, failed, broken
}

// Formats are the names that [Report.Write] takes.
func Formats() []string { return []string{"text", "json", "junit"} }

// Write writes the report in one of [Formats].
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "json":
		return r.writeJSON(w)
	case "junit":
		return r.writeJUnit(w)
	}
	return fmt.Errorf("%s: no such format; they are %s", plan.Quote(format), strings.Join(Formats(), ", "))
}

func (r *Report) writeText(w io.Writer) error {
	var s strings.Builder
	for _, f := range r.Files {
		f.text(&s, r.Verbose)
	}
	for _, p := range r.Policies {
		for _, m := range p.Missed() {
			fmt.Fprintf(&s, "%s\n", plan.Printable(m.text()))
		}
		reached, lines := p.Count()
		fmt.Fprintf(&s, "coverage: %s of %s (%d of %d lines)\n", percent(p.Percent()), plan.Quote(p.Name), reached, lines)
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// percent never rounds up to all.
func percent(p float64) string { return fmt.Sprintf("%.1f%%", float64(int(p*10))/10) }

func (m Missed) text() string {
	verb := "decided"
	if m.What == "access line" || m.What == "check" {
		verb = "matched"
	}
	return fmt.Sprintf("%v %s %s never %s anything", m.Pos, m.What, m.Text, verb)
}

func (f *File) text(s *strings.Builder, verbose bool) {
	passed := 0
	for i := range f.Results {
		r := &f.Results[i]
		name := plan.Printable(r.Case.Name)
		if !r.Passed() {
			fmt.Fprintf(s, "FAIL  %s: %s\n", plan.Quote(r.Case.Pos.String()), name)
			s.WriteString(indented(r.text()))
			continue
		}
		passed++
		if verbose {
			fmt.Fprintf(s, "ok    %s: %s\n", plan.Quote(r.Case.Pos.String()), name)
		}
	}
	if all := len(f.Results); passed == all {
		fmt.Fprintf(s, "ok    %s: %s\n", plan.Quote(f.Name), cases(all))
	} else {
		fmt.Fprintf(s, "FAIL  %s: %d of %s\n", plan.Quote(f.Name), all-passed, cases(all))
	}
}

func cases(n int) string {
	if n == 1 {
		return "1 case"
	}
	return fmt.Sprintf("%d cases", n)
}

// text is why the case did not pass.
func (r *Result) text() string {
	if r.Err != nil {
		return errorText(r.Err)
	}
	var s strings.Builder
	for _, d := range r.Differs {
		fmt.Fprintf(&s, "%s: %s (-expected +planned)\n%s", plan.Quote(d.Pos.String()), d.Section, d.Diff)
	}
	return s.String()
}

// errorText is the lines of an error, each printable.
func errorText(err error) string {
	var s strings.Builder
	for l := range strings.SplitSeq(err.Error(), "\n") {
		s.WriteString(plan.Printable(l) + "\n")
	}
	return s.String()
}

func indented(text string) string {
	var s strings.Builder
	for l := range strings.Lines(text) {
		s.WriteString("      " + l)
	}
	return s.String()
}

func (r *Report) writeJUnit(w io.Writer) error {
	var suites []junit.Suite
	for _, f := range r.Files {
		suite := junit.Suite{Name: plan.Printable(f.Name)}
		for i := range f.Results {
			suite.Cases = append(suite.Cases, f.Results[i].junit(suite.Name))
		}
		suites = append(suites, suite)
	}
	return junit.Write(w, "rightful test", suites)
}

func (r *Result) junit(class string) junit.Case {
	c := junit.Case{Class: class, Name: plan.Printable(r.Case.Name)}
	why := &junit.Failure{Type: "difference", Message: plan.Printable(r.Case.Pos.String()) + ": not as expected", Text: r.text()}
	var wrong *spec.Error
	switch {
	case errors.As(r.Err, &wrong):
		why.Type, why.Message = "error", plan.Printable(wrong.Error())
		c.Error = why
	case r.Err != nil:
		why.Type, why.Message = "error", plan.Printable(strings.SplitN(r.Err.Error(), "\n", 2)[0])
		c.Error = why
	case !r.Passed():
		c.Failure = why
	}
	return c
}
