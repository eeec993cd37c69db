package spec

import (
	_ "embed"
	"strings"
)

// schema describes every word of the language. Each kind of file is one of its
// definitions, and its root is the first.
//
//go:embed schema.json
var schema string

// Schema is a JSON Schema (draft 7) of policy files, for editors. It refuses no
// policy that [Parse] accepts, but that text which looks like true or like a
// number may have to be quoted. What files say about each other, and whether
// modes, patterns and paths make sense, it cannot know.
func Schema() string { return schema }

// CeilingSchema is the same for the file that [ParseCeiling] reads.
func CeilingSchema() string {
	return strings.Replace(schema, `"#/definitions/policy"`, `"#/definitions/ceiling"`, 1)
}
