package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"time"
)

// sums are the two that a plan ends with: of every byte before its last line,
// and of what is approved.
type sums struct {
	file, digest hash.Hash
}

func newSums() *sums { return &sums{sha256.New(), sha256.New()} }

// header is approved but for what says when, where from and by which version it
// was made, what was left out and what is not seen: two plans that do the same
// have the same digest.
func (s *sums) header(h *Header, line []byte) {
	s.file.Write(line)
	approved := *h
	approved.Created = time.Time{}
	approved.Tool = ""
	approved.Skipped = nil
	approved.Policy.Path, approved.Policy.Vars = "", nil
	approved.CannotSee = nil
	var c codec
	approved.wire(&c)
	c.literal("\n")
	s.digest.Write(c.out)
}

func (s *sums) approved(line []byte) {
	s.file.Write(line)
	s.digest.Write(line)
}

// observed are the lines that nobody approves: problems and the trailer.
func (s *sums) observed(line []byte) { s.file.Write(line) }

// line is the last one. It is not in either sum.
func (s *sums) line() []byte {
	return []byte(`{"sum":{"digest":"` + sumText(s.digest) + `","file":"` + sumText(s.file) + `"}}` + "\n")
}

func sumText(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }
