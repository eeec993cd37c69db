package spec

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Ignore is a comment that takes back what a check of the policy finds:
//
//   - match: uploads/**       # rightful:ignore RF002 the web server writes here
//
// What it says is not checked here: which rules there are, and whether a reason
// is needed, is the business of who applies it.
type Ignore struct {
	Pos Pos // of its #
	// Line is the one that it speaks of: its own, or, where nothing else stands
	// on that, the next one that is not a comment.
	Line   int
	Rules  []string // as written: RF002
	Reason string
}

const ignoreWord = "rightful:ignore"

var (
	// A comment has a blank, or nothing, before its #.
	ignoreComment = regexp.MustCompile(`(?:^|[ \t])(#[ \t]*` + ignoreWord + `(?:[ \t].*)?)$`)
	ruleName      = regexp.MustCompile(`^(?i:RF)[0-9]+$`)
	// YAML 1.1 counts these as the ends of lines, and so does its parser.
	lineEnd = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")
)

// ignores finds the comments of a file that take findings back. The parser of
// YAML keeps comments, but not where they stand.
func ignores(f PolicyFile, root *yaml.Node) []Ignore {
	lines := lineEnd.Split(string(f.Data), -1)
	text := mentions(root)
	var all []Ignore
	for i, line := range lines {
		at := ignoreComment.FindStringSubmatchIndex(line)
		if at == nil || text && !saysNothing(lines, i, at[2], root) {
			continue
		}
		found := parseIgnore(line[at[2]:])
		found.Pos = Pos{f.Name, i + 1, len([]rune(line[:at[2]])) + 1}
		found.Line = i + 1
		for n := i; n < len(lines) && isComment(lines[n]); n++ {
			found.Line = n + 2
		}
		all = append(all, found)
	}
	return all
}

// parseIgnore reads a comment from its #: names of rules, with commas or
// without, then the reason.
func parseIgnore(comment string) Ignore {
	var found Ignore
	_, rest, _ := strings.Cut(comment, ignoreWord)
	words := strings.Fields(rest)
	for i, word := range words {
		names := strings.Split(strings.TrimSuffix(word, ","), ",")
		if slices.ContainsFunc(names, func(name string) bool { return !ruleName.MatchString(name) }) {
			found.Reason = strings.Join(words[i:], " ")
			break
		}
		found.Rules = append(found.Rules, names...)
	}
	return found
}

func isComment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") }

// mentions reports whether a text of the policy has the word in it. If none
// has, it stands in comments only.
func mentions(n *yaml.Node) bool {
	return strings.Contains(n.Value, ignoreWord) || slices.ContainsFunc(n.Content, mentions)
}

// saysNothing reports whether what begins at a column of a line is a comment: then
// the policy says the same without it.
func saysNothing(lines []string, line, column int, root *yaml.Node) bool {
	without := slices.Clone(lines)
	without[line] = without[line][:column]
	var document yaml.Node
	err := yaml.Unmarshal([]byte(strings.Join(without, "\n")), &document)
	return err == nil && len(document.Content) == 1 && sameText(root, document.Content[0])
}

// sameText reports whether two documents say the same, comments aside.
func sameText(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, sameText)
}
