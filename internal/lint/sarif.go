package lint

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// The parts of SARIF 2.1.0 that are used.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifText    `json:"shortDescription"`
		FullDescription  sarifText    `json:"fullDescription"`
		Help             sarifText    `json:"help"`
		Default          sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

func (r *Report) writeSARIF(w io.Writer) error {
	driver := sarifDriver{Name: "rightful", Version: r.Version}
	for _, rule := range Rules() {
		what, _, _ := strings.Cut(rule.Help, "\n\n")
		driver.Rules = append(driver.Rules, sarifRule{
			ID: rule.ID, ShortDescription: sarifText{rule.Title}, FullDescription: sarifText{what},
			Help: sarifText{rule.Text()}, Default: sarifDefault{rule.Severity.String()},
		})
	}
	results := []sarifResult{}
	for _, f := range r.Findings {
		results = append(results, f.sarif(r.Dir))
	}
	// YAML's parser counts characters, and not UTF-16 code units.
	run := sarifRun{sarifTool{driver}, "unicodeCodePoints", results}
	return encode(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func (f *Finding) sarif(dir string) sarifResult {
	result := sarifResult{
		RuleID: f.Rule, Level: f.Severity.String(), Message: sarifText{f.Message},
		RuleIndex: slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == f.Rule }),
	}
	if f.Pos.Line > 0 {
		result.Locations = []sarifLocation{{sarifPhysical{sarifArtifact{uri(dir, f.Pos.File)}, sarifRegion{f.Pos.Line, f.Pos.Column}}}}
	}
	return result
}

// uri is a path as a reference relative to where the check runs, or, if it is
// elsewhere, as a file: URI.
func uri(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); filepath.IsAbs(path) && err == nil && filepath.IsLocal(rel) {
		path = rel
	}
	u := url.URL{Path: slashed(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
	}
	return u.String()
}

func slashed(path string) string { return filepath.ToSlash(filepath.Clean(path)) }
