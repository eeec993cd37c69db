package apply

import (
	"encoding/json"
	"fmt"
)

// Result is how a step ended.
type Result uint8

const (
	_            Result = iota
	Done                // changed, and read back as planned
	AlreadyRight        // nothing to do: it is as the plan wants it
	Stale               // not the entry, or not in the state, that was planned
	Refused             // never done, whoever approves it
	Failed              // the kernel said no, or did something else
	NotReached          // not tried
)

var resultNames = [...]string{"", "done", "already_right", "stale", "refused", "failed", "not_reached"}

func (r Result) String() string {
	if int(r) >= len(resultNames) {
		return fmt.Sprintf("result %d", uint8(r))
	}
	return resultNames[r]
}

// MarshalText is the design's word for r.
func (r Result) MarshalText() ([]byte, error) {
	if r == 0 || int(r) >= len(resultNames) {
		return nil, fmt.Errorf("%v: no such result", r)
	}
	return []byte(r.String()), nil
}

// UnmarshalText takes such a word and no other.
func (r *Result) UnmarshalText(text []byte) error {
	for i, name := range resultNames {
		if i > 0 && name == string(text) {
			*r = Result(i)
			return nil
		}
	}
	return fmt.Errorf("%q: no such result", text)
}

// Counts says how many steps had each [Result].
type Counts [NotReached + 1]int64

// Total is the number of all steps.
func (c Counts) Total() int64 {
	var n int64
	for _, one := range c {
		n += one
	}
	return n
}

// Complete reports whether every step is as the plan wants it.
func (c Counts) Complete() bool { return c[Done]+c[AlreadyRight] == c.Total() }

func (c *Counts) add(o Counts) {
	for i := range c {
		c[i] += o[i]
	}
}

// MarshalJSON writes an object with the results that occur.
func (c Counts) MarshalJSON() ([]byte, error) {
	object := make(map[string]int64)
	for i, n := range c {
		if i > 0 && n != 0 {
			object[resultNames[i]] = n
		}
	}
	return json.Marshal(object)
}

// UnmarshalJSON reads such an object; it refuses other names and negative counts.
func (c *Counts) UnmarshalJSON(data []byte) error {
	var object map[Result]int64
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	*c = Counts{}
	for r, n := range object {
		if n < 0 {
			return fmt.Errorf("%v: %d steps", r, n)
		}
		c[r] = n
	}
	return nil
}

// outcome is a result with its reason, which is empty for what went as planned.
// Reasons are printable: names in them are quoted.
type outcome struct {
	result Result
	reason string
}
