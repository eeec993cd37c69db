package plan

import (
	"fmt"
	"os"
	"slices"
)

// spoolMemory is how much of an account is kept in memory before it goes to disk.
const spoolMemory = 4 << 20

// spoolFirst is what is taken at once. Then it is doubled: append would grow it by
// a quarter, and copy everything several times.
const spoolFirst = 16 << 10

// spool holds records until they can be written in order: the first few MiB in
// memory, the rest in a file that has no name, so that nothing is left behind
// however the program ends.
type spool struct {
	dir     string
	memory  []byte
	file    *os.File
	flushed int64
}

// put returns where the record begins.
func (s *spool) put(record []byte) (int64, error) {
	if len(s.memory) > 0 && len(s.memory)+len(record) > spoolMemory {
		if err := s.flush(); err != nil {
			return 0, err
		}
	}
	at := s.flushed + int64(len(s.memory))
	if len(s.memory)+len(record) > cap(s.memory) {
		s.memory = slices.Grow(s.memory, max(len(s.memory), len(record), spoolFirst))
	}
	s.memory = append(s.memory, record...)
	return at, nil
}

func (s *spool) flush() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "rightful-plan-*")
		if err != nil {
			return fmt.Errorf("plan spool: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return fmt.Errorf("plan spool: %w", err)
		}
		s.file = f
	}
	if _, err := s.file.WriteAt(s.memory, s.flushed); err != nil {
		return fmt.Errorf("plan spool: %w", err)
	}
	s.flushed += int64(len(s.memory))
	s.memory = s.memory[:0]
	return nil
}

// get reads a record into buf, which grows as needed. The result is buf's
// memory, never the spool's own, which the next record would be read over.
func (s *spool) get(at int64, size int, buf []byte) ([]byte, error) {
	if at >= s.flushed {
		at -= s.flushed
		return append(buf[:0], s.memory[at:at+int64(size)]...), nil
	}
	if cap(buf) < size {
		buf = make([]byte, size)
	}
	if _, err := s.file.ReadAt(buf[:size], at); err != nil {
		return nil, fmt.Errorf("plan spool: %w", err)
	}
	return buf[:size], nil
}

func (s *spool) close() error {
	s.memory = nil
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}
