package apply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// record is one frame's JSON: exactly one of these.
type record struct {
	Begin   *runBegin `json:"run_begin,omitempty"`
	Intent  *intent   `json:"intent,omitempty"`
	Results *results  `json:"results,omitempty"`
	End     *runEnd   `json:"run_end,omitempty"`
}

type runBegin struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	By      string    `json:"by"`
	PID     int       `json:"pid"`
	Root    string    `json:"root"`
	Plan    string    `json:"plan"` // its digest
	File    string    `json:"file"` // the sum of the file
	Undoes  string    `json:"undoes,omitempty"`
}

const journalVersion = 1

// intent says which steps may be touched from now on.
type intent struct {
	Account string `json:"account"`
	Steps   []span `json:"steps"`
}

type results struct {
	Account string       `json:"account"`
	Results []resultSpan `json:"results"`
}

type resultSpan struct {
	Steps  span   `json:"steps"`
	Result Result `json:"result"`
	Reason string `json:"reason,omitempty"`
}

type runEnd struct {
	Finished time.Time `json:"finished"`
	Results  Counts    `json:"results"`
	Stopped  string    `json:"stopped,omitempty"`
}

// span is a first and a last step number.
type span [2]int64

// maxStep is more than any plan has, and keeps sums of hostile spans in range.
const maxStep = 1 << 40

func (s span) valid() bool { return 0 <= s[0] && s[0] <= s[1] && s[1] < maxStep }

// maxReason is how many bytes of a reason are kept: there is one for each step
// that went wrong, and a frame has to hold those of a whole batch.
const maxReason = 300

// appendSpan adds a step to spans that are in ascending order.
func appendSpan(spans []span, step int64) []span {
	if n := len(spans); n > 0 && spans[n-1][1] == step-1 {
		spans[n-1][1] = step
		return spans
	}
	return append(spans, span{step, step})
}

// appendResult is the same for outcomes: neighbours with the same share a span.
func appendResult(spans []resultSpan, step int64, o outcome) []resultSpan {
	if len(o.reason) > maxReason {
		o.reason = o.reason[:maxReason]
	}
	if n := len(spans); n > 0 {
		if s := &spans[n-1]; s.Steps[1] == step-1 && s.Result == o.result && s.Reason == o.reason {
			s.Steps[1] = step
			return spans
		}
	}
	return append(spans, resultSpan{span{step, step}, o.result, o.reason})
}

func parseRecord(payload []byte) (*record, error) {
	var rec record
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rec); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	return &rec, rec.check()
}

func (r *record) check() error {
	kinds := 0
	for _, has := range []bool{r.Begin != nil, r.Intent != nil, r.Results != nil, r.End != nil} {
		if has {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("%d kinds of record in one", kinds)
	}
	if r.Begin != nil && r.Begin.Version != journalVersion {
		return fmt.Errorf("journal version %d; only version %d is supported", r.Begin.Version, journalVersion)
	}
	if r.Intent != nil {
		return checkSpans(len(r.Intent.Steps), func(i int) span { return r.Intent.Steps[i] })
	}
	if r.Results != nil {
		return r.Results.check()
	}
	return nil
}

func (r *results) check() error {
	for i := range r.Results {
		if r.Results[i].Result == 0 {
			return errors.New("steps without a result")
		}
	}
	return checkSpans(len(r.Results), func(i int) span { return r.Results[i].Steps })
}

func checkSpans(n int, at func(int) span) error {
	for i := range n {
		if s := at(i); !s.valid() || i > 0 && s[0] <= at(i - 1)[1] {
			return fmt.Errorf("steps %d to %d: not in order", s[0], s[1])
		}
	}
	return nil
}
