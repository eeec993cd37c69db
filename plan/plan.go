package plan

import (
	"bytes"
	"io"
	"iter"
)

// Plan is a plan file that was found to be whole and canonical. Its records
// stay in the file.
type Plan struct {
	Header  Header
	Trailer Trailer
	Digest  string // "sha256:...", of what is approved
	File    string // "sha256:...", of the whole

	r        io.ReadSeeker
	size     int64
	verdict  verdictOn // of the approval it was opened for
	overview *overview // of a plan that was just written
}

// Open reads a plan once from beginning to end, in memory that does not depend
// on its size but for its groups, and refuses it with a [*FormatError] if
// anything is not exactly as a [Writer] would have written it. The plan goes on
// reading from r, which the caller closes after its last use.
func Open(r io.ReadSeeker) (*Plan, error) { return OpenFor(r, nil) }

// OpenFor is [Open], and judges in the same reading what [Approval.Check] asks
// of the approval and the plan. Without an approval it is nothing more.
func OpenFor(r io.ReadSeeker, a *Approval) (*Plan, error) {
	s, err := newStream(r)
	if err != nil {
		return nil, err
	}
	defer s.zstd.Close()
	n, judging := newCounter(), a.judging(&s.header)
	var again []byte
	for {
		record, line, err := s.next()
		if err != nil {
			return nil, err
		}
		if record == (Record{}) {
			return s.close(n, line, r, judging)
		}
		if again = record.append(again[:0], s.before); !bytes.Equal(again, line) {
			return nil, s.wrong("not in canonical form")
		}
		n.record(record)
		judging.record(record)
	}
}

// close ends an opening stream.
func (s *stream) close(n *counter, line []byte, r io.ReadSeeker, judging *judging) (*Plan, error) {
	t := n.trailer(&s.header)
	if err := s.trailer(t, line); err != nil {
		return nil, err
	}
	return &Plan{
		Header: s.header, Trailer: *t, Digest: sumText(s.sums.digest), File: sumText(s.sums.file),
		r: r, size: s.sealed.size, verdict: judging.verdict(),
	}, nil
}

// From is a plan that was just written, with its records where it was written
// to: what [Open] would give, without reading them. Whatever happens to the file
// in between, [Plan.Records] ends with an error if it is not the same.
func (p *Plan) From(r io.ReadSeeker) (*Plan, error) {
	there := *p
	var err error
	there.r = r
	there.size, err = r.Seek(0, io.SeekEnd)
	return &there, err
}

// append writes the record's line; last is the directory of the block before.
func (r Record) append(line []byte, last string) []byte {
	c := codec{out: line, last: last}
	switch {
	case r.Account != nil:
		r.Account.wire(&c)
	case r.Block != nil:
		r.Block.wire(&c)
	case r.Problem != nil:
		r.Problem.wire(&c)
	}
	c.literal("\n")
	return c.out
}

func (n *counter) record(r Record) {
	switch {
	case r.Account != nil:
		n.begin(r.Account)
	case r.Problem != nil:
		n.problem(r.Problem)
	case r.Block != nil:
		counts := make([]int64, len(r.Block.Changes))
		for i := range r.Block.Entries {
			counts[r.Block.Entries[i].Change]++
		}
		for i, steps := range counts {
			n.steps(r.Block.groups[i], steps)
		}
	}
}

// Records streams accounts, each followed by its blocks and its problems. It
// ends with an error if the file is no longer the one that was opened. Two
// streams can run at once if the reader is an [io.ReaderAt], as files are.
func (p *Plan) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s, err := newStream(p.reader())
		if err != nil {
			yield(Record{}, err)
			return
		}
		defer s.zstd.Close()
		for {
			record, line, err := s.next()
			if err == nil && record == (Record{}) {
				err = s.skip(line, p.File)
				if err == nil {
					return
				}
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// reader is a position of its own in the file, where it can be.
func (p *Plan) reader() io.ReadSeeker {
	if at, ok := p.r.(io.ReaderAt); ok {
		return io.NewSectionReader(at, 0, p.size)
	}
	return p.r
}

// Steps streams the steps of all accounts, those of held ones too. A step stays
// valid, and what it points to is not to be changed.
func (p *Plan) Steps() iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		var a *Account
		var number int64
		for r, err := range p.Records() {
			if err != nil {
				yield(Step{}, err)
				return
			}
			if r.Account != nil {
				a = r.Account
			}
			if r.Block == nil {
				continue
			}
			for i := range r.Block.Entries {
				e := &r.Block.Entries[i]
				if !yield(Step{number, a, r.Block, e, &r.Block.Changes[e.Change]}, nil) {
					return
				}
				number++
			}
		}
	}
}
