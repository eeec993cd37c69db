package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "rightful"

// source is one package without its tests, with the files of all systems.
type source struct {
	pkg   string // relative to the module; "main" is the module's root
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// check finds a package's violations of one rule, each with its place.
type check func(*source) []string

// hold runs a rule over the whole module.
func hold(t *testing.T, rule check) {
	t.Helper()
	for _, s := range house(t) {
		for _, found := range rule(s) {
			t.Error(found)
		}
	}
}

// house is every package of the module.
func house(t *testing.T) []*source {
	t.Helper()
	all, err := readModule()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

// readModule reads all packages, once for all rules.
var readModule = sync.OnceValues(func() ([]*source, error) {
	byFolder := map[string]*source{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || name == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		folder := filepath.Dir(path)
		s := byFolder[folder]
		if s == nil {
			s = &source{pkg: strings.TrimPrefix(folder, "../../"), fset: token.NewFileSet()}
			if folder == "../.." {
				s.pkg = "main"
			}
			byFolder[folder] = s
		}
		return s.parse(path, nil)
	})
	var all []*source
	for _, s := range byFolder {
		s.resolve()
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *source) int { return strings.Compare(a.pkg, b.pkg) })
	return all, err
})

// planted is a package with one file that the test has made up.
func planted(t *testing.T, pkg, code string) *source {
	t.Helper()
	s := &source{pkg: pkg, fset: token.NewFileSet()}
	if err := s.parse("planted.go", "package planted\n"+code); err != nil {
		t.Fatal(err)
	}
	s.resolve()
	return s
}

func (s *source) parse(path string, code any) error {
	f, err := parser.ParseFile(s.fset, path, code, parser.ParseComments)
	s.files = append(s.files, f)
	return err
}

// resolve says what names stand for. What other packages have in them does not
// matter, so that they need not be there; nor does what one system's files
// declare again.
func (s *source) resolve() {
	s.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: nobody{}, Error: func(error) {}}
	_, _ = conf.Check(s.pkg, s.fset, s.files, s.info)
}

// nobody imports packages that have a name and nothing in them.
type nobody struct{}

func (nobody) Import(path string) (*types.Package, error) {
	name := path[strings.LastIndex(path, "/")+1:]
	if version.MatchString(name) {
		name = filepath.Base(filepath.Dir(path))
	}
	name, _, _ = strings.Cut(name, ".")
	p := types.NewPackage(path, name)
	p.MarkComplete()
	return p, nil
}

// version is the last part of a path that is not in the package's name.
var version = regexp.MustCompile(`^v\d+$`)

func (s *source) at(n ast.Node, format string, args ...any) string {
	p := s.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d: ", strings.TrimPrefix(p.Filename, "../../"), p.Line) + fmt.Sprintf(format, args...)
}

// imports calls found with every import.
func (s *source) imports(found func(spec *ast.ImportSpec, path string)) {
	for _, f := range s.files {
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				found(spec, path)
			}
		}
	}
}

// uses calls found with every name of another package that is used, called or
// not.
func (s *source) uses(found func(n ast.Node, path, name string)) {
	s.inspect(func(n ast.Node) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return
		}
		if id, ok := sel.X.(*ast.Ident); ok {
			if p, ok := s.info.Uses[id].(*types.PkgName); ok {
				found(n, p.Imported().Path(), sel.Sel.Name)
			}
		}
	})
}

func (s *source) inspect(visit func(ast.Node)) {
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}

// sees shows a rule code that breaks it, which it must find, or code that does
// not.
func sees(t *testing.T, rule check, pkg, code string, want bool) {
	t.Helper()
	if found := rule(planted(t, pkg, code)); len(found) > 0 != want {
		t.Errorf("in %s: found %q in\n%s", pkg, found, code)
	}
}
