// Package junit writes what was checked as CI systems read it: the XML of Ant's
// JUnit task, of which there is no standard but what its readers have in common.
//
// It promises XML. What a text has in it that XML has no form for must have been
// made printable by the caller.
package junit

import (
	"encoding/xml"
	"io"
)

// report is all that was checked.
type report struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr,omitempty"`
	Suites   []Suite  `xml:"testsuite"`
}

// Suite is what was checked of one file.
type Suite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr,omitempty"`
	Cases    []Case `xml:"testcase"`
}

// Case is one thing that was checked. It passed where it has neither a failure nor
// an error.
type Case struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Failure *Failure `xml:"failure,omitempty"`
	Error   *Failure `xml:"error,omitempty"` // it could not be checked
	Output  string   `xml:"system-out,omitempty"`
}

// Failure is why a case did not pass.
type Failure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write counts the cases of a report's suites and writes all of it.
func Write(w io.Writer, name string, suites []Suite) error {
	all := report{Name: name, Suites: suites}
	for i := range suites {
		s := &suites[i]
		s.count()
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
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

func (s *Suite) count() {
	s.Tests, s.Failures, s.Errors = len(s.Cases), 0, 0
	for i := range s.Cases {
		if s.Cases[i].Failure != nil {
			s.Failures++
		}
		if s.Cases[i].Error != nil {
			s.Errors++
		}
	}
}
