package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"rightful/internal/mtree"
	"rightful/internal/recorded"
	"rightful/internal/userdb"
	"rightful/plan"
)

// Snapshot is one that was found to be whole. Its homes stay in the file.
type Snapshot struct {
	// Header is zero but for Root where the manifest is another tool's.
	Header  Header
	Foreign bool
	Users   *userdb.DB // nil where a manifest has none
	Passwd  *userdb.DB
	Limits  []byte // the host's ceiling, nil where it has none
	Digest  string // "sha256:...", of its text
	Entries int64
	// CannotSee is what another tool's manifest does not say.
	CannotSee []string

	name  string
	file  io.ReaderAt
	size  int64
	tree  *recorded.Tree
	marks map[string]bool
	files map[string]plan.Content
	homes map[string]int64 // where each begins

	mu     sync.Mutex
	loaded map[string]func() (*recorded.Tree, error)
	recent []string // of those, the last one last
}

// reader is the first pass, which checks everything and keeps what is above the
// homes.
type reader struct {
	*Snapshot
	lines   *mtree.Reader
	build   *recorded.Builder
	begun   bool   // an entry was read
	home    string // the one in hand
	passed  map[string]bool
	texts   map[string]*strings.Builder
	people  *people
	end     *end
	entries int64
	foreign *foreign
}

// Open reads a snapshot from beginning to end and refuses one that is not whole.
// Name is for errors. The snapshot goes on reading from file, which the caller
// closes after its last use. Another tool's manifest is read as f says.
func Open(file io.ReaderAt, size int64, name string, f Foreign) (*Snapshot, error) {
	s := &Snapshot{
		name: name, file: file, size: size, marks: map[string]bool{}, files: map[string]plan.Content{},
		homes: map[string]int64{}, loaded: map[string]func() (*recorded.Tree, error){},
	}
	in, err := mtree.Open(io.NewSectionReader(file, 0, size))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", plan.Quote(name), err)
	}
	defer in.Close()
	sum := &tailSum{Hash: sha256.New()}
	r := &reader{Snapshot: s, build: recorded.NewBuilder(), passed: map[string]bool{}, texts: map[string]*strings.Builder{}}
	r.lines = mtree.NewReader(io.TeeReader(in, sum), name)
	r.lines.Comments(prefix, r.comment)
	r.foreign = newForeign(r, f)
	if err := r.read(); err != nil {
		return nil, err
	}
	if err := r.finish(sum); err != nil {
		return nil, err
	}
	return s, nil
}

func (r *reader) wrong(format string, args ...any) error {
	return &mtree.FormatError{File: r.name, Line: r.lines.Line(), What: fmt.Sprintf(format, args...)}
}

func (r *reader) read() error {
	for {
		e, err := r.lines.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if r.end != nil {
			return r.wrong("something stands after the end")
		}
		if r.entries++; r.entries == 1 {
			r.Foreign, r.begun = r.Header == Header{}, true
		}
		if r.Foreign {
			err = r.foreign.add(&e)
		} else {
			err = r.entry(&e)
		}
		switch {
		case errors.Is(err, errNoUsers):
			return &NoUsersError{r.name}
		case err != nil:
			return r.wrong("%v", err)
		}
	}
}

// entry keeps what is not in the home in hand.
func (r *reader) entry(e *mtree.Entry) error {
	p := absolute(e.Path)
	entry, notes, err := entryOf(e)
	switch {
	case err != nil:
		return err
	case p == r.home:
		return r.build.AddElsewhere(p, entry, func() (*recorded.Tree, error) { return r.load(p) })
	case inside(p, r.home):
		return nil
	case notes[noteHome]:
		return fmt.Errorf("%s: a home of its own in no other", plan.Quote(p))
	}
	return r.build.Add(p, entry)
}

// inside reports whether a path is below a home.
func inside(p, home string) bool { return home != "" && strings.HasPrefix(p, home+"/") }

func absolute(rel string) string {
	if rel == "." {
		return "/"
	}
	return "/" + rel
}

// entryOf is an entry of ours, which says everything.
func entryOf(e *mtree.Entry) (recorded.Entry, map[string]bool, error) {
	need := mtree.Type | mtree.UID | mtree.GID
	switch e.State.Type {
	case plan.Symlink:
		need |= mtree.Target
	case plan.File:
		need |= mtree.Mode | mtree.Nlink
	default:
		need |= mtree.Mode
	}
	if lacks := need &^ e.Given; lacks != 0 {
		return recorded.Entry{}, nil, fmt.Errorf("%s: without %v", plan.Quote(e.Path), lacks)
	}
	notes := map[string]bool{}
	for note := range strings.SplitSeq(e.Notes, ",") {
		switch note {
		case noteMount, noteCaps, notePartial, noteHome, noteNoACLs:
			notes[note] = true
		case "":
		default:
			return recorded.Entry{}, nil, fmt.Errorf("%s: note %s is unknown", plan.Quote(e.Path), plan.Quote(note))
		}
	}
	return recorded.Entry{
		State: e.State, Mount: notes[noteMount], Capabilities: notes[noteCaps], Partial: notes[notePartial], NoACLs: notes[noteNoACLs],
	}, notes, nil
}

// comment takes one of ours.
func (r *reader) comment(data []byte) error {
	c, err := decode(data)
	if err != nil {
		return r.wrong("%v", err)
	}
	switch {
	case r.end != nil:
		return r.wrong("something stands after the end")
	case c.Header != nil && (r.begun || r.Header != Header{}):
		return r.wrong("a second beginning")
	case c.Header == nil && r.Header == Header{}:
		return r.wrong("a comment before the beginning")
	}
	if err := r.take(c); err != nil {
		return r.wrong("%v", err)
	}
	return nil
}

func (r *reader) take(c *record) error {
	switch {
	case c.Header != nil:
		r.begin(c.Header)
	case c.Mark != nil:
		r.marks[string(c.Mark.Path)] = c.Mark.There
	case c.File != nil:
		r.files[string(c.File.Path)] = plan.Content{SHA256: c.File.SHA256, Size: c.File.Size, From: string(c.File.Path)}
	case c.Home != nil:
		r.home = string(*c.Home)
		if r.passed[r.home] || !path.IsAbs(r.home) || path.Clean(r.home) != r.home {
			return fmt.Errorf("home %s: no path, or there twice", plan.Quote(r.home))
		}
		r.passed[r.home] = true
	case c.Missing != nil:
		return r.outside(*c.Missing, r.build.AddMissing)
	case c.Unseen != nil:
		return r.outside(*c.Unseen, func(p string) error { return r.build.Add(p, recorded.Entry{Unseen: true}) })
	case c.Closed != nil:
		return r.ofHome(*c.Closed)
	case c.Barred != nil:
		return r.ofHome(*c.Barred)
	case c.Text != nil:
		if r.texts[c.Text.Of] == nil {
			r.texts[c.Text.Of] = &strings.Builder{}
		}
		r.texts[c.Text.Of].WriteString(string(c.Text.Text))
	case c.People != nil:
		r.people = c.People
	case c.Index != nil:
		return r.indexed(*c.Index)
	case c.End != nil:
		r.end = c.End
	}
	return nil
}

// outside does something for a path that is not inside the home in hand.
func (r *reader) outside(p text, do func(string) error) error {
	if inside(string(p), r.home) {
		return nil
	}
	return do(string(p))
}

// ofHome refuses a remark about what is not in the home in hand. It comes with the
// home's contents.
func (r *reader) ofHome(p text) error {
	if string(p) != r.home && !inside(string(p), r.home) {
		return fmt.Errorf("%s: is not in the home %s", plan.Quote(string(p)), plan.Quote(r.home))
	}
	return nil
}

func (r *reader) begin(h *header) {
	r.Header = Header{
		Taken: h.Taken.UTC(), Tool: string(h.Tool), Host: plan.Host{Name: string(h.Host), MachineID: string(h.MachineID)},
		Root: string(h.Root), Caller: h.Caller, Anonymized: h.Anonymized,
	}
}

func (r *reader) indexed(list []section) error {
	for _, s := range list {
		if _, twice := r.homes[string(s.Home)]; twice || !r.passed[string(s.Home)] || s.At < 0 || s.At >= r.size {
			return fmt.Errorf("home %s: is not where the index says", plan.Quote(string(s.Home)))
		}
		r.homes[string(s.Home)] = s.At
	}
	return nil
}

// finish holds the end against what was read.
func (r *reader) finish(sum *tailSum) error {
	trust := func(uid uint32) bool { return uid == 0 || uid == r.Header.Caller }
	switch {
	case r.entries == 0 && r.Header == Header{}:
		return r.wrong("no entry: this is no manifest")
	case r.Foreign:
		if err := r.foreign.finish(); err != nil {
			return err
		}
	case r.end == nil || !bytes.HasSuffix(sum.tail, []byte("\n")):
		return r.wrong("the file ends here: it is truncated")
	case r.end.SHA256 != hex.EncodeToString(sum.Sum(nil)) || r.end.Entries != r.entries || len(r.homes) != len(r.passed):
		return r.wrong("the sum does not match: it was damaged or changed by hand")
	default:
		if err := r.who(); err != nil {
			return r.wrong("%v", err)
		}
	}
	r.Entries = r.entries
	sum.Hash.Write(sum.tail)
	r.Digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	var err error
	if r.tree, err = r.build.Tree(trust); err != nil {
		return fmt.Errorf("%s: %w", plan.Quote(r.name), err)
	}
	return nil
}

func (r *reader) text(of string) string {
	if b := r.texts[of]; b != nil {
		return b.String()
	}
	return ""
}
