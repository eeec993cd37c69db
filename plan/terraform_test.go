package plan

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func terraformOf(t testing.TB, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteTerraform(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// terraformTool is how a tool takes Terraform's output apart, with the
// expressions that it has published.
type terraformTool struct {
	// from and to are where the steps are, empty where it looks everywhere.
	from, to string
	// created, updated and destroyed find a step in a line.
	created, updated, destroyed string
	// summary has the three numbers; nothing says that there are no changes, and
	// never says what makes of it something that it is not.
	summary, nothing, never string
}

var terraformTools = map[string]terraformTool{
	"suzuki-shunsuke/tfcmt pkg/terraform/parser.go": {
		from:    `(?m)^Terraform will perform the following actions:$`,
		created: `^ *# (.*) will be created$`, updated: `^ *# (.*) will be updated in-place$`, destroyed: `^ *# (.*) will be destroyed$`,
		summary: `(?m)^Plan: (\d+) to add, (\d+) to change, (\d+) to destroy\.`,
		nothing: `(?m)^(No changes.)`,
		never: `(?m)^([│|] )?(Error: )|^Changes to Outputs:|^Note: Objects have changed outside of Terraform$` +
			`|^ *# (.*?)(?: is tainted, so)? must be replaced$|^ *# (.*?) will be replaced, as requested$` +
			`|^ *# (.*?) has moved to (.*?)$|^ *# (.*?) will be imported$|^ *# \(imported from (.*?)\)$|^ *# \(moved from (.*?)\)$`,
	},
	"runatlantis/atlantis server/events/models/models.go": {
		summary: `Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy.`,
		nothing: `No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration).`,
		never:   `Note: Objects have changed outside of Terraform`,
	},
	"dflook/terraform-github-actions image/src/plan_summary/__main__.py": {
		summary: `(?m)^Plan:.*?(\d+) to add, (\d+) to change, (\d+) to destroy`,
		never: `(?m)^  # \S+ has moved to \S+$|^ # \S+ will no longer be managed by Terraform, but will not be destroyed$` +
			`|^  # \S+ will be removed from the OpenTofu state but will not be destroyed$|EOT$`,
	},
	"robburger/terraform-pr-commenter entrypoint.sh": {
		from:    `(?m)^Terraform used the selected providers to generate the following execution$`,
		to:      `Plan: `,
		nothing: `(?m)^(No changes. Infrastructure is up-to-date.|No changes. Your infrastructure matches the configuration.)$`,
	},
	// No published tool is known to be as simple as these two.
	"an address is one word": {
		created: `^  # (\S+) will be created`, updated: `^  # (\S+) will be updated in-place`, destroyed: `^  # (\S+) will be destroyed`,
		summary: `Plan: (\d+) to add, (\d+) to change, (\d+) to destroy`,
	},
	"words are looked for anywhere": {
		from: `Terraform used the selected providers`, to: `Plan: `,
		created: `# (.*?) will be created`, updated: `# (.*?) will be updated in-place`, destroyed: `# (.*?) will be destroyed`,
		summary: `(\d+) to add, (\d+) to change, (\d+) to destroy`,
	},
}

// check reads output as the tool does, and holds the plan against it.
func (tool terraformTool) check(t *testing.T, p *Plan, output string) {
	t.Helper()
	tally := p.Trailer.Summary.Tally
	if tool.summary != "" && tally.Steps > 0 {
		m := regexp.MustCompile(tool.summary).FindStringSubmatch(output)
		if want := []string{fmt.Sprint(tally.Adds), fmt.Sprint(tally.Updates), fmt.Sprint(tally.Removes)}; m == nil || !slices.Equal(m[1:], want) {
			t.Errorf("the summary is %q, want %v", m, want)
		}
	}
	if tool.nothing != "" {
		if says := regexp.MustCompile(tool.nothing).MatchString(output); says != (tally.Steps == 0 && len((&text{p: p}).open()) == 0) {
			t.Errorf("no changes: %v", says)
		}
	}
	if tool.never != "" {
		if m := regexp.MustCompile(tool.never).FindString(output); m != "" {
			t.Errorf("it would see %q", m)
		}
	}
	part := tool.part(t, tally.Steps > 0, output)
	for pattern, action := range map[string]Action{tool.created: Add, tool.updated: Update, tool.destroyed: Remove} {
		if pattern == "" {
			continue
		}
		if diff := cmp.Diff(namesByAction(t, p, action), addresses(t, regexp.MustCompile(pattern), part)); diff != "" {
			t.Errorf("steps that %v (-plan +seen):\n%s", action, diff)
		}
	}
}

// part is what the tool looks at.
func (tool terraformTool) part(t *testing.T, steps bool, output string) string {
	t.Helper()
	if tool.from != "" {
		at := regexp.MustCompile(tool.from).FindStringIndex(output)
		if steps != (at != nil) {
			t.Errorf("the beginning is at %v", at)
		}
		if at != nil {
			output = output[at[1]:]
		}
	}
	if tool.to != "" && steps {
		rest := output[regexp.MustCompile(tool.to).FindStringIndex(output)[0]:]
		if strings.Count(rest, "\n") != 1 {
			t.Errorf("it ends at %s", rest)
		}
		output = strings.TrimSuffix(output, rest)
	}
	return output
}

func namesByAction(t *testing.T, p *Plan, action Action) []string {
	names := []string{}
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if s.Change.Action == action && len(s.Account.Held) == 0 {
			names = append(names, fmt.Sprintf("%q %q", s.Account.Name, s.Path()))
		}
	}
	return names
}

// addresses are the names that a pattern finds, as the bytes that they stand for.
func addresses(t *testing.T, pattern *regexp.Regexp, output string) []string {
	names := []string{}
	for line := range strings.Lines(output) {
		m := pattern.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			continue
		}
		account, rest := firstName(m[1], ":")
		path, end := firstName(strings.TrimPrefix(rest, ":"), " ")
		if end != "" {
			t.Errorf("%s: %s follows", line, end)
		}
		names = append(names, fmt.Sprintf("%q %q", account, path))
	}
	return names
}

func TestTerraformTools(t *testing.T) {
	plans := map[string]*Plan{
		"one of all": spread(t, "tame"),
		"many":       hostilePlan(t, 20, 30),
		"nothing":    readSample(t, "account alice 10 10\n"),
		"unsure":     readSample(t, "account alice 10 10\nproblem x hard_link \"a hard link\"\n"),
		"held":       readSample(t, "account alice 10 10\nremove a file alice:alice:0644 entry=x:1\n"),
		"undo":       readSample(t, "undoes 20261122T030000Z-07f3\naccount alice 10 10\n"),
	}
	for _, name := range hostileNames[:rounds(len(hostileNames))] {
		if spreadable(name) {
			plans[name] = spread(t, name)
		}
	}
	for name, p := range plans {
		output := terraformOf(t, p)
		printable(t, output)
		noCommands(t, output)
		for source, tool := range terraformTools {
			t.Run(source+"/"+Quote(name), func(t *testing.T) { tool.check(t, p, output) })
		}
	}
}

// What is said of an unmatched plan is seen as a warning by tfcmt, and ends where
// the steps begin.
func TestTerraformWarnings(t *testing.T) {
	output := terraformOf(t, spread(t, "tame"))
	warning := regexp.MustCompile(`(?m)^([│|] )?(Warning: )`).FindStringIndex(output)
	end, steps := strings.Index(output, "\n-----\n"), strings.Index(output, terraformActions)
	if warning == nil || end < warning[0] || steps < end {
		t.Errorf("warnings from %v to %d, steps at %d", warning, end, steps)
	}
}
