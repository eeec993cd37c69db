package snapshot

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"rightful/internal/mtree"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// Options say what to record.
type Options struct {
	Header Header
	Policy *spec.Policy
	Tree   reconcile.Tree
	Files  reconcile.Files
	Users  *userdb.DB
	Passwd *userdb.DB // the passwd file alone; the same as Users where that is so
	Limits []byte     // the host's ceiling, as it is written; nil where there is none
	Survey *reconcile.Survey

	Compression Compression
	// Salt makes names anonymous where it is not empty.
	Salt     []byte
	Pace     func(entries int) // as reconcile's
	Progress *reconcile.Progress
}

// Summary is what was recorded.
type Summary struct {
	Accounts, Entries int64
	Digest            string // "sha256:...", of the file's text
}

// writer is a snapshot under way. It keeps the first error.
type writer struct {
	Options
	pack  *packer
	lines *mtree.Writer
	err   error

	entries int64
	index   []section
	homes   map[string]bool // resolved, that are recorded as such
	folders map[string]bool // homes' folders that keep no ACLs
	outside map[string]bool // paths outside the homes that are written
	uids    map[uint32]bool
	gids    map[uint32]bool
	names   *names // nil where names stay
}

// Write walks all homes of the survey and writes the snapshot to out. What cannot
// be seen is recorded as such; its error is one of writing, or the context's.
func Write(ctx context.Context, out io.Writer, o Options) (*Summary, error) {
	pack, err := newPacker(out, o.Compression)
	if err != nil {
		return nil, err
	}
	w := &writer{
		Options: o, pack: pack, lines: mtree.NewWriter(pack),
		homes: map[string]bool{}, folders: map[string]bool{}, outside: map[string]bool{},
		uids: map[uint32]bool{}, gids: map[uint32]bool{},
	}
	all := append(slices.Clone(o.Survey.Accounts), o.Survey.Skipped...)
	sortAccounts(all)
	w.head()
	sections := w.ways(all)
	if len(o.Salt) > 0 {
		w.names = newNames(o.Salt, o.Policy, sections)
	}
	if err := w.files(all); err != nil {
		return nil, err
	}
	for _, home := range sections {
		if w.err == nil {
			w.err = context.Cause(ctx)
		}
		w.home(ctx, home)
	}
	if err := w.people(all); err != nil {
		return nil, err
	}
	sum := w.end()
	return &Summary{int64(len(sections)), w.entries, sum}, w.err
}

func (w *writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) record(r *record) {
	line, err := r.encode()
	w.keep(err)
	if w.err == nil {
		w.keep(w.lines.Comment(prefix, line))
	}
}

func (w *writer) note(field **text, r *record, p string) {
	t := text(p)
	*field = &t
	w.record(r)
}

func (w *writer) missing(p string) { r := &record{}; w.note(&r.Missing, r, p) }
func (w *writer) unseen(p string)  { r := &record{}; w.note(&r.Unseen, r, p) }
func (w *writer) barred(p string)  { r := &record{}; w.note(&r.Barred, r, p) }
func (w *writer) closed(p string)  { r := &record{}; w.note(&r.Closed, r, p) }

// text writes a text of any length in parts that fit in comments, whatever bytes
// they have.
func (w *writer) text(of, all string) {
	const most = mtree.MaxComment / 6 // \\ooo and the quotes
	for len(all) > 0 {
		n := min(most, len(all))
		w.record(&record{Text: &part{of, text(all[:n])}})
		all = all[n:]
	}
}

// entry writes what stands at an absolute path.
func (w *writer) entry(p string, s plan.State, notes ...string) {
	if w.err != nil {
		return
	}
	rel := strings.TrimPrefix(p, "/")
	if rel == "" {
		rel = "."
	}
	e := mtree.Of(rel, s)
	if len(notes) > 0 {
		e.Notes, e.Given = strings.Join(notes, ","), e.Given|mtree.Notes
	}
	w.keep(w.lines.Write(&e))
	w.entries++
	w.mention(&s)
}

func (w *writer) head() {
	h := &w.Header
	w.record(&record{Header: &header{
		Version: Version, Taken: h.Taken.UTC(), Tool: text(h.Tool), Host: text(h.Host.Name), MachineID: text(h.Host.MachineID),
		Root: text(h.Root), Caller: h.Caller, Anonymized: len(w.Salt) > 0,
	}})
	w.text(ofLimits, string(w.Limits))
}

// files notes what the policy says of other files than those in homes.
func (w *writer) files(all []reconcile.Surveyed) error {
	for _, a := range all {
		for _, s := range w.Policy.SkipWhen {
			p := s.Path(a.Name)
			there, err := w.Files.Exists(p)
			if err != nil {
				return err
			}
			w.record(&record{Mark: &mark{text(p), there}})
		}
	}
	for _, p := range sources(w.Policy) {
		c, err := w.Files.Content(p)
		if err != nil {
			return err
		}
		w.record(&record{File: &file{text(p), c.Size, c.SHA256}})
	}
	return nil
}

func sources(p *spec.Policy) (all []string) {
	known := map[string]bool{"": true}
	add := func(l *spec.Line) {
		if !known[l.From] {
			known[l.From] = true
			all = append(all, l.From)
		}
	}
	for _, profile := range p.Profiles {
		for i := range profile.Layout {
			add(&profile.Layout[i])
		}
	}
	return all
}

// end writes the index and the sum, and returns the sum of everything.
func (w *writer) end() string {
	const most = 64 // with homes of PATH_MAX bytes they may be too many all the same
	for i := 0; i < len(w.index); {
		n := min(most, len(w.index)-i)
		for n > 1 && w.tooLong(w.index[i:i+n]) {
			n /= 2
		}
		list := w.index[i : i+n]
		w.record(&record{Index: &list})
		i += n
	}
	w.keep(w.lines.Flush())
	w.record(&record{End: &end{w.entries, hex.EncodeToString(w.pack.lines.Sum(nil))}})
	w.keep(w.lines.Flush())
	w.keep(w.pack.z.Close())
	return "sha256:" + hex.EncodeToString(w.pack.lines.Sum(nil))
}

func (w *writer) tooLong(list []section) bool {
	line, err := (&record{Index: &list}).encode()
	return err == nil && len(line)+len(prefix) > mtree.MaxComment
}

// inHome reports whether a path belongs to a home that is recorded as such.
func (w *writer) inHome(p string) bool {
	for dir := p; dir != "/"; dir = path.Dir(dir) {
		if w.homes[dir] {
			return true
		}
	}
	return false
}

var errFull = errors.New("more than can be recorded")
