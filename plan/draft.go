package plan

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
)

// Draft collects the steps and problems of one account from several
// goroutines, in any order, until a [Writer] takes them. Its memory does not
// grow with the number of steps, only with that of directories.
type Draft struct {
	sheets sync.Pool // of *sheet

	mu       sync.Mutex
	account  string
	spool    spool
	blocks   []blockAt
	problems []problemAt
	tally    Tally
}

// sheet is what a block is written on, and what was written before.
type sheet struct {
	line   codec
	shares []share
	recent recentChanges
}

// blockAt says where a block is and all that its order depends on.
type blockAt struct {
	dir          string
	first, last  string
	firstRemoves bool
	lastRemoves  bool
	at           int64
	size         int
}

type problemAt struct {
	Problem
	at   int64
	size int
}

// NewDraft begins an account. What does not fit in memory goes to an unnamed
// file in dir, or in [os.TempDir] if dir is empty.
func NewDraft(dir string) *Draft { return &Draft{spool: spool{dir: dir}} }

// Add writes the block down: its changes are put in order of their first use,
// and it is split where it is too large. Names have to be in order. Nothing of
// it is kept but the directory. An error is either a block that cannot be, or
// the spool's disk.
func (d *Draft) Add(b *Block) error {
	if len(b.Entries) > MaxBlock {
		return d.addHalves(b)
	}
	p, ok := d.sheets.Get().(*sheet)
	if !ok {
		p = new(sheet)
	}
	defer d.sheets.Put(p)
	b.groups = nil
	b.normalize()
	known := p.recent.same(b.Changes)
	if err := b.check(d.lastDir(), known != ""); err != nil {
		return fmt.Errorf("%s: %s: %w", Quote(b.Account), Quote(b.Dir), err)
	}
	record := p.record(b, known)
	if len(record)+maxEscape*len(b.Dir) > maxLine && len(b.Entries) > 1 {
		return d.addHalves(b)
	}
	first, last := 0, len(b.Entries)-1
	// Names that were read are parts of a line, which is not to stay with them.
	names := b.Entries[first].Name + b.Entries[last].Name
	ref := blockAt{
		dir:   b.Dir,
		first: names[:len(b.Entries[first].Name)], firstRemoves: b.removes(first),
		last: names[len(b.Entries[first].Name):], lastRemoves: b.removes(last),
		size: len(record),
	}
	return d.keep(b, ref, record)
}

// lastDir is that of the block that came before, which was checked.
func (d *Draft) lastDir() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.blocks) == 0 {
		return ""
	}
	return d.blocks[len(d.blocks)-1].dir
}

func (d *Draft) keep(b *Block, ref blockAt, record []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.blocks) > 0 && d.account != b.Account {
		return fmt.Errorf("%s: in the draft of %s", Quote(b.Account), Quote(d.account))
	}
	at, err := d.spool.put(record)
	if err != nil {
		return err
	}
	ref.at = at
	d.account = b.Account
	d.blocks = append(d.blocks, ref)
	d.tally.countBlock(b)
	return nil
}

func (d *Draft) addHalves(b *Block) error {
	half := len(b.Entries) / 2
	for _, entries := range [][]Entry{b.Entries[:half], b.Entries[half:]} {
		part := *b
		part.Changes = slices.Clone(b.Changes)
		part.Entries = entries
		if err := d.Add(&part); err != nil {
			return err
		}
	}
	return nil
}

// normalize puts changes in order of first use and drops the rest, so that the
// order in which a directory was listed does not show in the digest.
func (b *Block) normalize() {
	if b.isNormal() {
		return
	}
	order := make([]int, len(b.Changes))
	var used []Change
	for i := range b.Entries {
		e := &b.Entries[i]
		if e.Change < 0 || e.Change >= len(order) {
			return // check says so
		}
		if order[e.Change] == 0 {
			used = append(used, b.Changes[e.Change])
			order[e.Change] = len(used)
		}
	}
	for i := range b.Entries {
		b.Entries[i].Change = order[b.Entries[i].Change] - 1
	}
	b.Changes = used
}

// isNormal reports whether there is nothing to put in order.
func (b *Block) isNormal() bool {
	used := 0
	for i := range b.Entries {
		switch n := b.Entries[i].Change; {
		case n == used:
			used++
		case n < 0 || n > used:
			return false
		}
	}
	return used == len(b.Changes)
}

// record is the body, where the changes stand in it, and what share of the entries
// has each: the writer counts groups without reading names. What the directory is
// written as depends on which block comes before. It is good until the sheet is
// used again. Known is the text of the changes, where they were written before.
func (p *sheet) record(b *Block, known string) []byte {
	line := &p.line
	line.out, line.known = append(line.out[:0], '{'), known
	b.body(line)
	if known == "" {
		p.recent.keepWritten(b, line)
	}
	line.literal("\n")
	record, end := line.out, len(line.out)
	p.shares = b.shares(p.shares[:0])
	record = binary.AppendUvarint(record, uint64(line.changesAt))
	record = binary.AppendUvarint(record, uint64(line.changesEnd))
	for _, s := range p.shares {
		record = binary.AppendUvarint(record, s.packed())
	}
	line.out = binary.BigEndian.AppendUint32(record, uint32(end))
	return line.out
}

func splitDraftRecord(record []byte, list []share) (body []byte, changesAt, changesEnd uint64, shares []share) {
	last := len(record) - 4
	end := binary.BigEndian.Uint32(record[last:])
	body, rest := record[:end], record[end:last]
	next := func() uint64 {
		v, n := binary.Uvarint(rest)
		rest = rest[n:]
		return v
	}
	changesAt, changesEnd = next(), next()
	for len(rest) > 0 {
		list = append(list, unpackShare(next()))
	}
	return body, changesAt, changesEnd, list
}

// Problem adds what the planner saw and will not touch.
func (d *Draft) Problem(p Problem) error {
	if err := p.check(); err != nil {
		return err
	}
	var line codec
	p.wire(&line)
	line.out = append(line.out, '\n')
	if len(line.out) > maxLine {
		return fmt.Errorf("%s: problem of %d bytes", Quote(p.Path), len(line.out))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	at, err := d.spool.put(line.out)
	if err != nil {
		return err
	}
	p.Account = ""
	d.problems = append(d.problems, problemAt{p, at, len(line.out)})
	return nil
}

// Close frees the spool. A draft is written before it is closed.
func (d *Draft) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blocks, d.problems = nil, nil
	return d.spool.close()
}

// sort puts blocks and problems in canonical order and refuses two blocks that
// interleave.
func (d *Draft) sort() error {
	slices.SortFunc(d.blocks, func(a, b blockAt) int {
		if c := compareDirs(a.dir, b.dir); c != 0 {
			return c
		}
		return compareEntries(a.first, a.firstRemoves, b.first, b.firstRemoves)
	})
	slices.SortStableFunc(d.problems, func(a, b problemAt) int { return compareProblems(&a.Problem, &b.Problem) })
	for i := 1; i < len(d.blocks); i++ {
		a, b := &d.blocks[i-1], &d.blocks[i]
		if a.dir == b.dir && compareEntries(a.last, a.lastRemoves, b.first, b.firstRemoves) >= 0 {
			return fmt.Errorf("%s: %s: %s twice, or blocks that interleave", Quote(d.account), Quote(a.dir), Quote(b.first))
		}
	}
	return nil
}
