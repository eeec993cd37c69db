package house

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// row is what a package may import of this module.
type row struct {
	may    []string
	reason string
}

// table is the direction in which data flows: spec, reconcile, plan, apply.
var table = map[string]row{
	"main":              {[]string{"internal/cli"}, "it has nothing to say but the exit code"},
	"spec":              {nil, "a policy can be checked without any host, and read by anything"},
	"plan":              {nil, "a plan is data: it can be read where there is neither a policy nor the host"},
	"internal/fsys":     {[]string{"plan"}, "it sees; a plan's State is what it sees"},
	"internal/mtree":    {[]string{"plan"}, "a manifest is states by path, wherever they come from"},
	"internal/userdb":   {nil, "it reads passwd and group, whoever asks"},
	"internal/junit":    {nil, "it writes XML, whatever was checked"},
	"internal/lint":     {[]string{"spec", "plan", "internal/junit"}, "it reads a policy, and knows no host"},
	"internal/demo":     {nil, "it breaks a host without the tool's help, as accidents do"},
	"internal/bench":    {nil, "it measures the program from outside, like any other"},
	"internal/house":    {nil, "it only reads the others"},
	"internal/story":    {nil, "it tells the others' story, as tests"},
	"reconcile":         {[]string{"spec", "plan", "internal/fsys", "internal/access", "internal/userdb"}, "it compares the policy with the host, and makes a plan of it"},
	"internal/recorded": {[]string{"plan", "internal/fsys", "reconcile"}, "it is a tree that the planner can walk"},
	"internal/cases":    {[]string{"spec", "reconcile", "plan", "internal/lint", "internal/junit", "internal/recorded", "internal/userdb"}, "it holds policies against hosts that are not there"},
	"internal/snapshot": {[]string{"spec", "plan", "reconcile", "internal/access", "internal/fsys", "internal/mtree", "internal/recorded", "internal/userdb"}, "it records what the planner asks, and answers it elsewhere"},
	"apply":             {[]string{"plan", "internal/fsys"}, "without spec and reconcile it cannot recompute what was approved"},
	"internal/access":   {[]string{"plan"}, "the kernel's check is a pure function of states"},
	"internal/cli": {[]string{
		"spec", "reconcile", "plan", "apply", "internal/access", "internal/cases", "internal/demo", "internal/fsys", "internal/lint", "internal/snapshot", "internal/userdb",
	}, "it joins all the others"},
	"examples": {nil, "policies are not code"},
}

func imports(s *source) (found []string) {
	r, known := table[s.pkg]
	s.imports(func(spec *ast.ImportSpec, path string) {
		ours, ok := strings.CutPrefix(path, module+"/")
		switch {
		case !ok:
		case !known:
			found = append(found, s.at(spec, "the table of imports has no row for %s: give it one, with a reason", s.pkg))
		case !slices.Contains(r.may, ours):
			found = append(found, s.at(spec, "%s may not import %s: %s", s.pkg, ours, r.reason))
		}
	})
	return found
}

func TestImports(t *testing.T) {
	hold(t, imports)
	sees(t, imports, "apply", `import "rightful/plan"`, false)
	sees(t, imports, "apply", `import "rightful/spec"`, true)
	sees(t, imports, "apply", `import _ "rightful/reconcile"`, true)
	sees(t, imports, "plan", `import "rightful/internal/fsys"`, true)
	sees(t, imports, "spec", `import p "rightful/plan"`, true)
	sees(t, imports, "internal/newcomer", `import "rightful/plan"`, true)
}

// kernel holds golang.org/x/sys/unix where descriptors are at home.
func kernel(s *source) (found []string) {
	s.imports(func(spec *ast.ImportSpec, path string) {
		if path == "golang.org/x/sys/unix" && s.pkg != "internal/fsys" && s.pkg != "apply" {
			found = append(found, s.at(spec, "unix is for internal/fsys and apply, where paths are followed by nobody"))
		}
	})
	return found
}

func TestKernel(t *testing.T) {
	hold(t, kernel)
	sees(t, kernel, "apply", `import "golang.org/x/sys/unix"`, false)
	sees(t, kernel, "reconcile", `import "golang.org/x/sys/unix"`, true)
	sees(t, kernel, "internal/cli", `import x "golang.org/x/sys/unix"`, true)
}

// yaml is the policy's language, and nobody else's.
func yaml(s *source) (found []string) {
	s.imports(func(spec *ast.ImportSpec, path string) {
		if strings.Contains(path, "yaml") && s.pkg != "spec" {
			found = append(found, s.at(spec, "YAML lives in spec and nowhere else"))
		}
	})
	return found
}

func TestYAML(t *testing.T) {
	hold(t, yaml)
	sees(t, yaml, "spec", `import "gopkg.in/yaml.v3"`, false)
	sees(t, yaml, "internal/cli", `import "gopkg.in/yaml.v3"`, true)
}
