package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Format lays out a file of a policy, or a host's ceiling, in the one way in which
// all are written. It changes no value, no comment, no order and no choice between
// brackets and lines of their own, unless brackets become too wide or hold a
// comment. Formatted text stays as it is.
//
// What is no policy is formatted too, but it must be YAML as policies use it: one
// mapping, without anchors, aliases and tags, whose keys are words. Else the error
// is an [Errors].
func Format(f PolicyFile) ([]byte, error) {
	text, fault := newlines(f)
	if fault != nil {
		return nil, Errors{fault}
	}
	root, fault := parseYAML(PolicyFile{f.Name, []byte(text)})
	if fault == nil {
		fault = formattable(f.Name, root, 0)
	}
	if fault != nil {
		return nil, Errors{fault}
	}
	quoteModes(root)
	whole, fault := readLayout(f.Name, text, root)
	if fault != nil {
		return nil, Errors{fault}
	}
	out := whole.print()
	if len(out) > maxFile {
		return nil, Errors{faultAt(f.Name, root, "formatted, the file would have %d bytes; a policy file may have %d: split it", len(out), maxFile)}
	}
	// What formats must never be what changes a policy, whatever the file does
	// that the author of this did not think of.
	if again, err := parseYAML(PolicyFile{f.Name, out}); err != nil || !sameNodes(root, again) {
		return nil, Errors{faultAt(f.Name, root, unformattable)}
	}
	return out, nil
}

// newlines gives every line the same end. The other line breaks of YAML cannot be
// seen in an editor, and end comments and values nevertheless.
func newlines(f PolicyFile) (string, *Error) {
	text := strings.TrimPrefix(string(f.Data), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if at := strings.IndexAny(text, "\u0085\u2028\u2029"); at >= 0 {
		line, column := firstInvalid([]byte(text[:at] + "\xff"))
		r, _ := utf8.DecodeRuneInString(text[at:])
		return "", &Error{Pos{f.Name, line, column}, fmt.Sprintf("%U here ends the line, which nobody sees; take it out, or write it as \\u%04x in double quotes", r, r)}
	}
	return text, nil
}

// formattable refuses what no policy has, and what would make its layout a matter
// of taste.
func formattable(file string, n *yaml.Node, depth int) *Error {
	if depth == 0 && n.Kind != yaml.MappingNode {
		return faultAt(file, n, "want a mapping, found %s", describe(n))
	}
	if depth > maxDepth {
		return faultAt(file, n, "nested more than %d deep", maxDepth)
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && (child.Kind != yaml.ScalarNode || isEmpty(child) || isBlock(child)) {
			return faultAt(file, child, "want a word as key, found %s", describe(child))
		}
		if fault := formattable(file, child, depth+1); fault != nil {
			return fault
		}
	}
	return nil
}

func faultAt(file string, n *yaml.Node, format string, args ...any) *Error {
	return &Error{Pos{file, max(n.Line, 1), max(n.Column, 1)}, fmt.Sprintf(format, args...)}
}

const maxDepth = 100 // a policy needs ten

// isEmpty is true for a value that is not written at all.
func isEmpty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == "" }

// isBlock is true for a scalar that has lines of its own below a | or >.
func isBlock(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// quoteModes takes it from numbers of the mode keys that they are numbers: 0644 is
// one number in YAML 1.1, and another in 1.2.
func quoteModes(n *yaml.Node) {
	for i, child := range n.Content {
		quoteModes(child)
		if n.Kind != yaml.MappingNode || i%2 == 0 || !slices.Contains([]string{"mode", "file_mode", "directory_mode"}, n.Content[i-1].Value) {
			continue
		}
		modes := []*yaml.Node{child}
		if child.Kind == yaml.SequenceNode {
			modes = child.Content
		}
		for _, mode := range modes {
			if mode.Kind == yaml.ScalarNode && mode.Style == 0 && digits(mode.Value) {
				mode.Style, mode.Tag = yaml.DoubleQuotedStyle, "!!str"
			}
		}
	}
}

// sameNodes reports whether two trees say the same.
func sameNodes(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && a.Tag == b.Tag && slices.EqualFunc(a.Content, b.Content, sameNodes)
}
