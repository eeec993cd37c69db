package lint

import (
	"encoding/json"
	"io"
	"unicode/utf8"

	"rightful/plan"
)

// The JSON form is one document:
//
//	{"format_version": "1.0",
//	 "summary": {"errors": 0, "warnings": 1, "notes": 0, "failed": false},
//	 "findings": [{"rule": "RF003", "title": "...", "severity": "warning",
//	               "file": "rightful.yaml", "line": 12, "column": 9, "message": "..."}]}
//
// Findings are in order of file, line, column and rule. Lines and columns count
// from 1, columns in characters; what the command line says wrong has neither. A
// file whose name is not UTF-8 is quoted in file, and stands in file_bytes as
// base64. New keys may come.
type document struct {
	FormatVersion string        `json:"format_version"`
	Summary       jsonSummary   `json:"summary"`
	Findings      []jsonFinding `json:"findings"`
}

type jsonSummary struct {
	Errors   int  `json:"errors"`
	Warnings int  `json:"warnings"`
	Notes    int  `json:"notes"`
	Failed   bool `json:"failed"`
}

type jsonFinding struct {
	Rule      string `json:"rule"`
	Title     string `json:"title"`
	Severity  string `json:"severity"`
	File      string `json:"file"`
	FileBytes []byte `json:"file_bytes,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	Message   string `json:"message"`
}

func (r *Report) writeJSON(w io.Writer) error {
	doc := document{
		FormatVersion: "1.0",
		Summary:       jsonSummary{r.Count(Error), r.Count(Warning), r.Count(Note), r.Failed()},
		Findings:      []jsonFinding{},
	}
	for _, f := range r.Findings {
		rule, _ := Lookup(f.Rule)
		j := jsonFinding{
			Rule: f.Rule, Title: rule.Title, Severity: f.Severity.String(),
			File: f.Pos.File, Line: f.Pos.Line, Column: f.Pos.Column, Message: f.Message,
		}
		if !utf8.ValidString(f.Pos.File) {
			j.File, j.FileBytes = plan.Quote(f.Pos.File), []byte(f.Pos.File)
		}
		doc.Findings = append(doc.Findings, j)
	}
	return encode(w, doc)
}

func encode(w io.Writer, doc any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
