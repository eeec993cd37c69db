package cases

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"rightful/internal/lint"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// Result is what became of one case.
type Result struct {
	Case *spec.Case
	// Differs are the sections that are not as expected, in the order of
	// [spec.Sections].
	Differs []Difference
	// Err is why the case could not be run; then nothing was compared.
	Err error
}

// Passed reports whether all is as expected.
func (r *Result) Passed() bool { return r.Err == nil && len(r.Differs) == 0 }

// Difference is one section that is not as expected.
type Difference struct {
	Section string
	Pos     spec.Pos // of the section, or of the case that does not have it
	Diff    string   // from what is expected to what there is, a line each
	Lines   []string // that would be right
}

// Run runs one case on a policy as [spec.Parse] gave it, with its error: a policy
// that cannot be read is what some cases expect. Lines of policy that had a say are
// noted in cover, which may be nil.
func Run(ctx context.Context, c *spec.Case, p *spec.Policy, invalid error, cover *Cover) Result {
	r := Result{Case: c}
	got, err := run(ctx, c, p, invalid, cover)
	if err != nil {
		r.Err = err
		return r
	}
	for _, section := range spec.Sections() {
		want := c.Expect[section]
		if want == nil && !always(c, section) {
			continue
		}
		if d := compare(c, section, want, got[section]); d != nil {
			r.Differs = append(r.Differs, *d)
		}
	}
	return r
}

// always reports whether a section is compared where nothing is said of it: no
// step, and no account that is held, passes unsaid.
func always(c *spec.Case, section string) bool {
	return c.Expect["errors"] == nil && (section == "steps" || section == "held")
}

func compare(c *spec.Case, section string, want *spec.CaseLines, got []line) *Difference {
	d := &Difference{Section: section, Pos: c.Pos}
	var lines []spec.CaseLine
	if want != nil {
		d.Pos, lines = want.Pos, want.Lines
	}
	var same bool
	if d.Lines, same = merge(lines, got); same {
		return nil
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.Text
	}
	d.Diff = difference(texts, d.Lines)
	return d
}

// difference is a unified diff, without its head.
func difference(want, got []string) string {
	text := func(lines []string) []byte {
		var s strings.Builder
		for _, l := range lines {
			s.WriteString(plan.Printable(l) + "\n")
		}
		return []byte(s.String())
	}
	var out []string
	for l := range strings.Lines(string(diff.Diff("expected", text(want), "got", text(got)))) {
		out = append(out, l)
	}
	return strings.Join(out[min(3, len(out)):], "")
}

// run is what there is to say, by section.
func run(ctx context.Context, c *spec.Case, p *spec.Policy, invalid error, cover *Cover) (map[string][]line, error) {
	if c.Expect["errors"] != nil {
		found, err := findings(c, p, invalid)
		if len(found) > 0 || err != nil {
			return map[string][]line{"errors": found}, err
		}
	}
	if invalid != nil {
		return nil, invalid
	}
	planned, h, err := makePlan(ctx, c, p, cover)
	if err != nil && c.Expect["errors"] != nil && h != nil {
		var found []line
		for l := range strings.SplitSeq(err.Error(), "\n") {
			found = append(found, line{{text: plan.Printable(l)}})
		}
		return map[string][]line{"errors": found}, nil
	}
	var unknown *reconcile.UnknownNameError
	switch {
	case errors.As(err, &unknown):
		return nil, fmt.Errorf("%w: name it in %ss", err, unknown.What)
	case err != nil:
		return nil, err
	}
	return h.said(planned)
}

// findings are the errors of a policy, as validate finds them.
func findings(c *spec.Case, p *spec.Policy, invalid error) ([]line, error) {
	var wrong spec.Errors
	var found []lint.Finding
	switch {
	case errors.As(invalid, &wrong):
		found = lint.Invalid(wrong)
	case invalid != nil:
		return nil, invalid
	default:
		if err := dayless(c, p); err != nil {
			return nil, err
		}
		found = lint.Run(p, lint.Options{Day: dayOf(c)})
	}
	var lines []line
	for i := range found {
		if found[i].Severity == lint.Error {
			lines = append(lines, findingLine(&found[i]))
		}
	}
	return lines, nil
}

func dayOf(c *spec.Case) spec.Day {
	if c.Day == nil {
		return spec.Day{}
	}
	return *c.Day
}

// makePlan plans for the case's host. The host is nil where the case itself is at
// fault.
func makePlan(ctx context.Context, c *spec.Case, p *spec.Policy, cover *Cover) (*plan.Plan, *host, error) {
	if err := dayless(c, p); err != nil {
		return nil, nil, err
	}
	p, err := p.With(c)
	if err != nil {
		return nil, nil, err
	}
	h, err := newHost(c)
	if err != nil {
		return nil, nil, err
	}
	limits, err := reconcile.Limits(p, spec.Ceiling{})
	if err != nil {
		return nil, h, err
	}
	db := h.db()
	var out bytes.Buffer
	written, err := reconcile.Run(ctx, &out, reconcile.Options{
		Policy: p, Day: dayOf(c), Tree: h.tree, Files: h, Users: db, Passwd: db,
		Decided: cover.decided(), Budget: reconcile.DefaultBudget(), Workers: 1,
		Header: plan.Header{Created: time.Unix(0, 0).UTC(), Root: "/", Policy: plan.Policy{Name: p.Name}, Limits: limits},
	})
	if err != nil {
		return nil, h, err
	}
	cover.add(p, &written.Trailer)
	planned, err := written.From(bytes.NewReader(out.Bytes()))
	return planned, h, err
}
