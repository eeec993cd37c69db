package plan

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// What tools that read Terraform's output look for, word for word: tfcmt,
// terraform-pr-commenter and others cut at these lines, Atlantis takes the last
// one for its summary.
const (
	terraformPlan = `Terraform used the selected providers to generate the following execution
plan. Resource actions are indicated with the following symbols:
  + create
  ~ update in-place
  - destroy`
	terraformActions = "Terraform will perform the following actions:"
	terraformNothing = "No changes. Your infrastructure matches the configuration."
)

// WriteTerraform writes a plan in the form of Terraform's own, a block a step, so
// that tools that make comments and reports of that need not know this program.
// A step's address is its account and path, quoted where they need to be, with
// \x20 for each space. Steps of held accounts are not in it. It is ASCII, ends with
// Terraform's summary, and reads the plan once, in memory that does not grow with
// it but for the ids of its groups.
func WriteTerraform(w io.Writer, p *Plan) error {
	t := &terraform{&text{w: bufio.NewWriter(w), p: p, short: p.GroupPrefixes()}}
	t.head()
	if p.Trailer.Summary.Tally.Steps > 0 {
		if err := t.actions(); err != nil {
			return err
		}
	}
	t.summary()
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

type terraform struct{ *text }

// head says whose plan it is, then what stands in the way: as warnings, which
// those tools show.
func (t *terraform) head() {
	t.line("rightful compared %s.", t.compared(func(name string) string { return unspaced(Quote(name)) }))
	if t.narrowed() != "" {
		t.line("It was narrowed: the rest of the host was not looked at.")
	}
	t.line("")
	steps := t.p.Trailer.Summary.Tally.Steps > 0
	if steps {
		t.line("%s\n", terraformPlan)
	}
	warnings := t.open()
	if exceeded := over(t.p.Trailer.Limits); len(exceeded) > 0 {
		warnings = append(warnings, "over its limits ("+quoteAll(namesOf(exceeded), len(exceeded))+"), so that it cannot be run as a whole")
	}
	for _, warning := range warnings {
		t.line("Warning: %s", warning)
	}
	if len(warnings) > 0 {
		t.line("-----\n") // where tfcmt has the warnings end
	}
	if steps {
		t.line("%s\n", terraformActions)
	}
}

// actions are the steps.
func (t *terraform) actions() error {
	var a *Account
	for r, err := range t.p.Records() {
		if err != nil {
			return err
		}
		if t.err != nil {
			return t.err
		}
		switch {
		case r.Account != nil:
			a = r.Account
		case r.Block != nil && len(a.Held) == 0:
			t.block(a, r.Block)
		}
	}
	return nil
}

func (t *terraform) block(a *Account, b *Block) {
	bodies := make([]string, len(b.Changes))
	for i := range b.Entries {
		e := &b.Entries[i]
		if bodies[e.Change] == "" {
			bodies[e.Change] = body(a, &b.Changes[e.Change])
		}
		t.step(a, b, e, bodies[e.Change])
	}
}

func (t *terraform) step(a *Account, b *Block, e *Entry, body string) {
	c := &b.Changes[e.Change]
	kind := c.After.Type
	if c.Action == Remove {
		kind = c.Before.Type
	}
	path := pathOf(b, e)
	about := append([]string{c.Classes.text(), "group " + t.short.Short(b.ChangeGroup(a, e.Change))}, marks(c)...)
	if e.Inside > 0 {
		about = append(about, strings.TrimSpace(inside(e)))
	}
	t.line("  # %s will be %s", address(a.Name, path), fate(c.Action))
	t.line("  # (%s)", strings.Join(about, "; "))
	t.line("  %c resource %q %s {\n%s    }\n", symbolOf(c.Action), kind, value(a.Name+":"+path), body)
}

// address names a step.
func address(account, path string) string { return unspaced(Quote(account) + ":" + Quote(path)) }

// value is a text as Terraform writes strings.
func value(s string) string { return unspaced(literal(s)) }

// unspaced is a quoted text without its spaces. All that those tools look for has
// some, and not all of them look at the beginning of a line only: a file called
// "Plan: 0 to add, 0 to change, 0 to destroy." must not be taken for the summary.
// To some a name ends at the first space, and nobody shall hide a step like that.
func unspaced(quoted string) string { return strings.ReplaceAll(quoted, " ", `\x20`) }

// fate is what becomes of an entry, in Terraform's words.
func fate(a Action) string {
	switch a {
	case Add:
		return "created"
	case Remove:
		return "destroyed"
	}
	return "updated in-place"
}

// summary is the last line.
func (t *terraform) summary() {
	s := &t.p.Trailer.Summary.Tally
	if s.Steps == 0 && len(t.open()) == 0 {
		t.line("%s", terraformNothing)
		return
	}
	t.line("Plan: %d to add, %d to change, %d to destroy.", s.Adds, s.Updates, s.Removes)
}

// body is the attributes of a step: what changes, and what does not, as owner,
// group and mode are never hidden. A comment would be taken for another step.
func body(a *Account, c *Change) string {
	var s strings.Builder
	before, after := attributeValues(a, &c.Before), attributeValues(a, &c.After)
	for i, name := range [...]string{"owner", "group", "mode", "target", "acl", "default_acl"} {
		was, is := before[i], after[i]
		switch {
		case was == is && is != "":
			attribute(&s, ' ', name, is)
		case is != "" && was != "":
			attribute(&s, '~', name, was+" -> "+is)
		case is != "":
			attribute(&s, '+', name, is)
		case was != "":
			attribute(&s, '-', name, was+" -> null")
		}
	}
	if c.Content != nil {
		attribute(&s, '+', "size", fmt.Sprint(c.Content.Size))
	}
	attribute(&s, ' ', "policy", wanting(c.Rules))
	return s.String()
}

// wanting is the lines of policy that want a change, a string for each file.
func wanting(r Rules) string {
	lines := sourceList(r)
	for i := range lines {
		lines[i] = value(lines[i])
	}
	return strings.Join(lines, ", ")
}

func attribute(s *strings.Builder, symbol byte, name, value string) {
	fmt.Fprintf(s, "      %c %-6s = %s\n", symbol, name, value)
}

// attributeValues are a state's attributes, each empty where there is none.
func attributeValues(a *Account, s *State) (v [6]string) {
	if s.Type == 0 {
		return v
	}
	v[0] = value(rawName(a.Users[s.UID], s.UID))
	v[1] = value(rawName(a.Groups[s.GID], s.GID))
	if s.Type == Symlink {
		v[3] = value(s.Target)
	} else {
		v[2] = value(s.Mode.String())
	}
	for i, acl := range aclTexts(a, *s) {
		if acl != noACL {
			v[4+i] = value(acl)
		}
	}
	return v
}
