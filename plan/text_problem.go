package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// problemLines collects what the planner leaves alone: for an account, problems
// that read the same are one line; past the room there is, they are counted by
// kind.
type problemLines struct {
	room    int // lines in all
	perKind int // lines of one kind
	perOwn  int // lines of one kind and account
	account string
	folds   map[problemKey]*problemFold
	order   []*problemFold
	cells   [][]string
	lines   map[ProblemKind]int
	own     map[ProblemKind]int // of this account
	rest    map[ProblemKind]int64
}

type problemKey struct {
	kind    ProblemKind
	message string
}

// problemFold is problems of one account that read the same.
type problemFold struct {
	problemKey
	count  int64
	paths  []string // the first few
	dir    string
	deeper bool
}

// maxProblemFolds bounds the different messages of one account.
const maxProblemFolds = 32

// newProblemLines has less room where there are many accounts.
func newProblemLines(many bool) *problemLines {
	l := &problemLines{room: 60, perKind: 20, perOwn: 5, lines: map[ProblemKind]int{}, rest: map[ProblemKind]int64{}}
	if many {
		l.room, l.perKind, l.perOwn = 20, 6, 2
	}
	l.begin("")
	return l
}

func (l *problemLines) begin(account string) {
	l.account, l.folds, l.order = account, map[problemKey]*problemFold{}, nil
	l.own = map[ProblemKind]int{}
}

func (l *problemLines) add(p *Problem) {
	if p.Account != l.account {
		l.flush()
		l.begin(p.Account)
	}
	key := problemKey{p.Kind, p.Message}
	f := l.folds[key]
	if f == nil && len(l.order) == maxProblemFolds {
		l.rest[p.Kind] += p.number()
		return
	}
	if f == nil {
		f = &problemFold{problemKey: key, dir: parent(p.Path)}
		l.folds[key] = f
		l.order = append(l.order, f)
	}
	f.add(p)
}

func (f *problemFold) add(p *Problem) {
	f.count += p.number()
	if len(f.paths) < foldAt {
		f.paths = append(f.paths, p.Path)
	}
	if dir := parent(p.Path); dir != f.dir {
		f.dir, f.deeper = common(f.dir, dir), true
	}
}

func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return "."
}

// flush moves an account's problems to the lines, while there is room.
func (l *problemLines) flush() {
	for _, f := range l.order {
		if f.count > int64(len(f.paths)) {
			l.cell(f, f.count, below(f.dir, f.deeper)+"  "+count(f.count, "entry"))
			continue
		}
		for _, path := range f.paths {
			l.cell(f, 1, pathOrNone(path))
		}
	}
}

// pathOrNone is a problem's path; one about the whole account has none.
func pathOrNone(path string) string {
	if path == "" {
		return ""
	}
	return Quote(path)
}

func (l *problemLines) cell(f *problemFold, problems int64, where string) {
	if len(l.cells) == l.room || l.lines[f.kind] == l.perKind || l.own[f.kind] == l.perOwn {
		l.rest[f.kind] += problems
		return
	}
	l.lines[f.kind]++
	l.own[f.kind]++
	l.cells = append(l.cells, problemCells(l.account, where, f.message))
}

func problemCells(account, where, message string) []string {
	return []string{Quote(account), where, Printable(message)}
}

func (t *text) problems(l *problemLines) {
	if len(l.cells) == 0 {
		return
	}
	t.title("Problems (left alone)")
	for _, laid := range columns(l.cells, []int{20, 40}) {
		t.line("  %s %s", t.paint('!'), laid)
	}
	if len(l.rest) > 0 {
		t.line("  ... more: %s   %s", kinds(l.rest), t.hint("-full"))
	}
}

// allProblems writes every problem in a line of its own, by a reading for them.
func (t *text) allProblems() error {
	titled := false
	for r, err := range t.p.Records() {
		if err != nil {
			return err
		}
		if t.err != nil {
			return t.err
		}
		if r.Problem == nil || !t.wants(r.Problem.Account) {
			continue
		}
		if !titled {
			t.title("Problems (left alone)")
			titled = true
		}
		where := pathOrNone(r.Problem.Path)
		if n := r.Problem.number(); n > 1 {
			where += "  " + count(n, "entry")
		}
		cells := problemCells(r.Problem.Account, where, r.Problem.Message)
		t.line("  %s %s", t.paint('!'), fmt.Sprintf("%-12s   %-40s   %s", cells[0], cells[1], cells[2]))
	}
	return nil
}

func total(of map[ProblemKind]int64) int64 {
	var n int64
	for _, count := range of {
		n += count
	}
	return n
}

// kinds counts problems by kind, the most first.
func kinds(of map[ProblemKind]int64) string {
	order := slices.SortedFunc(maps.Keys(of), func(x, y ProblemKind) int {
		return cmp.Or(cmp.Compare(of[y], of[x]), cmp.Compare(x, y))
	})
	parts := make([]string, len(order))
	for i, kind := range order {
		parts[i] = comma(of[kind]) + " " + Quote(string(kind))
	}
	return strings.Join(parts, ", ")
}
