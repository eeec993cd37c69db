package spec

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"gopkg.in/yaml.v3"
)

// inSchemaOnly is what the schema refuses and Parse accepts, by the mistake.
var inSchemaOnly = map[string]string{
	`= (true|1\.5)$`: "Parse reads both as text; an editor asks for quotes",
}

// inParseOnly is what no schema can refuse, by what Parse says of it.
var inParseOnly = map[string]string{
	`^unknown (profile|identity|variable) `:      "where names are defined, maybe in another file, a schema cannot see",
	`^checks: \w+ reads as the identity web`:     "nor that this one is not",
	`^(type|target|content): missing`:            "a parent profile may say it",
	`a line that creates needs an exact mode`:    "and whether it creates, and with which mode",
	` is not a pattern: a bracket, a brace or a`: "pairs cannot be counted in a regular expression",
	`leaves the home; the target must be inside`: "how deep the link is, is in the key",
}

// judge says what both think of a document.
type judge struct {
	t      *testing.T
	schema *jsonschema.Schema
	parse  func(data []byte) error
}

func newJudge(t *testing.T, text string, parse func([]byte) error) *judge {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json") // which holds it against the schema of schemas
	if err != nil {
		t.Fatal(err)
	}
	return &judge{t, s, parse}
}

func policyJudge(t *testing.T) *judge {
	return newJudge(t, Schema(), func(data []byte) error {
		_, err := Parse([]PolicyFile{{"p.yaml", data}}, nil)
		return err
	})
}

func ceilingJudge(t *testing.T) *judge {
	return newJudge(t, CeilingSchema(), func(data []byte) error {
		_, err := ParseCeiling(PolicyFile{"p.yaml", data})
		return err
	})
}

// both returns what Parse and the schema say of the document.
func (j *judge) both(root *yaml.Node) (parsed, validated error) {
	j.t.Helper()
	data, err := yaml.Marshal(root)
	if err != nil {
		j.t.Fatal(err)
	}
	return j.parse(data), j.schema.Validate(instance(root))
}

// instance is a node as a program sees it that reads YAML as JSON.
func instance(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return instance(n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = instance(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, child := range n.Content {
			list = append(list, instance(child))
		}
		return list
	}
	var v any
	if n.Tag == "!!timestamp" || n.Decode(&v) != nil {
		return n.Value
	}
	if i, ok := v.(int); ok {
		return float64(i)
	}
	return v
}

// TestSchemaAccepts: what this module shows as right is right.
func TestSchemaAccepts(t *testing.T) {
	names, err := filepath.Glob("../examples/*/rightful.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	docs := []string{acceptedPolicy, bindPolicy, effectsPolicy}
	for _, name := range append(names, "../internal/demo/policy.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(data))
	}
	j := policyJudge(t)
	for _, doc := range docs {
		if parsed, validated := j.both(document(t, doc)); parsed != nil || validated != nil {
			t.Errorf("%v, %v in\n%s", parsed, validated, doc)
		}
	}
	if parsed, validated := ceilingJudge(t).both(document(t, acceptedCeiling)); parsed != nil || validated != nil {
		t.Errorf("%v, %v in\n%s", parsed, validated, acceptedCeiling)
	}
}

func document(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	return &root
}

var every = flag.Bool("every", false, "make every mistake in the documents that the schema is tested with, not every third")

// TestSchemaMistakes makes small mistakes in documents that have every word: keys
// that are renamed, left out or too many, values of other types, unknown words.
// What Parse refuses the schema refuses, and nothing else.
func TestSchemaMistakes(t *testing.T) {
	step := 3
	switch {
	case *every:
		step = 1
	case testing.Short():
		step = 29
	}
	used := map[string]bool{}
	for j, doc := range map[*judge]string{policyJudge(t): acceptedPolicy, ceilingJudge(t): acceptedCeiling} {
		root, met := document(t, doc), 0
		mistakes(root.Content[0], "", func(what string) {
			if met++; met%step != 0 {
				return
			}
			parsed, validated := j.both(root)
			switch {
			case parsed == nil && validated != nil:
				j.excuse(used, inSchemaOnly, what, what, validated)
			case parsed != nil && validated == nil:
				var all Errors
				errors.As(parsed, &all)
				for _, e := range all {
					j.excuse(used, inParseOnly, what, e.Message, e)
				}
			}
		})
	}
	if !*every {
		return
	}
	for _, excuses := range []map[string]string{inSchemaOnly, inParseOnly} {
		for pattern := range excuses {
			if !used[pattern] {
				t.Errorf("%s is excused, and does not happen", pattern)
			}
		}
	}
}

func (j *judge) excuse(used map[string]bool, excuses map[string]string, what, text string, err error) {
	for pattern := range excuses {
		if regexp.MustCompile(pattern).MatchString(text) {
			used[pattern] = true
			return
		}
	}
	j.t.Errorf("%s: only one of them says: %v", what, err)
}

// mistakes makes one mistake after the other in n and below, calls made with each,
// and takes it back.
func mistakes(n *yaml.Node, path string, made func(what string)) {
	was := *n
	try := func(what string, now yaml.Node) {
		*n = now
		made(strings.TrimPrefix(path, ".") + what)
		*n = was
	}
	for _, text := range []string{"null", "{x: y}", "[[x]]", `""`, "no such word", "-1", "1.5", "true", `"a${b"`, `"${1}/${a-b}"`, "../x", "/x/", `"["`, `"0999"`} {
		var now yaml.Node
		if err := yaml.Unmarshal([]byte(text), &now); err != nil {
			panic(err)
		}
		try(" = "+text, *now.Content[0])
	}
	if n.Kind == yaml.MappingNode {
		surplus := []*yaml.Node{{Kind: yaml.ScalarNode, Value: "surplus"}, {Kind: yaml.ScalarNode, Value: "1"}}
		try(" + surplus", yaml.Node{Kind: n.Kind, Content: append(slices.Clone(n.Content), surplus...)})
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		renamed := slices.Clone(n.Content)
		renamed[i] = &yaml.Node{Kind: yaml.ScalarNode, Value: key + "x"}
		try("."+key+" renamed", yaml.Node{Kind: n.Kind, Content: renamed})
		try("."+key+" left out", yaml.Node{Kind: n.Kind, Content: slices.Delete(slices.Clone(n.Content), i, i+2)})
		mistakes(n.Content[i+1], path+"."+key, made)
	}
	for i := 0; n.Kind != yaml.MappingNode && i < len(n.Content); i++ {
		mistakes(n.Content[i], fmt.Sprint(path, ".", i), made)
	}
}

const acceptedCeiling = `
rightful: 1
limits: {run: {accounts: {count: 5}}, account: {remove: {percent: 5, count: 5}}}
identities: {php: {user: "${account}"}}
access: [{identity: php, can: [read, list], match: [".", "public_html/${account}/**"]}]
`

// TestSchemaKeys puts all words of this package's code into each mapping: those
// that Parse takes for keys are those that the schema does.
func TestSchemaKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	words := wordsOfCode(t)
	for j, doc := range map[*judge]string{policyJudge(t): acceptedPolicy, ceilingJudge(t): acceptedCeiling} {
		root := document(t, doc)
		mappings(root.Content[0], nil, func(n *yaml.Node, path []string) {
			was := n.Content
			for _, word := range words {
				if !has(n, word) && !(strings.HasPrefix(strings.Join(path, "."), "limits.run.steps") && (word == "percent" || word == "at_least")) {
					n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: word}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"})
				}
			}
			parsed, validated := j.both(root)
			n.Content = was
			if diff := cmp.Diff(unknownToParse(parsed), unknownToSchema(validated, path)); diff != "" {
				t.Errorf("%s: unknown keys (-Parse +schema):\n%s", strings.Join(path, "."), diff)
			}
		})
	}
}

func mappings(n *yaml.Node, path []string, found func(n *yaml.Node, path []string)) {
	if n.Kind == yaml.MappingNode {
		found(n, path)
	}
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			mappings(child, append(slices.Clone(path), strconv.Itoa(i)), found)
		case i%2 == 1:
			mappings(child, append(slices.Clone(path), n.Content[i-1].Value), found)
		}
	}
}

func unknownToParse(err error) []string {
	var all Errors
	errors.As(err, &all)
	found := map[string]bool{}
	for _, e := range all {
		if word, _, ok := strings.Cut(e.Message, ": unknown key"); ok {
			found[word] = true
		} else if rest, ok := strings.CutPrefix(e.Message, "checks: unknown check "); ok {
			word, _, _ := strings.Cut(rest, ";")
			found[word] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func unknownToSchema(err error, path []string) []string {
	found := map[string]bool{}
	var look func(e *jsonschema.ValidationError)
	look = func(e *jsonschema.ValidationError) {
		if more, ok := e.ErrorKind.(*kind.AdditionalProperties); ok && slices.Equal(e.InstanceLocation, path) {
			for _, word := range more.Properties {
				found[word] = true
			}
		}
		for _, cause := range e.Causes {
			look(cause)
		}
	}
	var top *jsonschema.ValidationError
	if errors.As(err, &top) {
		look(top)
	}
	return slices.Sorted(maps.Keys(found))
}

// wordsOfCode is every string of this package's code that could be a key.
func wordsOfCode(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, word := range regexp.MustCompile(`"([a-z][a-z_-]*)"`).FindAllSubmatch(code, -1) {
			found[string(word[1])] = true
		}
	}
	if len(found) < 100 {
		t.Fatalf("only %d words", len(found))
	}
	return slices.Sorted(maps.Keys(found))
}
