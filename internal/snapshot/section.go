package snapshot

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"rightful/internal/mtree"
	"rightful/internal/recorded"
	"rightful/plan"
)

// maxLoaded is how many homes are remembered that nobody may be in any more: a
// link from one home to another is asked about again and again.
const maxLoaded = 4

// load is a home's tree, read from where it begins.
func (s *Snapshot) load(home string) (*recorded.Tree, error) {
	s.mu.Lock()
	get := s.loaded[home]
	if get == nil {
		get = sync.OnceValues(func() (*recorded.Tree, error) { return s.readHome(home) })
		s.loaded[home] = get
	} else {
		s.recent = slices.DeleteFunc(s.recent, func(h string) bool { return h == home })
	}
	if s.recent = append(s.recent, home); len(s.recent) > maxLoaded {
		delete(s.loaded, s.recent[0])
		s.recent = s.recent[1:]
	}
	s.mu.Unlock()
	return get()
}

// errNextHome ends the reading of one.
var errNextHome = errors.New("the next home begins")

// homeReader reads one home, which was found to be right before.
type homeReader struct {
	*Snapshot
	home  string
	build *recorded.Builder
	begun bool
}

func (s *Snapshot) readHome(home string) (*recorded.Tree, error) {
	at := s.homes[home]
	in, err := mtree.Open(io.NewSectionReader(s.file, at, s.size-at))
	if err != nil {
		return nil, s.changed(home, err)
	}
	defer in.Close()
	h := &homeReader{Snapshot: s, home: home, build: recorded.NewBuilder()}
	lines := mtree.NewReader(in, s.name)
	lines.Comments(prefix, h.comment)
	for {
		e, err := lines.Next()
		switch {
		case errors.Is(err, errNextHome) && h.begun:
			tree, err := h.build.Tree(nil)
			if err != nil {
				return nil, s.changed(home, err)
			}
			return tree, nil
		case err != nil:
			return nil, s.changed(home, err)
		}
		if err := h.entry(&e); err != nil {
			return nil, s.changed(home, err)
		}
	}
}

// changed is an error that cannot be, had the file stayed as it was.
func (s *Snapshot) changed(home string, err error) error {
	return fmt.Errorf("%s: %s: not as it was when it was opened: %w", plan.Quote(s.name), plan.Quote(home), err)
}

func (h *homeReader) entry(e *mtree.Entry) error {
	p := absolute(e.Path)
	if !inside(p, h.home) {
		return nil // the home itself, or what a link leads to
	}
	entry, notes, err := entryOf(e)
	if err != nil {
		return err
	}
	rel := strings.TrimPrefix(p, h.home)
	if notes[noteHome] {
		return h.build.AddElsewhere(rel, entry, func() (*recorded.Tree, error) { return h.load(p) })
	}
	return h.build.Add(rel, entry)
}

func (h *homeReader) comment(data []byte) error {
	c, err := decode(data)
	if err != nil {
		return err
	}
	at := func(p *text, do func(string) error) error {
		switch {
		case p != nil && string(*p) == h.home:
			return do("/")
		case p == nil || !inside(string(*p), h.home):
			return nil
		}
		return do(strings.TrimPrefix(string(*p), h.home))
	}
	switch {
	case !h.begun:
		h.begun = c.Home != nil && string(*c.Home) == h.home
		if !h.begun {
			return errors.New("another home")
		}
		return nil
	case c.Home != nil || c.People != nil:
		return errNextHome
	}
	return errors.Join(
		at(c.Missing, h.build.AddMissing),
		at(c.Unseen, func(p string) error { return h.build.Add(p, recorded.Entry{Unseen: true}) }),
		at(c.Closed, h.build.Close), at(c.Barred, h.build.Bar))
}
