package cases

import (
	"encoding/json"
	"io"
	"strings"

	"rightful/plan"
)

type (
	jsonReport struct {
		FormatVersion string         `json:"format_version"`
		Cases         int            `json:"cases"`
		Failed        int            `json:"failed"`
		Errors        int            `json:"errors"`
		Results       []jsonResult   `json:"results"`
		Coverage      []jsonCoverage `json:"coverage"`
	}
	jsonResult struct {
		File    string           `json:"file"`
		Line    int              `json:"line"`
		Name    string           `json:"name"`
		Passed  bool             `json:"passed"`
		Error   string           `json:"error,omitempty"`
		Differs []jsonDifference `json:"differs"`
	}
	jsonDifference struct {
		Section string   `json:"section"`
		Line    int      `json:"line"`
		Diff    string   `json:"diff"`
		Planned []string `json:"planned"`
	}
	jsonCoverage struct {
		Policy  string       `json:"policy"`
		Lines   int          `json:"lines"`
		Reached int          `json:"reached"`
		Missed  []jsonMissed `json:"missed"`
	}
	jsonMissed struct {
		File string `json:"file"`
		Line int    `json:"line"`
		What string `json:"what"`
		Text string `json:"text"`
	}
)

func (r *Report) writeJSON(w io.Writer) error {
	doc := jsonReport{FormatVersion: "1.0", Results: []jsonResult{}, Coverage: []jsonCoverage{}}
	doc.Cases, doc.Failed, doc.Errors = r.Count()
	for _, f := range r.Files {
		for i := range f.Results {
			doc.Results = append(doc.Results, f.Results[i].document())
		}
	}
	for _, p := range r.Policies {
		c := jsonCoverage{Policy: plan.Printable(p.Name), Missed: []jsonMissed{}}
		c.Reached, c.Lines = p.Count()
		for _, m := range p.Missed() {
			c.Missed = append(c.Missed, jsonMissed{plan.Printable(m.Pos.File), m.Pos.Line, m.What, plan.Printable(m.Text)})
		}
		doc.Coverage = append(doc.Coverage, c)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

func (r *Result) document() jsonResult {
	d := jsonResult{plan.Printable(r.Case.Pos.File), r.Case.Pos.Line, plan.Printable(r.Case.Name), r.Passed(), "", []jsonDifference{}}
	if r.Err != nil {
		d.Error = strings.TrimSpace(errorText(r.Err))
	}
	for _, x := range r.Differs {
		planned := []string{}
		for _, l := range x.Lines {
			planned = append(planned, plan.Printable(l))
		}
		d.Differs = append(d.Differs, jsonDifference{x.Section, x.Pos.Line, x.Diff, planned})
	}
	return d
}
