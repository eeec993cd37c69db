package house

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"testing"
)

// commands are the packages with a main of their own.
var commands = []string{"main", "internal/bench"}

// ends finds what ends the process anywhere but in main: what is deferred would
// not run.
func ends(s *source) (found []string) {
	s.uses(func(n ast.Node, path, name string) {
		fatal := path == "os" && name == "Exit" && !slices.Contains(commands, s.pkg) ||
			path == "runtime" && name == "Goexit" ||
			regexp.MustCompile(`(^|/)log$`).MatchString(path) && regexp.MustCompile(`^(Fatal|Panic)`).MatchString(name)
		if fatal {
			found = append(found, s.at(n, "%s.%s: only main ends the process", path, name))
		}
	})
	return found
}

func TestEnds(t *testing.T) {
	hold(t, ends)
	sees(t, ends, "main", `import "os"; func f() { os.Exit(1) }`, false)
	sees(t, ends, "internal/cli", `import "os"; func f() { os.Exit(1) }`, true)
	sees(t, ends, "plan", `import "log"; func f() { log.Fatal(1) }`, true)
	sees(t, ends, "internal/cli", `import "github.com/charmbracelet/log"; func f() { log.Fatalf("x") }`, true)
}

// front are the packages that may talk to people.
var front = []string{"main", "internal/bench", "internal/cli", "internal/demo"}

// prints finds libraries that print or log: they return errors, or report
// through a callback.
func prints(s *source) (found []string) {
	if slices.Contains(front, s.pkg) {
		return nil
	}
	s.imports(func(spec *ast.ImportSpec, path string) {
		if regexp.MustCompile(`(^|/)(log|slog|lipgloss|term)(/v?\d*)?$`).MatchString(path) {
			found = append(found, s.at(spec, "%s: libraries do not log, nor know a terminal", path))
		}
	})
	s.uses(func(n ast.Node, path, name string) {
		if path == "os" && regexp.MustCompile(`^Std(in|out|err)$`).MatchString(name) ||
			path == "fmt" && regexp.MustCompile(`^(Print|Scan)`).MatchString(name) {
			found = append(found, s.at(n, "%s.%s: libraries do not print", path, name))
		}
	})
	s.inspect(func(n ast.Node) {
		if id, ok := n.(*ast.Ident); ok {
			if b, ok := s.info.Uses[id].(*types.Builtin); ok && (b.Name() == "print" || b.Name() == "println") {
				found = append(found, s.at(n, "%s: libraries do not print", b.Name()))
			}
		}
	})
	return found
}

func TestPrints(t *testing.T) {
	hold(t, prints)
	for _, code := range []string{
		`import "fmt"; func f() { fmt.Println() }`,
		`import "fmt"; import "os"; func f() { fmt.Fprintln(os.Stderr) }`,
		`import "log"`,
		`import "log/slog"`,
		`import "github.com/charmbracelet/log"`,
		`func f() { println() }`,
	} {
		sees(t, prints, "reconcile", code, true)
		sees(t, prints, "internal/cli", code, false)
	}
	sees(t, prints, "plan", `import ("fmt"; "io"); func f(w io.Writer) { fmt.Fprintln(w) }`, false)
}
