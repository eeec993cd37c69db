package plan

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// The compressed bytes are sealed too: zstd has bits that mean nothing and
// frames that are skipped, so that a damaged file may decompress to the same
// plan. The seal is such a skippable frame at the very end (zstd tools pass over
// it): a SHA-256 of all that is before it.
const (
	sealHead = "\x5d\x2a\x4d\x18\x20\x00\x00\x00" // magic, and a length of 32
	sealSize = len(sealHead) + sha256.Size
)

func seal(of hash.Hash) []byte { return of.Sum([]byte(sealHead)) }

// sealed reads the compressed bytes before the seal and sums them.
type sealed struct {
	rest io.Reader
	sum  hash.Hash
	want []byte
	size int64 // of the file
}

// openSealed positions r at its start.
func openSealed(r io.ReadSeeker) (*sealed, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if size < int64(sealSize) {
		return nil, &FormatError{What: "too short to be a plan"}
	}
	if _, err := r.Seek(-int64(sealSize), io.SeekEnd); err != nil {
		return nil, err
	}
	want := make([]byte, sealSize)
	if _, err := io.ReadFull(r, want); err != nil {
		return nil, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return &sealed{io.LimitReader(r, size-int64(sealSize)), sha256.New(), want, size}, nil
}

func (s *sealed) Read(p []byte) (int, error) {
	n, err := s.rest.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

// check reads what is left and compares.
func (s *sealed) check() error {
	if _, err := io.Copy(io.Discard, s); err != nil {
		return err
	}
	if string(seal(s.sum)) != string(s.want) {
		return errors.New("truncated or damaged: the seal does not match")
	}
	return nil
}
