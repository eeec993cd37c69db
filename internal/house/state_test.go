package house

import (
	"go/ast"
	"go/token"
	"go/types"
	"testing"
)

// state finds package-level variables that are more than a name for a value: a
// variable has its value where it is declared, is no pointer, channel, lock or
// empty map that is filled later, and nothing assigns it, or a part of it, or
// takes its address.
func state(s *source) (found []string) {
	for _, f := range s.files {
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					found = append(found, s.declared(g, spec.(*ast.ValueSpec))...)
				}
			}
		}
	}
	s.inspect(func(n ast.Node) {
		for _, e := range written(n) {
			if id := base(e); id != nil && s.isGlobal(id) {
				found = append(found, s.at(n, "%s is the package's, and is changed here", id.Name))
			}
		}
	})
	return found
}

func (s *source) declared(g *ast.GenDecl, spec *ast.ValueSpec) (found []string) {
	embedded := g.Doc != nil && len(g.Doc.List) > 0 && len(g.Doc.List[len(g.Doc.List)-1].Text) > 8 &&
		g.Doc.List[len(g.Doc.List)-1].Text[:8] == "//go:emb"
	for i, name := range spec.Names {
		switch {
		case name.Name == "_" || embedded:
		case len(spec.Values) == 0:
			found = append(found, s.at(name, "%s has no value yet: who gives it one?", name.Name))
		case i < len(spec.Values) && s.changeable(spec.Values[i]):
			found = append(found, s.at(name, "%s can be changed without an assignment", name.Name))
		}
	}
	return found
}

// changeable is true for values that are there to be filled or shared.
func (s *source) changeable(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.UnaryExpr:
		return v.Op == token.AND
	case *ast.CallExpr:
		id, ok := v.Fun.(*ast.Ident)
		return ok && (id.Name == "make" || id.Name == "new")
	case *ast.CompositeLit:
		if sel, ok := v.Type.(*ast.SelectorExpr); ok {
			path := s.packageOf(sel.X)
			return path == "sync" || path == "sync/atomic"
		}
		_, isMap := v.Type.(*ast.MapType)
		return isMap && len(v.Elts) == 0
	}
	return false
}

// written are the expressions that a node changes, or lets others change.
func written(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (id.Name == "delete" || id.Name == "clear" || id.Name == "copy") {
			return n.Args[:1]
		}
	}
	return nil
}

// base is the variable that an expression is a part of.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func (s *source) isGlobal(id *ast.Ident) bool {
	v, ok := s.info.Uses[id].(*types.Var)
	return ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() || s.packageOf(id) != ""
}

func (s *source) isPackage(e ast.Expr) bool { return s.packageOf(e) != "" }

// packageOf is the path of the package that an expression names, if it does.
func (s *source) packageOf(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		if p, ok := s.info.Uses[id].(*types.PkgName); ok {
			return p.Imported().Path()
		}
	}
	return ""
}

func TestState(t *testing.T) {
	hold(t, state)
	for _, code := range []string{
		`var count int`,
		`import "sync"; var lock sync.Mutex`,
		`import "sync"; var lock = sync.Mutex{}`,
		`var cache = map[string]int{}`,
		`var cache = make(map[string]int)`,
		`var shared = &struct{ n int }{}`,
		`var n = 1; func f() { n++ }`,
		`var n = 1; func f() { n = 2 }`,
		`var n = 1; func f() *int { return &n }`,
		`var table = [...]int{1}; func f() { table[0] = 2 }`,
		`var table = map[int]int{1: 1}; func f() { delete(table, 1) }`,
		`var table = []struct{ n int }{{1}}; func f() { table[0].n = 2 }`,
		`import "os"; func f() { os.Args = nil }`,
		`import "flag"; func f() { flag.Usage = nil }`,
	} {
		sees(t, state, "plan", code, true)
	}
	for _, code := range []string{
		`import "errors"; var errGone = errors.New("gone")`,
		`import "regexp"; var word = regexp.MustCompile("a")`,
		`var table = map[int]int{1: 1}; func f() int { return table[1] }`,
		`var n = 1; func f() { n := 2; n++; _ = n }`,
		`var _ error = (*e)(nil); type e struct{}`,
		`import _ "embed"
//go:embed x
var text string`,
	} {
		sees(t, state, "plan", code, false)
	}
}

// starts finds func init.
func starts(s *source) (found []string) {
	for _, f := range s.files {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, s.at(fn, "init runs where nobody has asked for it"))
			}
		}
	}
	return found
}

func TestStarts(t *testing.T) {
	hold(t, starts)
	sees(t, starts, "plan", `func init() {}`, true)
	sees(t, starts, "plan", `type t int; func (t) init() {}`, false)
}
