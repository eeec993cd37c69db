package lint

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joshdk/go-junit"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rightful/spec"
)

// oddFile is a name that would end a line, begin a command, or be no text.
const oddFile = "a b,c:d%25\n::error::\xff\x1b[31m.yaml"

// sample is a report with something of everything.
func sample() *Report {
	at := func(file string, line, column int) spec.Pos { return spec.Pos{File: file, Line: line, Column: column} }
	found := []Finding{
		newFinding(invalid, at("-var", 0, 0), spec.Pos{}, "x: no vars: of the policy defines it"),
		newFinding(expired, at("/etc/rightful/policy/b.yaml", 3, 1), spec.Pos{}, "the exception of bob ended on 2026-01-31"),
		newFinding(invalid, at("policy/a.yaml", 1, 2), spec.Pos{}, "100%, 50:50\n::error::\"\xff\x1b]]><&"),
		newFinding(noAccess, at("policy/a.yaml", 2, 3), spec.Pos{}, "profile x says nothing"),
		newFinding(openSecret, at(oddFile, 7, 9), spec.Pos{}, "0644 opens to others: mail (mail/cur)"),
	}
	for i := range 12 {
		found = append(found, newFinding(openToWrite, at("policy/a.yaml", 10+i, 5), spec.Pos{}, "0775 lets the group write"))
	}
	return &Report{Findings: Sort(found), Files: []string{"policy/a.yaml", "policy/clean.yaml"}, FailOn: Error, Version: "1.2.3"}
}

func write(t testing.TB, r *Report, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			golden := "testdata/formats/" + format
			have := write(t, sample(), format)
			if *update {
				if err := os.WriteFile(golden, have, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(have)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if err := sample().Write(nil, "yaml"); err == nil {
		t.Error("no such format, and no error")
	}
}

// No format lets a name or a message reach the terminal as it is.
func TestFormatsAreClean(t *testing.T) {
	for _, format := range Formats() {
		for _, b := range write(t, sample(), format) {
			if b < ' ' && b != '\n' && b != '\t' || b == 0x7f || b == 0xff {
				t.Errorf("%s has a byte %#x", format, b)
			}
		}
	}
}

func TestFailed(t *testing.T) {
	tests := []struct {
		worst, on Severity
		want      bool
	}{
		{Error, Error, true},
		{Warning, Error, false},
		{Warning, Warning, true},
		{Note, Warning, false},
		{Note, Note, true},
	}
	for _, test := range tests {
		r := &Report{Findings: []Finding{{Severity: test.worst}}, FailOn: test.on}
		if have := r.Failed(); have != test.want {
			t.Errorf("%v on %v: %v", test.worst, test.on, have)
		}
	}
	if (&Report{FailOn: Note}).Failed() {
		t.Error("nothing found, and failed")
	}
}

// The schema is OASIS's own, with its errata: the file that $schema names, as
// github.com/securego/gosec/v2 v2.30.0 has it in report/sarif/testdata.
func TestSARIF(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Report{"sample": sample(), "nothing found": {FailOn: Error}} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, r, "sarif")))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0"}`))
	if err == nil && schema.Validate(doc) == nil {
		t.Error("the schema takes a log without runs")
	}
}

// A SARIF result refers to its rule twice, and to its file by a URI that leads
// back to the same bytes.
func TestSARIFRefers(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal(write(t, sample(), "sarif"), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	for i, f := range sample().Findings {
		result := run.Results[i]
		if id := run.Tool.Driver.Rules[result.RuleIndex].ID; id != f.Rule || result.RuleID != f.Rule {
			t.Errorf("%s refers to %s and %s", f.Rule, id, result.RuleID)
		}
		if f.Pos.Line == 0 {
			if len(result.Locations) > 0 {
				t.Error("what has no line has a place")
			}
			continue
		}
		u, err := url.Parse(result.Locations[0].Physical.Artifact.URI)
		if err != nil || strings.TrimPrefix(u.Path, "./") != f.Pos.File || (u.Scheme == "file") != (f.Pos.File[0] == '/') {
			t.Errorf("%q: %v, %v", f.Pos.File, u, err)
		}
	}
}

func TestURI(t *testing.T) {
	tests := [][3]string{
		{"/srv/site", "rightful.yaml", "rightful.yaml"},
		{"/srv/site", "../other/a.yaml", "../other/a.yaml"},
		{"/srv/site", "./x//a b.yaml", "x/a%20b.yaml"},
		{"/srv/site", "/srv/site/x/a.yaml", "x/a.yaml"},
		{"/srv/site", "/srv/sites/a.yaml", "file:///srv/sites/a.yaml"},
		{"", "/srv/a.yaml", "file:///srv/a.yaml"},
		{"/", "a:b.yaml", "./a:b.yaml"},
	}
	for _, test := range tests {
		if have := uri(test[0], test[1]); have != test[2] {
			t.Errorf("%s in %s: %s, want %s", test[1], test[0], have, test[2])
		}
	}
}

func TestJUnit(t *testing.T) {
	suites, err := junit.Ingest(write(t, sample(), "junit"))
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, s := range suites {
		have = append(have, fmt.Sprintf("%s: %d tests, %d passed, %d failed", s.Name, s.Totals.Tests, s.Totals.Passed, s.Totals.Failed))
	}
	want := []string{
		"-var: 1 tests, 0 passed, 1 failed",
		"/etc/rightful/policy/b.yaml: 1 tests, 0 passed, 1 failed",
		`"a b,c:d%25\n::error::\xff\x1b[31m.yaml": 1 tests, 1 passed, 0 failed`,
		"policy/a.yaml: 14 tests, 13 passed, 1 failed",
		"policy/clean.yaml: 1 tests, 1 passed, 0 failed",
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	first := suites[0].Tests[0]
	if first.Name != "RF100" || first.Error == nil || !strings.Contains(first.Error.Error(), "no vars:") {
		t.Errorf("%+v", first)
	}
}

func TestJSON(t *testing.T) {
	var doc struct {
		Summary  map[string]any
		Findings []struct {
			Rule, Severity, File, Message string
			FileBytes                     string `json:"file_bytes"`
			Line, Column                  int
		}
	}
	if err := json.Unmarshal(write(t, sample(), "json"), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"errors": 3.0, "warnings": 13.0, "notes": 1.0, "failed": true}, doc.Summary); diff != "" {
		t.Error(diff)
	}
	for i, f := range sample().Findings {
		d := doc.Findings[i]
		file := d.File
		if d.FileBytes != "" {
			bytes, err := base64.StdEncoding.DecodeString(d.FileBytes)
			if err != nil {
				t.Error(err)
			}
			file = string(bytes)
		}
		if file != f.Pos.File || d.Line != f.Pos.Line || d.Column != f.Pos.Column || d.Rule != f.Rule || d.Message != f.Message {
			t.Errorf("%+v became %+v", f, d)
		}
	}
	if nothing := write(t, &Report{FailOn: Error}, "json"); !bytes.Contains(nothing, []byte(`"findings": []`)) {
		t.Errorf("%s", nothing)
	}
}

// command is a workflow command as GitHub's runner reads one.
// https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
var command = regexp.MustCompile(`^::(\w+) (.*?)::(.*)$`)

func TestGitHub(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(string(write(t, sample(), "github")), "\n"), "\n")
	last := lines[len(lines)-1]
	if want := "and 3 warnings more; of each kind GitHub shows 10"; last != want {
		t.Errorf("last line: %s", last)
	}
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	count := map[string]int{}
	found := sample().Findings
	for _, line := range lines[:len(lines)-1] {
		m := command.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no command: %q", line)
		}
		count[m[1]]++
		properties := map[string]string{}
		for property := range strings.SplitSeq(m[2], ",") {
			key, value, _ := strings.Cut(property, "=")
			properties[key] = unescape.Replace(value)
		}
		if !slices.ContainsFunc(found, func(f Finding) bool {
			return f.Message == unescape.Replace(m[3]) && strings.HasPrefix(properties["title"], f.Rule+" ") &&
				(f.Pos.Line == 0 || logged(f.Pos.File) == properties["file"] && fmt.Sprint(f.Pos.Line, f.Pos.Column) == properties["line"]+" "+properties["col"])
		}) {
			t.Errorf("what is this? %q", line)
		}
	}
	if diff := cmp.Diff(map[string]int{"error": 3, "warning": 10, "notice": 1}, count); diff != "" {
		t.Error(diff)
	}
	few := &Report{Findings: sample().Findings[:2]}
	if text := string(write(t, few, "github")); strings.Contains(text, "more") {
		t.Error(text)
	}
}
