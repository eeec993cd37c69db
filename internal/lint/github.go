package lint

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"rightful/plan"
)

// maxAnnotations is how many annotations of one level GitHub shows of a step; it
// drops the rest without a word.
// https://docs.github.com/en/actions/reference/limits
const maxAnnotations = 10

// writeGitHub writes workflow commands, which GitHub makes annotations of, and
// counts what it would not show.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
func (r *Report) writeGitHub(w io.Writer) error {
	shown := map[Severity]int{}
	left := Report{}
	for _, f := range r.Findings {
		if shown[f.Severity] == maxAnnotations {
			left.Findings = append(left.Findings, f)
			continue
		}
		shown[f.Severity]++
		if _, err := fmt.Fprintln(w, f.annotation()); err != nil {
			return err
		}
	}
	if len(left.Findings) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "and %s more; of each kind GitHub shows %d\n", left.Summary(), maxAnnotations)
	return err
}

func (f *Finding) annotation() string {
	command := map[Severity]string{Error: "error", Warning: "warning", Note: "notice"}[f.Severity]
	rule, _ := Lookup(f.Rule)
	properties := "title=" + escapeProperty(f.Rule+" "+rule.Title)
	if f.Pos.Line > 0 {
		properties = fmt.Sprintf("file=%s,line=%d,col=%d,%s", escapeProperty(logged(f.Pos.File)), f.Pos.Line, f.Pos.Column, properties)
	}
	return "::" + command + " " + properties + "::" + escapeData(f.Message)
}

// logged is a path as it may stand in a log: itself where a terminal would show
// it as it is.
func logged(path string) string {
	if !utf8.ValidString(path) || strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return plan.Quote(path)
	}
	return slashed(path)
}

// escapeData is what actions/toolkit does to a message, so that no text of a
// policy ends its line and begins a command of its own.
func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// escapeProperty is the same for what stands between commas.
func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(text))
}
