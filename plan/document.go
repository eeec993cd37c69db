package plan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// FormatVersion is that of the document that [WriteJSON] writes: a new minor
// version adds keys, a new major version changes what one means.
const FormatVersion = "1.0"

// WriteJSON writes a plan as one JSON document, a step a line, in ASCII: no
// name on the disk can colour or reorder a terminal that it is shown on. Step
// and group ids are written in full, as a prefix may stop being unique. Steps
// of held accounts are not in it. It reads the plan once for each of problems,
// held and steps that has any, in constant memory.
func WriteJSON(w io.Writer, p *Plan) error {
	d := &document{w: bufio.NewWriter(w), p: p}
	d.head()
	d.array("problems", total(p.Trailer.Summary.Problems) > 0, d.problem)
	d.array("held", p.Trailer.Summary.Held > 0, d.held)
	d.array("steps", p.Trailer.Summary.Tally.Steps > 0, d.step())
	d.raw("\n}\n")
	if d.err != nil {
		return d.err
	}
	return d.w.Flush()
}

// document is one document under way. It keeps the first error.
type document struct {
	w     *bufio.Writer
	err   error
	p     *Plan
	items int // written of the array under way
	buf   bytes.Buffer
	ascii []byte
}

func (d *document) raw(s string) {
	if d.err == nil {
		_, d.err = d.w.WriteString(s)
	}
}

// value writes any value that encoding/json takes.
func (d *document) value(v any) {
	if d.err != nil {
		return
	}
	d.buf.Reset()
	e := json.NewEncoder(&d.buf)
	e.SetEscapeHTML(false) // "->" is easier to read
	if d.err = e.Encode(v); d.err != nil {
		return
	}
	d.ascii = appendASCII(d.ascii[:0], bytes.TrimRight(d.buf.Bytes(), "\n"))
	_, d.err = d.w.Write(d.ascii)
}

// appendASCII writes JSON with its other characters escaped. They occur in
// strings only, so that no parsing is needed.
func appendASCII(to, from []byte) []byte {
	const digits = "0123456789abcdef"
	escape := func(u rune) {
		to = append(to, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	for len(from) > 0 {
		r, n := utf8.DecodeRune(from)
		switch {
		case r < 0x7f:
			to = append(to, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escape(high)
			escape(low)
		default:
			escape(r)
		}
		from = from[n:]
	}
	return to
}

func (d *document) key(name string) { d.raw(",\n\"" + name + "\":") }

func (d *document) member(name string, v any) {
	d.key(name)
	d.value(v)
}

// array writes what item makes of each record; nothing is read if there is
// nothing to find.
func (d *document) array(name string, any bool, item func(Record)) {
	d.key(name)
	d.raw("[")
	d.items = 0
	if any && d.err == nil {
		for r, err := range d.p.Records() {
			if err != nil {
				d.err = err
			} else {
				item(r)
			}
			if d.err != nil {
				return
			}
		}
	}
	d.raw("]")
}

// item writes one value of an array, in a line of its own.
func (d *document) item(v any) {
	if d.items > 0 {
		d.raw(",")
	}
	d.raw("\n")
	d.items++
	d.value(v)
}

// head writes all that is known without reading the records.
func (d *document) head() {
	h, s := &d.p.Header, &d.p.Trailer.Summary
	blocked := namesOf(over(d.p.Trailer.Limits))
	if s.Tally.Steps == 0 {
		blocked = append(blocked, "no_changes")
	}
	if h.Snapshot != nil {
		blocked = append(blocked, "snapshot")
	}
	d.raw("{\"format_version\":\"" + FormatVersion + "\"")
	d.member("created", h.Created.UTC().Format(time.RFC3339))
	d.member("tool_version", jsonText(h.Tool))
	d.member("host", jsonHost{jsonText(h.Host.Name), h.Host.MachineID})
	d.member("root", jsonText(h.Root))
	d.member("policy", policyDocument(&h.Policy))
	if h.Undoes != "" {
		d.member("undoes", jsonText(h.Undoes))
	}
	if s := h.Snapshot; s != nil {
		d.member("snapshot", snapshotDocument(s))
	}
	d.member("narrowed", jsonNarrowed{jsonTexts(h.Accounts), jsonTexts(h.Paths)})
	d.member("skipped", jsonTexts(h.Skipped))
	d.member("digest", d.p.Digest)
	d.member("complete", s.Incomplete == 0)
	d.member("applyable", len(blocked) == 0)
	d.member("blocked_by", jsonTexts(blocked))
	d.member("summary", summaryDocument(s, h.Inventory))
	d.member("limits", limitDocuments(d.p.Trailer.Limits))
	d.member("access", accessDocuments(d.p.Trailer.Access))
	d.member("checks", checkDocuments(d.p.Trailer.Checks))
	d.member("cannot_see", jsonTexts(h.CannotSee))
}

func (d *document) problem(r Record) {
	if p := r.Problem; p != nil {
		d.item(jsonProblem{jsonText(p.Account), named(p.Path), jsonText(string(p.Kind)), jsonText(p.Message), p.Count})
	}
}

func (d *document) held(r Record) {
	if r.Account == nil {
		return
	}
	for _, h := range r.Account.Held {
		d.item(jsonHeld{jsonText(r.Account.Name), jsonText(h.Reason), jsonText(h.Message)})
	}
}

// step is an item function that knows whose block it is given.
func (d *document) step() func(Record) {
	var a *Account
	number := int64(0)
	return func(r Record) {
		if r.Account != nil {
			a = r.Account
		}
		if r.Block == nil {
			return
		}
		for i := range r.Block.Entries {
			e := &r.Block.Entries[i]
			s := Step{
				Number: number, Account: a, Block: r.Block, Entry: e,
				Change: &r.Block.Changes[e.Change],
			}
			number++
			if len(a.Held) == 0 && d.err == nil {
				d.item(stepDocument(s))
			}
		}
	}
}
