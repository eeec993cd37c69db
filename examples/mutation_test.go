package examples

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rightful/internal/cases"
	"rightful/internal/lint"
	"rightful/spec"
)

var every = flag.Bool("every", false, "make every mistake in the examples, not some hundreds of them")

// Of a thousand mistakes that can be made so many are.
const (
	chosen      = 100
	chosenShort = chosen / 25
)

func isChosen(m mutant) bool {
	share := chosen
	if testing.Short() {
		share = chosenShort
	}
	return *every || pick(1000, m.key()) < share
}

// TestMistakes makes mistakes in the policies of the examples. A reviewer who runs
// validate and the examples' own tests, as their continuous integration does,
// notices each, but for those that [harmless] excuses.
func TestMistakes(t *testing.T) {
	excused := excuses(t)
	made, met := 0, map[string]bool{}
	for _, example := range []string{"quickstart", "shared-hosting"} {
		r := newReviewer(t, example)
		all := newPage(t, r.text).mutants(example)
		for _, m := range all {
			met[m.key()], met[m.line()] = true, true
		}
		all = slices.DeleteFunc(all, func(m mutant) bool { return !isChosen(m) })
		verdicts := make([]verdict, len(all))
		inParallel(len(all), func(i int) { verdicts[i] = r.review(all[i].text) })
		for i, v := range verdicts {
			switch m := all[i]; v {
			case alike:
				continue
			case astray:
				t.Errorf("%s\nis refused without its place", m.key())
			default:
				excused.judge(t, m, v == missed)
			}
			made++
		}
	}
	excused.finish(t, met)
	t.Logf("%d mistakes", made)
	if !testing.Short() && made < 300 {
		t.Errorf("%d mistakes, fewer than three hundred", made)
	}
}

// inParallel does n things on all processors.
func inParallel(n int, do func(i int)) {
	next := make(chan int)
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	work.Wait()
}

// verdict is what a reviewer says of a mutant.
type verdict int

const (
	_     verdict = iota
	alike         // it says what the policy says
	noticed
	missed
	astray // refused, and the place of the mistake is not in the file
)

// reviewer knows an example.
type reviewer struct {
	text   string
	policy *spec.Policy
	tests  *spec.Tests
	day    spec.Day // on which the policy is in order
}

func newReviewer(t *testing.T, example string) *reviewer {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(example, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	r := &reviewer{text: string(read("rightful.yaml")), day: spec.Day{Year: 2026, Month: 11, Day: 22}}
	var err error
	if r.policy, err = parse(r.text, nil); err == nil {
		r.tests, err = spec.ParseTests(spec.PolicyFile{Name: "rightful_test.yaml", Data: read("rightful_test.yaml")})
	}
	if err != nil {
		t.Fatal(err)
	}
	// What validate is asked for takes longest.
	slices.SortStableFunc(r.tests.Cases, func(a, b spec.Case) int { return len(errorsOf(a)) - len(errorsOf(b)) })
	if r.tested(r.policy, r.text) || r.warned(r.policy) {
		t.Fatalf("%s is not in order itself", example)
	}
	return r
}

func errorsOf(c spec.Case) []spec.CaseLine {
	if c.Expect["errors"] == nil {
		return nil
	}
	return c.Expect["errors"].Lines
}

func parse(text string, vars map[string]string) (*spec.Policy, error) {
	return spec.Parse([]spec.PolicyFile{{Name: "rightful.yaml", Data: []byte(text)}}, vars)
}

func (r *reviewer) review(text string) verdict {
	p, err := parse(text, nil)
	switch {
	case err != nil && !placed(text, err):
		return astray
	case err != nil:
		return noticed
	case cmp.Equal(p, r.policy, cmpopts.IgnoreTypes(spec.Pos{}, spec.Ignore{}), cmp.Comparer(sameMode)):
		return alike
	case r.tested(p, text) || r.warned(p):
		return noticed
	}
	return missed
}

// placed reports whether each part of an error names a place in the text.
func placed(text string, err error) bool {
	var wrong spec.Errors
	lines := strings.Split(text, "\n")
	return errors.As(err, &wrong) && !slices.ContainsFunc(wrong, func(e *spec.Error) bool {
		return e.Pos.Line < 1 || e.Pos.Line > len(lines) || e.Pos.Column < 1 || e.Pos.Column > len(lines[e.Pos.Line-1])+1
	})
}

// warned is validate -fail-on warning.
func (r *reviewer) warned(p *spec.Policy) bool {
	report := lint.Report{Findings: lint.Run(p, lint.Options{Day: r.day}), FailOn: lint.Warning}
	return report.Failed()
}

// tested is test -cover-min 100.
func (r *reviewer) tested(p *spec.Policy, text string) bool {
	cover := cases.NewCover(".")
	for i := range r.tests.Cases {
		c := &r.tests.Cases[i]
		own, err := p, error(nil)
		if len(c.Vars) > 0 {
			own, err = parse(text, c.Vars)
		}
		if result := cases.Run(context.Background(), c, own, err, cover); !result.Passed() {
			return true
		}
	}
	return cover.Percent() < 100
}

// sameMode reports whether modes do the same, however they are written.
func sameMode(a, b spec.Mode) bool {
	if a.String() == b.String() {
		return true
	}
	for mode := range uint16(0o10000) {
		if a.Apply(mode, false) != b.Apply(mode, false) || a.Apply(mode, true) != b.Apply(mode, true) {
			return false
		}
	}
	return true
}
