package snapshot

import (
	"crypto/sha256"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression says how a snapshot is stored.
type Compression int

const (
	Zstd Compression = iota
	Gzip
	Plain
)

// compressor makes frames that may stand one after the other.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

type plain struct{ io.Writer }

func (p *plain) Close() error      { return nil }
func (p *plain) Reset(w io.Writer) { p.Writer = w }

// packer compresses, and sums what it was given before.
type packer struct {
	z     compressor
	out   counter
	lines hash.Hash
}

type counter struct {
	io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

func newPacker(w io.Writer, c Compression) (*packer, error) {
	p := &packer{out: counter{Writer: w}, lines: sha256.New()}
	switch c {
	case Gzip:
		p.z = gzip.NewWriter(&p.out)
	case Plain:
		p.z = &plain{&p.out}
	default:
		z, err := zstd.NewWriter(&p.out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(4<<20), zstd.WithEncoderCRC(true))
		if err != nil {
			return nil, err
		}
		p.z = z
	}
	return p, nil
}

func (p *packer) Write(data []byte) (int, error) {
	p.lines.Write(data)
	return p.z.Write(data)
}

// cut begins a frame, and says where.
func (p *packer) cut() (at int64, err error) {
	err = p.z.Close()
	p.z.Reset(&p.out)
	return p.out.n, err
}

// tailSum sums all lines but the last.
type tailSum struct {
	hash.Hash
	tail []byte
}

func (t *tailSum) Write(p []byte) (int, error) {
	t.tail = append(t.tail, p...)
	for i := len(t.tail) - 2; i >= 0; i-- {
		if t.tail[i] == '\n' {
			t.Hash.Write(t.tail[:i+1])
			t.tail = append(t.tail[:0], t.tail[i+1:]...)
			break
		}
	}
	return len(p), nil
}
