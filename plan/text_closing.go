package plan

import (
	"fmt"
	"strings"
	"time"
)

// closing is what is read last, and by many only: totals, and what to do next.
func (t *text) closing() {
	s := t.p.Trailer.Summary
	if len(t.p.Header.Skipped) > 0 {
		t.title("Skipped by skip_when: %s", quoteAll(t.p.Header.Skipped, t.most(8, len(t.p.Header.Skipped))))
	}
	t.line("")
	if !t.whole() {
		t.line("Shown: %s. The whole plan has %s.", count(t.shown, "step"), comma(s.Tally.Adds+s.Tally.Updates+s.Tally.Removes))
	}
	if s.Tally.Steps == 0 {
		t.line("%s", t.nothing())
	} else {
		t.line("Classes: %s.", tallyText(s.Tally))
		// Read by tools that know Terraform: digits without commas.
		t.line("Plan: %d to add, %d to change, %d to destroy.", s.Tally.Adds, s.Tally.Updates, s.Tally.Removes)
	}
	if s.Tally.Steps == 0 && s.Held == 0 {
		return // nothing to approve, nothing to override
	}
	t.line("Digest: %s, made %s on %s.", shortDigest(t.p.Digest),
		t.p.Header.Created.UTC().Format(time.DateTime+" UTC"), Quote(t.p.Header.Host.Name))
	if left := t.left(); len(left) > 0 && s.Tally.Steps > 0 {
		t.line("Not covered: %s.", list(left))
	}
	t.next()
}

func (t *text) most(few, all int) int {
	if t.o.Full {
		return all
	}
	return few
}

// nothing says why there are no steps. That every account matches is said only
// where every entry was seen and none was left alone.
func (t *text) nothing() string {
	left := t.open()
	switch {
	case t.p.Header.Undoes != "" && len(left) > 0:
		return "Nothing can be taken back: " + list(left) + "."
	case t.p.Header.Undoes != "":
		return "Nothing to take back. Everything is as it was before the run."
	case len(left) > 0:
		return "Nothing to apply, but not every account is known to match the policy: " + list(left) + "."
	case t.narrowed() != "":
		return "No changes. Everything that was looked at matches the policy."
	}
	return "No changes. Every account matches the policy."
}

// open is why the accounts will not all match their policy after the plan.
func (t *text) open() []string {
	left := t.left()
	if n := total(t.p.Trailer.Summary.Problems); n > 0 {
		left = append(left, count(n, "problem")+verb(n)+"left alone")
	}
	if n := t.unkept(); n > 0 {
		left = append(left, count(n, "expectation")+verb(n)+"not kept")
	}
	if n := t.refusing(); n > 0 {
		left = append(left, count(n, "check")+verb(n)+"not passed")
	}
	return left
}

// unkept is how many expectations will not hold everywhere.
func (t *text) unkept() (n int64) {
	for _, a := range t.p.Trailer.Access {
		if a.DeniedAfter > 0 {
			n++
		}
	}
	return n
}

// left is the accounts that the plan does not cover.
func (t *text) left() []string {
	s := t.p.Trailer.Summary
	var parts []string
	if s.Incomplete > 0 {
		parts = append(parts, count(s.Incomplete, "account")+" could not be seen as a whole")
	}
	if s.Held > 0 {
		parts = append(parts, count(s.Held, "account")+verb(s.Held)+"held")
	}
	return parts
}

func verb(n int64) string {
	if n == 1 {
		return " is "
	}
	return " are "
}

// tallyText counts by class, in the words that approve -class takes.
func tallyText(tally Tally) string {
	var parts []string
	for _, c := range []struct {
		n    int64
		name string
	}{
		{tally.Remove, "remove"},
		{tally.Take, "take"},
		{tally.Add, "add"},
		{tally.Chown, "chown"},
		{tally.Loosen, "loosen"},
		{tally.Tighten, "tighten"},
	} {
		if c.n > 0 {
			parts = append(parts, comma(c.n)+" "+c.name)
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// shortDigest is enough of a digest to compare by eye.
func shortDigest(digest string) string {
	kind, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return Quote(digest)
	}
	return Quote(kind + ":" + hex[:min(12, len(hex))])
}

// next says what can be done with the plan.
func (t *text) next() {
	file := Quote(t.o.File)
	exceeded := over(t.p.Trailer.Limits)
	if len(exceeded) > 0 {
		t.line("Over its limits (%s): this plan cannot be run as a whole.", quoteAll(namesOf(exceeded), len(exceeded)))
	}
	switch {
	case t.p.Header.Snapshot != nil:
		t.line("Next: rightful plan on the host itself; this plan cannot be applied.")
	case t.o.NoNext || t.p.Trailer.Summary.Tally.Steps == 0:
	case t.o.File == "" && t.p.Header.Undoes != "":
		t.line("Next: rightful undo -out FILE %s saves this plan, so that it can be approved and applied.", Quote(t.p.Header.Undoes))
	case t.o.File == "":
		t.line("Next: rightful plan -out FILE saves this plan, so that it can be approved and applied.")
	case len(exceeded) > 0:
		t.line("Next: rightful approve -within-limits %s, or -account, -group, -class for a part%s.", file, overrides(exceeded, file))
	default:
		t.line("Next: rightful approve -all %s, or -account, -group, -class for a part.", file)
	}
}

// overrides is what would lift the limits far enough, if anything may: no
// override passes the host's own ceiling.
func overrides(exceeded []Verdict, file string) string {
	var s strings.Builder
	s.WriteString(",\nor rightful approve -all")
	for _, v := range exceeded {
		if c := v.Limit.Ceiling; c != nil {
			if top, open := c.Allowed(v.Base); !open && top < v.Used {
				return ""
			}
		}
		fmt.Fprintf(&s, " -override %s=%d", Quote(v.Limit.Name), v.Used)
	}
	return s.String() + " -reason WHY " + file
}
