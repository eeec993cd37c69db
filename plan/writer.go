package plan

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// window is how far back the compressor looks and the reader has to remember.
const window = 4 << 20

// Writer writes a plan as a stream, account by account.
type Writer struct {
	out     io.Writer
	packed  hash.Hash // of the compressed bytes
	zstd    *zstd.Encoder
	sums    *sums
	header  Header
	counter *counter
	last    string                   // account
	dir     string                   // of its last block
	line    []byte                   // of that
	known   map[string]*knownChanges // by their text, for this account
	shares  []share                  // of the changes of the block in hand
	buf     []byte
	err     error

	overview *overview
}

// NewWriter begins a plan on w, which it does not close. The header's limits
// are complete (see [Merge]) and in their order.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	if err := checkLimits(h.Limits); err != nil {
		return nil, err
	}
	packed := sha256.New()
	z, err := zstd.NewWriter(io.MultiWriter(w, packed),
		zstd.WithWindowSize(window), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true))
	if err != nil {
		return nil, err
	}
	p := &Writer{out: w, packed: packed, zstd: z, sums: newSums(), counter: newCounter(), overview: newOverview()}
	var c codec
	h.wire(&c)
	c.literal("\n")
	p.put(c.out)
	// What was written counts, not what led to it.
	if err := newReader(string(c.out)).line(p.header.wire); err != nil {
		return nil, fmt.Errorf("plan: header: %w", err)
	}
	p.sums.header(&p.header, c.out)
	return p, p.err
}

// put keeps the first error: a plan with a hole is no plan.
func (w *Writer) put(line []byte) {
	if w.err == nil && len(line) > maxLine {
		w.err = fmt.Errorf("plan: a record of %d bytes, more than the %d that can be read", len(line), maxLine)
	}
	if w.err == nil {
		if _, err := w.zstd.Write(line); err != nil {
			w.err = fmt.Errorf("plan: %w", err)
		}
	}
}

func (w *Writer) approved(line []byte) {
	w.put(line)
	w.sums.approved(line)
}

func (w *Writer) observed(line []byte) {
	w.put(line)
	w.sums.observed(line)
}

// Account writes an account with its steps and problems. Accounts come in
// bytewise order of their names. The tally is made here, and so are those
// reasons to hold the account that are limits; one that is held for any other
// reason may have no steps. d may be nil and is not closed.
func (w *Writer) Account(a Account, d *Draft) error {
	if d == nil {
		d = new(Draft)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if w.err == nil {
		w.err = w.account(&a, d)
	}
	return w.err
}

func (w *Writer) account(a *Account, d *Draft) error {
	if err := w.complete(a, d); err != nil {
		return err
	}
	if err := d.sort(); err != nil {
		return err
	}
	var c codec
	a.wire(&c)
	c.literal("\n")
	w.approved(c.out)
	w.counter.begin(a)
	w.overview.account(a)
	w.last, w.dir, w.known = a.Name, "", make(map[string]*knownChanges)
	for i := range d.blocks {
		if err := w.block(a, d, &d.blocks[i]); err != nil {
			return err
		}
	}
	for i := range d.problems {
		p := &d.problems[i]
		line, err := d.spool.get(p.at, p.size, w.buf)
		if err != nil {
			return err
		}
		w.observed(line)
		w.counter.problem(&p.Problem)
		p.Account = a.Name
		w.overview.problems.add(&p.Problem)
	}
	return w.err
}

// complete fills in what the account's steps decide.
func (w *Writer) complete(a *Account, d *Draft) error {
	if a.Name <= w.last {
		return fmt.Errorf("%s: after %s: not in order", Quote(a.Name), Quote(w.last))
	}
	if len(d.blocks) > 0 && d.account != a.Name {
		return fmt.Errorf("%s: has the draft of %s", Quote(a.Name), Quote(d.account))
	}
	if len(a.Held) > 0 && len(d.blocks) > 0 {
		return fmt.Errorf("%s: held (%s), but has steps", Quote(a.Name), a.Held[0].Reason)
	}
	a.Tally = d.tally
	a.Held = slices.Clone(a.Held)
	for _, h := range a.Held {
		if h.byLimit() {
			return fmt.Errorf("%s: held by %s before it was judged", Quote(a.Name), Quote(h.Reason))
		}
	}
	a.Held = append(a.Held, heldByLimits(w.header.Limits, a)...)
	slices.SortFunc(a.Held, func(x, y Held) int { return strings.Compare(x.Reason, y.Reason) })
	return a.check()
}

func (w *Writer) block(a *Account, d *Draft, at *blockAt) error {
	record, err := d.spool.get(at.at, at.size, w.buf)
	if err != nil {
		return err
	}
	w.buf = record[:0:cap(record)]
	body, changesAt, changesEnd, shares := splitDraftRecord(record, w.shares[:0])
	w.shares = shares
	w.approved(w.blockLine(at.dir, body))
	text := body[changesAt:changesEnd]
	known := w.known[string(text)]
	if known == nil {
		if known, err = w.changesOf(a, body, changesAt); err != nil {
			return err
		}
		if len(w.known) < 1024 {
			w.known[string(text)] = known
		}
	}
	for i, s := range shares {
		w.counter.steps(known.groups[i], s.steps)
	}
	b := Block{Account: a.Name, Dir: at.dir, Changes: known.changes, groups: known.groups}
	w.overview.steps.block(&b, shares, func() []Entry { return w.entriesOf(body) })
	return w.err
}

// blockLine puts the directory before the body, which has an object of its own.
func (w *Writer) blockLine(dir string, body []byte) []byte {
	c := codec{out: w.line[:0], last: w.dir}
	c.literal(`{"block":{`)
	c.dir(&dir)
	c.separate()
	w.dir, w.line = dir, append(c.out, body[1:]...)
	return w.line
}

// changesOf reads no more of a block than its changes.
func (w *Writer) changesOf(a *Account, body []byte, changesAt uint64) (*knownChanges, error) {
	c := newReader(string(body))
	c.at = int(changesAt)
	var changes []Change
	items(c, "changes", &changes, (*Change).wire)
	if c.what != "" {
		return nil, errors.New("plan spool: " + c.what)
	}
	return &knownChanges{changes: changes, groups: groupIDs(a, changes)}, w.header.checkContents(changes)
}

// entriesOf reads a block whole.
func (w *Writer) entriesOf(body []byte) []Entry {
	var b Block
	c := newReader(string(body))
	c.literal("{")
	if err := c.line(b.body); err != nil && w.err == nil {
		w.err = fmt.Errorf("plan spool: %w", err)
	}
	return b.Entries
}

// Close writes the trailer and the sums and returns the plan. Its records are to
// be had by [Plan.From].
func (w *Writer) Close() (*Plan, error) {
	t := w.counter.trailer(&w.header)
	for line := range t.lines() {
		w.observed(line)
	}
	w.put(w.sums.line())
	if err := w.zstd.Close(); err != nil && w.err == nil {
		w.err = fmt.Errorf("plan: %w", err)
	}
	if w.err != nil {
		return nil, w.err
	}
	if _, err := w.out.Write(seal(w.packed)); err != nil {
		w.err = fmt.Errorf("plan: %w", err)
		return nil, w.err
	}
	w.overview.problems.flush()
	return &Plan{
		Header: w.header, Trailer: *t, Digest: sumText(w.sums.digest), File: sumText(w.sums.file), overview: w.overview,
	}, nil
}
