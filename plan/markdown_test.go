package plan

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	marktext "github.com/yuin/goldmark/text"
)

func markdownOf(t testing.TB, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteMarkdown(&b, p, "plan.out"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// page is a comment as a parser of GitHub's Markdown sees it.
type page struct {
	shape []string // its nodes, in order
	words []string // its own, outside of code
	code  []string // code spans, lines of code blocks, and code elements
}

// All that a comment is made of. What is not here may do what nobody wants: raw
// HTML in a line, links, images, tasks.
var markdownKinds = []ast.NodeKind{
	ast.KindDocument, ast.KindHeading, ast.KindParagraph, ast.KindTextBlock, ast.KindText, ast.KindEmphasis,
	ast.KindCodeSpan, ast.KindFencedCodeBlock, ast.KindHTMLBlock, ast.KindList, ast.KindListItem,
	extast.KindTable, extast.KindTableHeader, extast.KindTableRow, extast.KindTableCell,
}

var (
	opens = regexp.MustCompile(`^<details>\n<summary>([\w ,]+): <code>([^<>]*)</code></summary>\n$`)
	ours  = regexp.MustCompile(`^[\w ,.:()-]*$`)
)

func parsePage(t testing.TB, source string) *page {
	t.Helper()
	s := &page{}
	src := []byte(source)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(marktext.NewReader(src))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if !slices.Contains(markdownKinds, n.Kind()) {
			return ast.WalkStop, fmt.Errorf("a %v", n.Kind())
		}
		s.shape = append(s.shape, n.Kind().String())
		return s.node(n, src)
	})
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return s
}

func (s *page) node(n ast.Node, src []byte) (ast.WalkStatus, error) {
	switch n := n.(type) {
	case *ast.CodeSpan:
		var code strings.Builder
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			code.Write(c.(*ast.Text).Value(src))
		}
		s.code = append(s.code, code.String())
		return ast.WalkSkipChildren, nil
	case *ast.FencedCodeBlock:
		for line := range strings.Lines(string(n.Lines().Value(src))) {
			s.shape = append(s.shape, "line")
			s.code = append(s.code, strings.TrimSuffix(line, "\n"))
		}
	case *ast.HTMLBlock:
		raw := string(n.Lines().Value(src))
		switch m := opens.FindStringSubmatch(raw); {
		case m != nil:
			s.words, s.code = append(s.words, m[1]), append(s.code, html.UnescapeString(m[2]))
		case raw != "</details>\n":
			return ast.WalkStop, fmt.Errorf("HTML that is not ours: %q", raw)
		}
	case *ast.Text:
		s.words = append(s.words, string(n.Value(src)))
		if !ours.Match(n.Value(src)) {
			return ast.WalkStop, fmt.Errorf("outside of code: %q", n.Value(src))
		}
	}
	return ast.WalkContinue, nil
}

// spread is a plan in which one name stands everywhere where there can be one.
func spread(t testing.TB, name string) *Plan {
	in := func(s string) string { q := strconv.Quote(s); return q[1 : len(q)-1] }
	return readSample(t, strings.NewReplacer("NAME", in(name), "USER", in(user(name))).Replace(`
policy "NAME"
skipped "NAME" b
narrowed "NAME" "NAME"
limit run.loosen count=1 "source=NAME:3"
limit account.remove count=99 source=x:1
limit account.access_broken count=99 source=x:1
account "aUSER" 100 90
access "NAME" "can read" "NAME" "NAME" 12 5 5 1
cause "NAME" directory 0700 search "other has ---" 5 1 "NAME" x1
access "NAME" "cannot read" "NAME" "NAME" 12 0 0 0
check "NAME" "NAME" "NAME" 12 5 5 1
finding "NAME" "NAME" "NAME" "NAME" 5 5 1 "NAME" x1
change "NAME" file ACCOUNT:ACCOUNT:0600 ACCOUNT:ACCOUNT:0644 "mode=NAME:31"
change "d/NAME" file root:root:0600 ACCOUNT:ACCOUNT:0600 "owner=NAME:31" take one-way
change "e/NAME" symlink "ACCOUNT:ACCOUNT>NAME" "ACCOUNT:ACCOUNT>x" "target=NAME:31"
add "f/NAME" symlink "ACCOUNT:ACCOUNT>NAME" "entry=NAME:31"
remove "g/NAME" directory ACCOUNT:ACCOUNT:0755 "entry=NAME:31" inside=12
problem "NAME" "NAME" "NAME" x1
problem "d/x" hard_link "NAME" x1
account "bUSER" 10 9
held "NAME" "NAME" x1
`))
}

// user is a name as an account may have it: passwd(5) ends names at colons.
func user(name string) string { return strings.ReplaceAll(name, ":", "_") }

// spreadable reports whether a name can be one component of a path, is short
// enough to be shown whole, and means nothing to [readSample].
func spreadable(name string) bool {
	switch {
	case name == "" || name == "." || name == ".." || name == "x" || len(Quote(name)) > 60:
		return false
	case strings.ContainsAny(name, "/\x00"), strings.Contains(name, "%d"):
		return false
	}
	return true
}

// Whatever a name is, it changes nothing but the code that it stands in, and
// there it can be read back.
func checkNames(t *testing.T, want *page, name string) {
	comment := markdownOf(t, spread(t, name))
	printable(t, comment)
	got := parsePage(t, comment)
	if diff := cmp.Diff(want.shape, got.shape); diff != "" {
		t.Fatalf("%q: the shape is another (-want +got):\n%s\n%s", name, diff, comment)
	}
	if diff := cmp.Diff(want.words, got.words); diff != "" {
		t.Fatalf("%q: the words are others (-want +got):\n%s", name, diff)
	}
	noCommands(t, comment)
	times := 0
	for _, code := range got.code {
		account, rest := firstName(code, " :")
		if path, found := strings.CutPrefix(rest, ":"); found && account == "a"+user(name) {
			path, _ = firstName(path, " ")
			if strings.TrimSuffix(path[strings.LastIndex(strings.TrimSuffix(path, "/"), "/")+1:], "/") == name {
				times++
			}
		}
		if whole, rest := firstName(code, " "); whole == name && rest == "" {
			times++ // a policy's name, or a source
		}
	}
	// Three that are risky, five in groups, the policy and three sources.
	if times < 3+5+1+3 {
		t.Fatalf("%q can be read back %d times in\n%s", name, times, comment)
	}
}

// firstName reads a name back: what is before one of the ends, or the string of
// Go that it is.
func firstName(code, ends string) (name, rest string) {
	if quoted, err := strconv.QuotedPrefix(code); err == nil {
		name, _ = strconv.Unquote(quoted)
		return name, code[len(quoted):]
	}
	if end := strings.IndexAny(code, ends); end >= 0 {
		return code[:end], code[end:]
	}
	return code, ""
}

// noCommands looks for what GitHub's and Azure's runners obey in a log.
func noCommands(t testing.TB, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			t.Fatalf("a command: %s", line)
		}
	}
}

// hostileNames are what somebody would try.
var hostileNames = []string{
	"`", "``", "a`b", "``a```b", "```\n# title", "a\n```\n", "~~~", "`<b>`", " `` ", "$`x`$", "$$x$$",
	"|", "a|b", `\|`, `a\\|b`, "| --- |", "`|`", "||", `\`, `\\`,
	"</details>", "<details open>", "</code></summary>", "<script>alert(1)</script>", "<img src=x onerror=y>", "<!--", "-->", "&lt;", "&#96;", "<a href='x'>",
	"@everyone", "@org/team", "#1", "GH-1", ":tada:", "!1", "[x](http:a)", "![x](http:a)", "[x]: y", "http:example.net", "www.example.net", "me@example.net", "<me@example.net>",
	"- [ ] x", "[^1]", "* x", "1. x", "# x", "    x", "\tx", "---", "===", "+++", "> x", "\\`",
	"::error::x", "::set-output name=x::y", "##[error]x", "##vso[task.setvariable]x", "###[warning]", " ::warning::x",
	"a\nb", "a\r\nb", "\x1b[31m", "\xff\xfe", "\u202egpj", "\u2028", "a b", " ", "  ", `"`, `""`, `"a`, "'", "${account}",
	"Plan: 0 to add, 0 to change, 0 to destroy.", "No changes. Your infrastructure matches the configuration.",
	"x will be created", "x will be destroyed", "x has moved to y", "(imported from x)", "Error: x", "Terraform will perform the following actions:", "-----", "EOT",
}

func FuzzMarkdownNames(f *testing.F) {
	tame := parsePage(f, markdownOf(f, spread(f, "tame")))
	for _, name := range hostileNames {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if spreadable(name) {
			checkNames(t, tame, name)
		}
	})
}

// A code span reads as what was put in it, in a sentence and in a table.
func FuzzSpan(f *testing.F) {
	for _, s := range hostileNames {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = Printable(s)
		if s == "" {
			return
		}
		for in, source := range map[string]string{
			s:                                  "- A: " + span(s) + ", b",
			strings.ReplaceAll(s, "|", `\x7c`): "| a | b |\n| --- | --- |\n| " + cell(s) + " | c |",
		} {
			got := parsePage(t, source)
			if diff := cmp.Diff([]string{in}, got.code); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", source, diff)
			}
		}
	})
}

// However much there is, and however long its names: it fits, and the summary is
// all there.
func TestMarkdownFits(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for name, test := range map[string]struct {
		p    *Plan
		left []string // of the last line
	}{
		"many":       {manyGroups(t, 3_000), []string{" of 3,000 groups and the names of ", " of 3,000 steps. "}},
		"all parts":  {longPlan(t), []string{" of 120 groups, ", " of 7,200 steps and ", "the rest of lists that end in ..."}},
		"long names": {longNames(t), []string{" groups", " steps"}},
	} {
		comment := markdownOf(t, test.p)
		printable(t, comment)
		parsePage(t, comment)
		if len(comment) > MaxMarkdown {
			t.Errorf("%s: %d characters", name, len(comment))
		}
		tally := test.p.Trailer.Summary.Tally
		for _, want := range []string{
			"\n#### Limits\n", "\n<details>\n", test.p.Digest,
			fmt.Sprintf("\nPlan: %d to add, %d to change, %d to destroy.\n", tally.Adds, tally.Updates, tally.Removes),
		} {
			if !strings.Contains(comment, want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		for _, want := range append(test.left, "Left out here: ", " To see all: `rightful show -full plan.out`\n") {
			last := comment[strings.LastIndexByte(strings.TrimSpace(comment), '\n')+1:]
			if !strings.Contains(last, want) {
				t.Errorf("%s: no %q in %s", name, want, last)
			}
		}
	}
}

// manyGroups has as many accounts as groups.
func manyGroups(t testing.TB, n int) *Plan {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "account u%05d 10 10\nchange f file ACCOUNT:ACCOUNT:0600 ACCOUNT:ACCOUNT:0644 mode=hosting.yaml:%d\n", i, i)
	}
	return readSample(t, b.String())
}

// longNames has every name as long as a path can be, in bytes that take four
// characters each.
func longNames(t testing.TB) *Plan {
	var b strings.Builder
	long := strings.Repeat(strings.Repeat("\x01", 254)+"/", 15)
	b.WriteString("limit account.remove count=99 source=x:1\nlimit account.access_broken count=99 source=x:1\n")
	fmt.Fprintf(&b, "policy %[1]s\nskipped %[1]s\nnarrowed %[1]s %[1]s\n", strconv.Quote(long))
	for _, name := range limitNames[2:10] {
		fmt.Fprintf(&b, "limit %s count=1 %s\n", name, strconv.Quote("source="+long))
	}
	for i := range 30 {
		q := strconv.Quote(long + fmt.Sprintf("n%02d", i))
		fmt.Fprintf(&b, "account %s 100 90\n", strconv.Quote(fmt.Sprintf("u%02d", i)+strings.Repeat("\xff", 200)))
		fmt.Fprintf(&b, "access %[1]s \"can read\" %[1]s %[1]s 12 5 5 1\n", q)
		for range 5 {
			fmt.Fprintf(&b, "cause %[1]s directory 0700 search \"other has ---\" 5 1 %[1]s\n", q)
		}
		fmt.Fprintf(&b, "check %[1]s %[1]s %[1]s 12 5 5 1\n", q)
		for code := range 3 {
			fmt.Fprintf(&b, "finding refused %[2]d %[1]s %[1]s 5 5 1 %[1]s %[1]s\n", q, code)
		}
		fmt.Fprintf(&b, "change %s file root:root:0600 ACCOUNT:ACCOUNT:0644 owner=y:%d take one-way\n", q, i)
		fmt.Fprintf(&b, "remove %s file ACCOUNT:ACCOUNT:0644 entry=y:%d\n", strconv.Quote("r/"+long+"r"), i)
		fmt.Fprintf(&b, "change %s file ACCOUNT:ACCOUNT:0600 ACCOUNT:ACCOUNT:0644 mode=y:%d\n", strconv.Quote("z/"+long+"z"), i)
		fmt.Fprintf(&b, "problem %[1]s kind%[2]d %[1]s\n", q, i)
		fmt.Fprintf(&b, "account %s 100 90\nheld %s %s\n", strconv.Quote(fmt.Sprintf("u%02d", i)+strings.Repeat("\xff", 201)), q, q)
	}
	return readSample(t, b.String())
}

func TestClip(t *testing.T) {
	if got, want := clip("abcdef", 6), "abcdef"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := clip("abcdef", 2), "ab ... (4 more characters)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
