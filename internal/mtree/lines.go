package mtree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines cuts a manifest into lines, each with those that it takes in.
type lines struct {
	in    *bufio.Reader
	file  string
	long  []byte // a line that the buffer does not hold
	size  int    // bytes of the line, with backslashes and newlines
	start int64  // where the last line began
	count int64
}

// next is a line without its newline, good until the call after; [io.EOF] after
// the last one.
func (l *lines) next() ([]byte, error) {
	l.start, l.size, l.long = l.count+1, 0, l.long[:0]
	for {
		from := len(l.long)
		line, err := l.physical()
		switch {
		case errors.Is(err, io.EOF) && l.count >= l.start:
			return nil, l.at(wrong("the file ends within a line"))
		case err != nil:
			return nil, err
		case from == 0 && isComment(line), !continues(line[from:]):
			return line, nil
		}
		if len(l.long) == 0 {
			l.long = append(l.long, line...)
		}
		l.long = l.long[:len(l.long)-1]
	}
}

// physical is the next line as the file has it, behind what is in long.
func (l *lines) physical() ([]byte, error) {
	from := len(l.long)
	for {
		part, err := l.in.ReadSlice('\n')
		l.size += len(part)
		switch {
		case l.size > maxLine:
			return nil, l.at(wrong("a line of more than %d bytes", maxLine))
		case errors.Is(err, bufio.ErrBufferFull):
			l.long = append(l.long, part...)
			continue
		case errors.Is(err, io.EOF) && len(part) == 0 && len(l.long) == from:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, l.at(err)
		}
		l.count++
		part = bytes.TrimSuffix(part, []byte("\n"))
		if len(l.long) == 0 {
			return part, nil
		}
		l.long = append(l.long, part...)
		return l.long, nil
	}
}

// at says where an error is.
func (l *lines) at(err error) error {
	var bad *FormatError
	if errors.As(err, &bad) {
		return &FormatError{File: l.file, Line: l.start, What: bad.What}
	}
	return fmt.Errorf("%s:%d: %w", l.file, l.start, err)
}

func isComment(line []byte) bool {
	first, _ := cutWord(line)
	return len(first) > 0 && first[0] == '#'
}

// cutWord cuts the first word off. It is empty where there is none.
func cutWord(line []byte) (word, rest []byte) {
	for len(line) > 0 && isBlank(line[0]) {
		line = line[1:]
	}
	for i, c := range line {
		if isBlank(c) {
			return line[:i], line[i+1:]
		}
	}
	return line, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
