package plan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// maxLine bounds a record, and with it what a reader needs: a MiB of content
// fits in with room to spare.
const maxLine = 16 << 20

// Record is one of account, block and problem; the other two are nil. Blocks
// and problems belong to the last account. They stay valid, and are not to be
// changed.
type Record struct {
	Account *Account
	Block   *Block
	Problem *Problem
}

// stream reads a plan from its first line to its last.
type stream struct {
	sealed   *sealed
	zstd     *zstd.Decoder
	lines    *bufio.Reader
	long     []byte // a line that the buffer does not hold
	number   int64
	sums     *sums
	header   Header
	sequence sequence
	recent   recentChanges // of this account
	last     string        // account
	before   string        // the directory of the block before the last one
}

func newStream(r io.ReadSeeker) (*stream, error) {
	packed, err := openSealed(r)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(2*maxLine))
	if err != nil {
		return nil, err
	}
	s := &stream{sealed: packed, zstd: z, lines: bufio.NewReaderSize(z, 64<<10), sums: newSums()}
	if err := s.readHeader(); err != nil {
		z.Close()
		return nil, err
	}
	return s, nil
}

func (s *stream) readHeader() error {
	line, err := s.line()
	if err != nil {
		return err
	}
	if err := s.parse(line, s.header.wire); err != nil {
		return err
	}
	if err := checkLimits(s.header.Limits); err != nil {
		return s.wrong("%v", err)
	}
	s.sums.header(&s.header, line)
	return nil
}

// line is the next one with its newline, good until the call after.
func (s *stream) line() ([]byte, error) {
	s.number++
	s.long = s.long[:0]
	for {
		part, err := s.lines.ReadSlice('\n')
		if len(s.long)+len(part) > maxLine {
			return nil, s.wrong("longer than %d bytes", maxLine)
		}
		switch {
		case err == nil && len(s.long) == 0:
			return part, nil
		case err == nil || errors.Is(err, bufio.ErrBufferFull):
			s.long = append(s.long, part...)
			if err == nil {
				return s.long, nil
			}
		case errors.Is(err, io.EOF):
			return nil, s.wrong("the file ends here")
		default:
			return nil, s.wrong("%v", err)
		}
	}
}

func (s *stream) wrong(format string, args ...any) error {
	return &FormatError{Line: s.number, What: fmt.Sprintf(format, args...)}
}

// parse reads a line as one kind of record.
func (s *stream) parse(line []byte, wire func(*codec)) error {
	return s.read(newReader(string(line)), wire)
}

func (s *stream) read(c *codec, wire func(*codec)) error {
	var bad *FormatError
	if err := c.line(wire); errors.As(err, &bad) {
		bad.Line = s.number
		return bad
	}
	return nil
}

// next is the next record, or the line where the trailer begins.
func (s *stream) next() (Record, []byte, error) {
	line, err := s.line()
	if err != nil {
		return Record{}, nil, err
	}
	var r Record
	switch {
	case bytes.HasPrefix(line, []byte(`{"block":`)):
		r.Block, err = s.block(line)
	case bytes.HasPrefix(line, []byte(`{"problem":`)):
		r.Problem, err = s.problem(line)
	case bytes.HasPrefix(line, []byte(`{"account":`)):
		r.Account, err = s.account(line)
	default:
		return r, line, s.endAccount()
	}
	return r, line, err
}

func (s *stream) block(line []byte) (*Block, error) {
	a := s.sequence.account
	if a == nil {
		return nil, s.wrong("block without account")
	}
	b := &Block{Account: a.Name}
	c := newReader(string(line))
	c.recent, c.last = &s.recent, s.sequence.lastDir()
	if err := s.read(c, b.wire); err != nil {
		return nil, err
	}
	if err := b.check(c.last, b.groups != nil); err != nil {
		return nil, s.wrong("%v", err)
	}
	if err := s.header.checkContents(b.Changes); err != nil {
		return nil, s.wrong("%v", err)
	}
	if err := s.sequence.next(b); err != nil {
		return nil, s.wrong("%v", err)
	}
	if b.groups == nil {
		b.groups = groupIDs(a, b.Changes)
		s.recent.keep(b, c)
	}
	s.before = c.last
	s.sums.approved(line)
	return b, nil
}

func (s *stream) problem(line []byte) (*Problem, error) {
	if s.sequence.account == nil {
		return nil, s.wrong("problem without account")
	}
	p := new(Problem)
	if err := s.parse(line, p.wire); err != nil {
		return nil, err
	}
	p.Account = s.sequence.account.Name
	if err := p.check(); err != nil {
		return nil, s.wrong("%v", err)
	}
	if err := s.sequence.nextProblem(p); err != nil {
		return nil, s.wrong("%v", err)
	}
	s.sums.observed(line)
	return p, nil
}

func (s *stream) account(line []byte) (*Account, error) {
	if err := s.endAccount(); err != nil {
		return nil, err
	}
	a := new(Account)
	if err := s.parse(line, a.wire); err != nil {
		return nil, err
	}
	if err := a.check(); err != nil {
		return nil, s.wrong("%v", err)
	}
	if a.Name <= s.last {
		return nil, s.wrong("%s: not in order", Quote(a.Name))
	}
	s.last, s.sequence, s.recent = a.Name, sequence{account: a}, recentChanges{}
	s.sums.approved(line)
	return a, nil
}

func (s *stream) endAccount() error {
	if err := s.sequence.end(s.header.Limits); err != nil {
		return s.wrong("%v", err)
	}
	return nil
}

// trailer compares the rest of the file with what it has to be. first is a line
// that was read already.
func (s *stream) trailer(want *Trailer, first []byte) error {
	line := first
	for expected := range want.lines() {
		if !bytes.Equal(line, expected) {
			return s.wrong("the counts are not those of the steps")
		}
		s.sums.observed(line)
		var err error
		if line, err = s.line(); err != nil {
			return err
		}
	}
	return s.finish(line)
}

// finish compares the sums.
func (s *stream) finish(line []byte) error {
	if !bytes.Equal(line, s.sums.line()) {
		return s.wrong("the sums do not match: the file was damaged or changed by hand")
	}
	if _, err := s.lines.ReadByte(); !errors.Is(err, io.EOF) {
		s.number++
		return s.wrong("bytes after the end")
	}
	if err := s.sealed.check(); err != nil {
		return s.wrong("%v", err)
	}
	return nil
}

// skip is for a plan that was opened before: its trailer is known to be right
// if the sum is.
func (s *stream) skip(line []byte, file string) error {
	for !strings.HasPrefix(string(line), `{"sum":`) {
		s.sums.observed(line)
		var err error
		if line, err = s.line(); err != nil {
			return err
		}
	}
	if sumText(s.sums.file) != file {
		return s.wrong("not the plan that was opened")
	}
	return s.finish(line)
}
