package mtree

import (
	"bufio"
	"bytes"
	"hash/maphash"
	"io"

	"rightful/plan"
)

// Reader reads a manifest entry by entry.
type Reader struct {
	lines    lines
	values   values
	place    place
	set      Entry // what /set says
	next     Entry // what the comments above the next entry say, and set
	begun    bool  // next is in use
	comments map[string]func(text []byte) error
	err      error
}

// NewReader reads a manifest. What file it is, is for errors only.
func NewReader(r io.Reader, file string) *Reader {
	return &Reader{
		lines:    lines{in: bufio.NewReaderSize(r, 64<<10), file: file},
		values:   values{seed: maphash.MakeSeed()},
		comments: map[string]func([]byte) error{},
	}
}

// Comments has f called with the text of every comment that a [Writer] made with
// that prefix, in order, before [Reader.Next] returns an entry that stands below
// it. f owns the text until it returns. Its error ends the reading.
func (r *Reader) Comments(prefix string, f func(text []byte) error) { r.comments[prefix] = f }

// Next is the next entry, [io.EOF] after the last one. What is wrong with the
// manifest is a [*FormatError]; any error stays.
func (r *Reader) Next() (Entry, error) {
	for r.err == nil {
		var line []byte
		if line, r.err = r.lines.next(); r.err != nil {
			break
		}
		e, found, err := r.line(line)
		if err != nil {
			r.err = r.lines.at(err)
			break
		}
		if found {
			return e, nil
		}
	}
	if r.err == io.EOF && r.begun {
		r.err = r.lines.at(errNoEntry)
	}
	return Entry{}, r.err
}

var errNoEntry = wrong("a comment with keywords, and no entry below it")

// Line is where the last entry, or what is wrong, begins.
func (r *Reader) Line() int64 { return r.lines.start }

// line reads one, which may be an entry.
func (r *Reader) line(line []byte) (e Entry, found bool, err error) {
	word, rest := cutWord(line)
	switch {
	case len(word) == 0:
	case word[0] == '#':
		err = r.comment(bytes.TrimLeft(line, " \t"))
	case word[0] != '/' && string(word) != "..":
		e, err = r.entry(word, rest)
		return e, true, err
	case r.begun:
		err = errNoEntry
	case string(word) == "..":
		err = r.place.leave()
	case string(word) == "/set":
		err = r.keywords(&r.set, rest, every&^Notes)
	case string(word) == "/unset":
		r.unset(rest)
	default:
		err = wrong("path: %s: neither /set nor /unset, nor below the root", excerpt(word))
	}
	return Entry{}, false, err
}

// comment is one of a prefix, or keywords for the next entry, or for people.
func (r *Reader) comment(line []byte) error {
	if keywords, ok := bytes.CutPrefix(line, []byte("#: ")); ok {
		if !r.begun {
			r.next, r.begun = r.set, true
		}
		return r.keywords(&r.next, keywords, aside)
	}
	line, ok := bytes.CutPrefix(line, []byte("# "))
	prefix, text, ok2 := bytes.Cut(line, []byte(": "))
	if f := r.comments[string(prefix)]; ok && ok2 && f != nil {
		return f(text)
	}
	return nil
}

func (r *Reader) unset(words []byte) {
	for {
		var word []byte
		switch word, words = cutWord(words); {
		case len(word) == 0:
			return
		case string(word) == "all":
			r.set = Entry{}
		default:
			r.set.drop(keywordOf(word))
		}
	}
}

func (r *Reader) entry(word, rest []byte) (Entry, error) {
	e := r.set
	if r.begun {
		e, r.next, r.begun = r.next, Entry{}, false
	}
	if err := r.keywords(&e, rest, every&^Notes); err != nil {
		return Entry{}, err
	}
	e.settle()
	err := r.locate(&e, word)
	return e, err
}

// keywords reads "uid=0 mode=0755" into e, those among known.
func (r *Reader) keywords(e *Entry, words []byte, known Keywords) error {
	var here Keywords
	for {
		var word []byte
		if word, words = cutWord(words); len(word) == 0 || word[0] == '#' {
			e.displace(here)
			return nil
		}
		name, value, hasValue := bytes.Cut(word, []byte("="))
		k := keywordOf(name) & known
		switch {
		case k == 0:
		case k&(Optional|Ignore|NoChange) != 0:
			e.Given |= k
		case !hasValue:
			return wrong("%s: no value", k.name())
		case len(value) == 0 && k&(User|Group) != 0:
			e.drop(k) // so does gomtree say that a tar archive has no name
		default:
			if err := r.values.read(e, k, value); err != nil {
				return err
			}
			here |= k
		}
	}
}

// locate gives an entry its path. "." is the root wherever it stands, and opens
// nothing: NetBSD's spec.c.
func (r *Reader) locate(e *Entry, word []byte) error {
	isDir := e.State.Type == plan.Directory
	if string(word) == "." {
		e.Path = "."
		if !isDir && e.Given&Type != 0 {
			return wrong("type: the root is no directory")
		}
		return nil
	}
	down := r.place.relative
	if _, _, isFull := cutName(word); isFull {
		down = r.place.full
	}
	if err := down(word); err != nil {
		return err
	}
	e.Path = string(r.place.path)
	r.place.settle(isDir)
	return nil
}
