package reconcile

import "rightful/internal/access"

// standing is what a program makes of an entry.
type standing uint8

const (
	absent standing = iota
	accepted
	refused
	doubtful
)

// outcome is what one check makes of an entry, now and after.
type outcome struct {
	check      int
	now, after standing
	reasons    []reason
}

// reason is one finding of an outcome.
type reason struct {
	*hanging
	now, after, broken bool
}

// sumUp is the outcome of what a program says, now and after.
func (x *examination) sumUp(i int, asked string, now, after bool, was, will []access.Finding) outcome {
	o := outcome{check: i}
	if now {
		o.now = standingOf(was)
	}
	if after {
		o.after = standingOf(will)
	}
	at := map[*hanging]int{}
	note := func(f *access.Finding) *reason {
		h := x.hanging(i, asked, f)
		n, ok := at[h]
		if !ok {
			n = len(o.reasons)
			at[h] = n
			o.reasons = append(o.reasons, reason{hanging: h})
		}
		return &o.reasons[n]
	}
	for j := range was {
		if now {
			note(&was[j]).now = true
		}
	}
	for j := range will {
		if after {
			r := note(&will[j])
			r.after, r.broken = true, o.broken() && will[j].Weight != access.Risk
		}
	}
	return o
}

func standingOf(findings []access.Finding) standing {
	s := accepted
	for _, f := range findings {
		switch f.Weight {
		case access.Refused:
			return refused
		case access.Doubt:
			s = doubtful
		}
	}
	return s
}

// broken reports whether the plan takes the entry away from the program: what it
// may refuse after, for all that can be told, it is not sure to accept.
func (o *outcome) broken() bool { return o.now == accepted && o.after > accepted }
