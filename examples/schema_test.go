package examples

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"rightful/spec"
)

// schemaLine is how editors find the schema of a file.
var schemaLine = regexp.MustCompile(`\A# yaml-language-server: \$schema=(\S+)\n`)

// TestSchemaLines: each example names a schema, which is the program's.
func TestSchemaLines(t *testing.T) {
	names, err := filepath.Glob("*/rightful.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	want := string(newShell(t, "quickstart").run(t, exitOK, "schema"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		line := schemaLine.FindSubmatch(data)
		if line == nil {
			t.Errorf("%s: the first line names no schema", name)
			continue
		}
		have, err := os.ReadFile(filepath.Join(filepath.Dir(name), string(line[1])))
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, strings.Split(want, "\n"), strings.Split(string(have), "\n"))
	}
}

// unseen is what no schema can refuse, by what the program says of it: names that
// are defined elsewhere, twice or nowhere; what a profile may have from another;
// pairs of brackets and of numbers; where paths and parents lead. A second document
// reaches no schema.
var unseen = regexp.MustCompile(`^unknown (variable|profile|identity) |^type: |^(target|content): missing|` +
	`needs an exact mode|^target: only a symlink|^content and from: only a file|has no partner|leaves the home|ends before it begins|goes in a circle|is defined twice|^did not find`)

// TestSchemaSeesMistakes makes the mistakes of [TestMistakes]. What the program
// takes for a policy so does the schema, and what it does not, the schema refuses.
func TestSchemaSeesMistakes(t *testing.T) {
	schema := compileSchema(t)
	for _, example := range []string{"quickstart", "shared-hosting"} {
		all := newPage(t, newReviewer(t, example).text).mutants(example)
		inParallel(len(all), func(i int) {
			if isChosen(all[i]) {
				all[i].judgeBySchema(t, schema)
			}
		})
	}
}

func (m mutant) judgeBySchema(t *testing.T, schema *jsonschema.Schema) {
	var root yaml.Node
	if yaml.Unmarshal([]byte(m.text), &root) != nil {
		return // an editor sees that without a schema
	}
	_, err := parse(m.text, nil)
	refused := schema.Validate(instance(&root))
	var wrong spec.Errors
	errors.As(err, &wrong)
	// Of a key that is given twice an editor sees the last.
	twice := slices.ContainsFunc(wrong, func(e *spec.Error) bool { return strings.Contains(e.Message, "given twice") })
	seen := slices.IndexFunc(wrong, func(e *spec.Error) bool { return !twice && !unseen.MatchString(e.Message) })
	switch {
	case err == nil && refused != nil:
		t.Errorf("%s\nis a policy, and the schema says\n%v", m.key(), refused)
	case seen >= 0 && refused == nil:
		t.Errorf("%s\nis right by the schema, and the program says\n%v", m.key(), wrong[seen])
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(spec.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// instance is a node as an editor sees it, which reads YAML as JSON.
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
