package lint

import (
	"fmt"
	"io"
	"slices"

	"rightful/internal/junit"
	"rightful/plan"
)

// writeJUnit writes a suite for each file, a case for each finding, and one that
// passes for a file without. A finding that does not make the check fail is a case
// that passes, with the finding as its output.
func (r *Report) writeJUnit(w io.Writer) error {
	var suites []junit.Suite
	for _, file := range r.allFiles() {
		suites = append(suites, r.suite(file))
	}
	return junit.Write(w, "rightful validate", suites)
}

// allFiles are those that were looked at, and those that findings are about.
func (r *Report) allFiles() []string {
	files := slices.Clone(r.Files)
	for _, f := range r.Findings {
		files = append(files, f.Pos.File)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

func (r *Report) suite(file string) junit.Suite {
	name := plan.Printable(file) // XML has no form for control characters
	suite := junit.Suite{Name: name}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Pos.File == file {
			suite.Cases = append(suite.Cases, r.testCase(name, f))
		}
	}
	if suite.Cases == nil {
		suite.Cases = []junit.Case{{Class: name, Name: "valid"}}
	}
	return suite
}

func (r *Report) testCase(class string, f *Finding) junit.Case {
	rule, _ := Lookup(f.Rule)
	c := junit.Case{Class: class, Name: f.Rule}
	if f.Pos.Line > 0 {
		c.Name = fmt.Sprintf("%s %d:%d", f.Rule, f.Pos.Line, f.Pos.Column)
	}
	text := fmt.Sprintf("%s: %s\n%s", plan.Printable(f.where()), f.Message, rule.Title)
	if f.Severity >= r.FailOn {
		c.Failure = &junit.Failure{Type: f.Severity.String(), Message: f.Message, Text: text}
	} else {
		c.Output = text
	}
	return c
}
