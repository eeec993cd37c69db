package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Rewrite is the file with other expectations: those of each case, by its number,
// are set, by section. Everything else stays as it is, to the byte. The error is
// an [*Error] where a case is written in a way that has no room for lines.
func (t *Tests) Rewrite(expect map[int]map[string][]string) ([]byte, error) {
	r := rewriter{lines: strings.Split(string(t.file.Data), "\n")}
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(expect))) {
		if err := r.rewrite(t, &t.Cases[i], expect[i]); err != nil {
			return nil, err
		}
	}
	out := []byte(strings.Join(r.lines, "\n"))
	return out, t.checkRewritten(out, expect)
}

// checkRewritten makes sure that nothing was lost, whatever the file looks like.
func (t *Tests) checkRewritten(out []byte, expect map[int]map[string][]string) error {
	again, err := ParseTests(PolicyFile{t.Name, out})
	if err != nil || len(again.Cases) != len(t.Cases) {
		return &Error{Pos{t.Name, 1, 1}, "its expectations cannot be rewritten; write them as text below each section: |"}
	}
	for i := range t.Cases {
		was, is := plainCase(t.Cases[i]), plainCase(again.Cases[i])
		for section, lines := range expect[i] {
			was.Expect[section] = append([]string(nil), lines...)
		}
		if !reflect.DeepEqual(was, is) {
			return &Error{t.Cases[i].Pos, "its expectations cannot be rewritten; write them as text below each section: |"}
		}
	}
	return nil
}

// plainCase is what a case says, wherever it stands.
func plainCase(c Case) (plain struct {
	Name   string
	Tree   []CaseEntry
	Expect map[string][]string
},
) {
	plain.Name, plain.Tree = c.Name, slices.Clone(c.Tree)
	for i := range plain.Tree {
		plain.Tree[i].Pos = Pos{}
		plain.Tree[i].ACL = slices.Clone(plain.Tree[i].ACL)
	}
	plain.Expect = map[string][]string{}
	for section, lines := range c.Expect {
		var texts []string
		for _, l := range lines.Lines {
			texts = append(texts, l.Text)
		}
		plain.Expect[section] = texts
	}
	return plain
}

// rewriter holds the lines of a file; what is below a place that is rewritten has
// been dealt with.
type rewriter struct{ lines []string }

// rewrite sets expectations of one case.
func (r *rewriter) rewrite(t *Tests, c *Case, sections map[string][]string) error {
	if c.node.Kind != yaml.MappingNode || c.node.Style&yaml.FlowStyle != 0 || len(c.node.Content) == 0 {
		return &Error{c.Pos, fmt.Sprintf("%s: is written in brackets, which have no room for what it is to expect", show(c.Name))}
	}
	e := c.expect
	if e != nil && e.Kind == yaml.MappingNode && e.Style&yaml.FlowStyle == 0 && len(e.Content) > 0 {
		r.sections(e, sections)
		return nil
	}
	// All of it is written anew, after the last word of the case or in place of
	// what stands in brackets.
	all := map[string][]string{}
	for section, lines := range plainCase(*c).Expect {
		all[section] = lines
	}
	maps.Copy(all, sections)
	last := c.node.Content[len(c.node.Content)-2]
	column := last.Column
	from, to := r.end(last), r.end(last)
	for i := 0; e != nil && i < len(c.node.Content); i += 2 {
		if key := c.node.Content[i]; key.Value == "expect" {
			from, to = key.Line-1, r.end(key)
		}
	}
	text := []string{indent(column) + "expect:"}
	for _, section := range Sections() {
		if lines, ok := all[section]; ok {
			text = append(text, render(column+2, section, lines, "")...)
		}
	}
	r.lines = slices.Replace(r.lines, from, to, text...)
	return nil
}

// sections replaces, or adds, sections of a mapping, from the last to the first.
func (r *rewriter) sections(e *yaml.Node, sections map[string][]string) {
	column := e.Content[0].Column
	end := r.end(e.Content[len(e.Content)-2])
	for _, section := range slices.Backward(Sections()) {
		if lines, ok := sections[section]; ok && !has(e, section) {
			r.lines = slices.Insert(r.lines, end, render(column, section, lines, "")...)
		}
	}
	for i := len(e.Content) - 2; i >= 0; i -= 2 {
		key, value := e.Content[i], e.Content[i+1]
		lines, ok := sections[key.Value]
		if !ok {
			continue
		}
		comment := value.LineComment + key.LineComment
		r.lines = slices.Replace(r.lines, key.Line-1, r.end(key), render(column, key.Value, lines, comment)...)
	}
}

// end is the number of the line after what belongs to a key: all that is indented
// further, but for empty lines at the end of it.
func (r *rewriter) end(key *yaml.Node) int {
	end := key.Line
	for i := end; i < len(r.lines); i++ {
		text := strings.TrimLeft(r.lines[i], " ")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if len(r.lines[i])-len(text) < key.Column {
			break
		}
		end = i + 1
	}
	return end
}

func render(column int, section string, lines []string, comment string) []string {
	head := indent(column) + section + ": |"
	if len(lines) == 0 {
		head = indent(column) + section + ": none"
	}
	if comment != "" {
		head += " " + comment
	}
	all := []string{head}
	for _, l := range lines {
		if l != "" {
			l = indent(column+2) + l
		}
		all = append(all, l)
	}
	return all
}

func indent(column int) string { return strings.Repeat(" ", column-1) }
