package cases

import (
	"fmt"

	"rightful/internal/lint"
	"rightful/plan"
	"rightful/spec"
)

// stepLine is a step. What it changes has to be said; what it leaves, or what the
// thing is that it adds or removes, may be.
func (h *host) stepLine(s plan.Step) line {
	t := s.Text(h.name(s.Account, s.Path()))
	l := line{{text: t.Symbol + " " + t.Subject}}
	if s.Change.Action == plan.Remove {
		l = append(l, part{text: "is", optional: true, hidden: true})
	}
	for _, does := range t.Does {
		l = append(l, part{text: does, optional: s.Change.Action != plan.Update, hidden: s.Change.Action == plan.Remove})
	}
	if t.Stays != "" {
		l = append(l, part{text: t.Stays, optional: true, hidden: true})
	}
	for _, mark := range t.Marks {
		l = append(l, part{text: mark, optional: true})
	}
	return l
}

// said is the sections of a plan.
func (h *host) said(p *plan.Plan) (map[string][]line, error) {
	all := map[string][]line{}
	add := func(section string, l line) { all[section] = append(all[section], l) }
	var a *plan.Account
	selected := map[string]bool{}
	for r, err := range p.Records() {
		switch {
		case err != nil:
			return nil, err
		case r.Account != nil:
			a = r.Account
			selected[a.Name] = true
			for _, held := range a.Held {
				add("held", heldLine(a.Name, held.Reason, held.Message))
			}
		case r.Problem != nil:
			add("problems", h.problemLine(a, r.Problem))
		}
	}
	for _, name := range p.Header.Skipped {
		selected[name] = true
		add("held", heldLine(name, "skipped", "by skip_when"))
	}
	for _, u := range h.c.Accounts {
		if !selected[u.Name] {
			add("held", heldLine(u.Name, "not_selected", "by the policy"))
		}
	}
	for s, err := range p.Steps() {
		if err != nil {
			return nil, err
		}
		if len(s.Account.Held) == 0 {
			add("steps", h.stepLine(s))
		}
	}
	trailer(&p.Trailer, add)
	h.limits(p, add)
	return all, nil
}

func heldLine(account, reason, message string) line {
	return line{{text: plan.Quote(account)}, {text: plan.Quote(reason)}, {text: plan.Printable(message), optional: true, hidden: true}}
}

func (h *host) problemLine(a *plan.Account, p *plan.Problem) line {
	l := line{{text: plan.Quote(h.name(a, p.Path))}, {text: plan.Quote(string(p.Kind))}}
	return append(l, part{text: plan.Printable(p.Message), optional: true, hidden: true})
}

// trailer is what is said of all accounts together.
func trailer(t *plan.Trailer, add func(string, line)) {
	for i := range t.Access {
		add("access", verdictLine(t.Access[i].Text()))
	}
	for i := range t.Checks {
		add("checks", verdictLine(t.Checks[i].Text()))
	}
}

// limits are those that are exceeded, and of the others, which may take thousands
// of entries to exceed, the rules of those that the case names.
func (h *host) limits(p *plan.Plan, add func(string, line)) {
	named := map[string]bool{}
	if want := h.c.Expect["limits"]; want != nil {
		for _, l := range want.Lines {
			if len(l.Words) > 0 {
				named[l.Words[0]] = true
			}
		}
	}
	for _, v := range p.Trailer.Limits {
		if v.Exceeded {
			add("limits", line{{text: v.Name()}, {text: fmt.Sprintf("%d of %d", v.Used, v.Allowed)}})
			delete(named, v.Name())
		}
	}
	for _, l := range p.Header.Limits {
		if named[l.Name] {
			add("limits", line{{text: l.Name}, {text: l.Text()}})
		}
	}
}

// verdictLine says what holds, once where nothing becomes different.
func verdictLine(title, now, after string) line {
	verdict := now
	if after != "" && after != now {
		verdict += " -> " + after
	}
	return line{{text: title + ": " + verdict}}
}

// findingLine is an error of a policy. Its place may be left out.
func findingLine(f *lint.Finding) line {
	where := f.Pos.String()
	if f.Pos.Line == 0 {
		where = f.Pos.File
	}
	return line{{text: f.Rule}, {text: plan.Quote(where), optional: true}, {text: f.Message, optional: true, hidden: true}}
}

// dayless is the error of a case that depends on when it runs.
func dayless(c *spec.Case, p *spec.Policy) error {
	if c.Day != nil || len(p.Exceptions) == 0 {
		return nil
	}
	return &spec.Error{Pos: c.Pos, Message: fmt.Sprintf("day: missing; the policy has an exception (%v) that holds on some days only", p.Exceptions[0].Pos)}
}
