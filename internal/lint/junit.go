package lint

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"

	"rightful/plan"
)

// The parts of JUnit's XML that are used, as CI systems read it: a suite for
// each file, a case for each finding, and one that passes for a file without. A
// finding that does not make the check fail is a case that passes, with the
// finding as its output.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func (r *Report) writeJUnit(w io.Writer) error {
	all := junitSuites{Name: "rightful validate"}
	for _, file := range r.allFiles() {
		suite := r.suite(file)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
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

func (r *Report) suite(file string) junitSuite {
	name := plan.Printable(file) // XML has no form for control characters
	suite := junitSuite{Name: name}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Pos.File == file {
			suite.Cases = append(suite.Cases, r.testCase(name, f))
			if f.Severity >= r.FailOn {
				suite.Failures++
			}
		}
	}
	if suite.Cases == nil {
		suite.Cases = []junitCase{{Class: name, Name: "valid"}}
	}
	suite.Tests = len(suite.Cases)
	return suite
}

func (r *Report) testCase(class string, f *Finding) junitCase {
	rule, _ := Lookup(f.Rule)
	c := junitCase{Class: class, Name: f.Rule}
	if f.Pos.Line > 0 {
		c.Name = fmt.Sprintf("%s %d:%d", f.Rule, f.Pos.Line, f.Pos.Column)
	}
	text := fmt.Sprintf("%s: %s\n%s", plan.Printable(f.where()), f.Message, rule.Title)
	if f.Severity >= r.FailOn {
		c.Failure = &junitFailure{f.Severity.String(), f.Message, text}
	} else {
		c.Output = text
	}
	return c
}
