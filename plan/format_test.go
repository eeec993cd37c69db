package plan

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// unpack is the text of a plan without its last line.
func unpack(t testing.TB, file []byte) string {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:bytes.LastIndex(text, []byte(`{"sum":`))])
}

// pack makes a file of a text, with sums and seal that are right: what is wrong
// with it is in the text alone.
func pack(t testing.TB, text string) []byte {
	t.Helper()
	s := newSums()
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, `{"header":`):
			var h Header
			h.wire(newReader(line))
			s.header(&h, []byte(line))
		case strings.HasPrefix(line, `{"account":`), strings.HasPrefix(line, `{"block":`):
			s.approved([]byte(line))
		default:
			s.observed([]byte(line))
		}
	}
	var out bytes.Buffer
	packed := sha256.New()
	z, err := zstd.NewWriter(io.MultiWriter(&out, packed), zstd.WithWindowSize(64<<10), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true))
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(z, text)
	z.Write(s.line())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out.Write(seal(packed))
	return out.Bytes()
}

func openText(t testing.TB, text string) (*Plan, error) {
	t.Helper()
	return Open(bytes.NewReader(pack(t, text)))
}

// rewrite is the plan as a Writer writes it from what was read.
func rewrite(t testing.TB, p *Plan) string {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, p.Header)
	if err != nil {
		t.Fatal(err)
	}
	var a *Account
	d := NewDraft("")
	flush := func() {
		if a == nil {
			return
		}
		var held []Held
		for _, h := range a.Held {
			if !h.byLimit() {
				held = append(held, h)
			}
		}
		again := *a
		again.Held, again.Tally = held, Tally{}
		if err := w.Account(again, d); err != nil {
			t.Fatal(err)
		}
		d = NewDraft("")
	}
	for r, err := range p.Records() {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case r.Account != nil:
			flush()
			a = r.Account
		case r.Block != nil:
			b := *r.Block
			err = d.Add(&b)
		case r.Problem != nil:
			err = d.Problem(*r.Problem)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	flush()
	again, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if p.Digest != again.Digest {
		t.Fatal("another digest")
	}
	return unpack(t, out.Bytes())
}

func smallText(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/small.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadingIsStrict(t *testing.T) {
	text := smallText(t)
	p, err := openText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if again := rewrite(t, p); again != text {
		t.Fatalf("written again:\n%s", again)
	}
	for _, c := range [][2]string{
		{`"uid":1001`, `"uid":01001`},
		{`"uid":1001`, `"uid":1001.0`},
		{`"uid":1001`, `"uid":-1`},
		{`"uid":1001`, `"uid":4294967296`},
		{`"uid":1001`, `"uid": 1001`},
		{`"uid":1001`, `"uid":"1001"`},
		{`"uid":1001,"gid":1001`, `"gid":1001,"uid":1001`},
		{`"uid":1001`, `"uid":1001,"uid":1001`},
		{`"uid":1001`, `"UID":1001`},
		{`"uid":1001`, `"uid":1001,"colour":"red"`},
		{`"name":"alice"`, `"name":"\u0061lice"`},
		{`"name":"alice"`, `"name":""`},
		{`"mode":"0644"`, `"mode":"644"`},
		{`"mode":"0644"`, `"mode":"10644"`},
		{`\\xff`, `\\xFF`},
		{`\\xff`, `\\x41`},
		{`\\xff`, "\xff"},
		{`\u001b`, `\u001B`},
		{`\u000a`, `\n`},
		{`"etc"`, `"e/tc"`},
		{`"etc"`, `".."`},
		{`"etc"`, `"."`},
		{`"dir":"etc"`, `"dir":"../etc"`},
		{`"dir":"etc"`, `"dir":"/etc"`},
		{`"classes":["loosen"]`, `"classes":["tighten"]`},
		{`"classes":["loosen"]`, `"classes":[]`},
		{`"one_way":true`, `"one_way":false`},
		{`"type":"symlink"`, `"type":"fifo"`},
		{`"target":"public_html"`, `"target":"public_html\u0000"`},
		{`"steps":`, `"steps":1`},
		{`"inside":[12]`, `"inside":[12,0]`},
		{`"inside":[12]`, `"inside":[4294967296]`},
		{`"action":"remove"`, `"action":"replace"`},
		{`{"reason":"account.remove"`, `{"reason":"account.add"`},
		{`"held":[{"reason":"account.remove","message":"account.remove[bob]: 13 used, 0 allowed (count 0; default)"}],`, ``},
		{`13 used, 0 allowed`, `1 used, 2 allowed`},
		{`"data":"aGVsbG8K"`, `"data":"aGVsbG8L"`},
		{`"needs":"`, `"needs":"00`},
		{`{"header":`, "\n" + `{"header":`},
		{`{"trailer":`, `{"sum":"x"}` + "\n" + `{"trailer":`},
		{`"accounts_changed":`, `"accounts_changed":1`},
		{`"created":"2026-11-22T14:00:00.000000005Z"`, `"created":"2026-11-22T14:00:00.0000000050Z"`},
		{`"count":0,"source":"default"`, `"source":"default"`},
		{`"refused_now":4`, `"refused_now":40`},
		{`"now":3,"after":2`, `"now":10,"after":2`},
		{`"now":3,"after":2`, `"now":3,"after":2,"broken":3`},
		{`"now":3,"after":2`, `"now":1,"after":1`},
		{`"refused_after":2,"doubt_after":1`, `"refused_after":2,"doubt_after":1,"broken":1`},
		{`"more_findings":7`, `"more_findings":0`},
		{`"examples":["`, `"examples":["a","b","`},
		{`"check":"sshd",`, ``},
	} {
		bad := strings.Replace(text, c[0], c[1], 1)
		if bad == text {
			t.Errorf("%s: not in the plan", c[0])
		}
		var format *FormatError
		if _, err := openText(t, bad); !errors.As(err, &format) || format.Line == 0 {
			t.Errorf("%s for %s: %v", c[1], c[0], err)
		}
	}
}

// Lines that go missing, come twice or change places.
func TestLinesHaveTheirPlace(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(smallText(t), "\n"), "\n")
	for i := range lines {
		without := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		twice := strings.Join(lines[:i+1], "") + strings.Join(lines[i:], "")
		for _, text := range []string{without, twice} {
			if _, err := openText(t, text); err == nil {
				t.Errorf("line %d: accepted:\n%s", i+1, text)
			}
		}
		if i+1 == len(lines) {
			break
		}
		swapped := strings.Join(lines[:i], "") + lines[i+1] + lines[i] + strings.Join(lines[i+2:], "")
		if _, err := openText(t, swapped); err == nil {
			t.Errorf("lines %d and %d: accepted", i+1, i+2)
		}
	}
}

func TestOtherVersion(t *testing.T) {
	_, err := openText(t, strings.Replace(smallText(t), `"format":2,`, `"format":3,"new":true,`, 1))
	var format *FormatError
	if !errors.As(err, &format) || format.Version != 3 || !strings.Contains(err.Error(), "format version 3: only version 2 can be read") {
		t.Errorf("%v", err)
	}
}

// A small file must not become a large process.
func TestEndlessLine(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	if _, err := openText(t, `{"header":`+strings.Repeat("x", 2*maxLine)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("%v", err)
	}
}

// watched measures what is alive whenever a few more bytes are wanted.
type watched struct {
	*bytes.Reader
	reads int
	peak  uint64
}

func (w *watched) Read(p []byte) (int, error) {
	if w.reads++; w.reads%64 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		w.peak = max(w.peak, m.HeapAlloc)
	}
	return w.Reader.Read(p[:min(len(p), 4<<10)])
}

func TestOpenInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	var out bytes.Buffer
	w, err := NewWriter(&out, Header{Root: "/"})
	if err != nil {
		t.Fatal(err)
	}
	before := State{Type: File, UID: 1000, GID: 1000, Mode: 0o600, Nlink: 1}
	after := before
	after.Mode = 0o644
	seed := uint32(1)
	for i := range 40 {
		a := Account{Name: string([]byte{'a', byte('0' + i/10), byte('0' + i%10)}), UID: 1000, GID: 1000, Home: "/home/a"}
		d := NewDraft("")
		for dir := range 10 {
			b := &Block{Account: a.Name, Dir: "d" + string(rune('0'+dir)), Changes: []Change{{Action: Update, Classes: Loosen, Before: before, After: after}}}
			for n := range MaxBlock {
				seed = seed*1664525 + 1013904223
				b.Entries = append(b.Entries, Entry{Name: "n" + string([]byte{byte('0' + n/1000), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)}), ID: Identity{Ino: uint64(seed), Gen: seed * 7}})
			}
			if err := d.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Account(a, d); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	r := &watched{Reader: bytes.NewReader(out.Bytes())}
	p, err := Open(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d steps, %d bytes, %d KiB more alive than before", p.Trailer.Summary.Tally.Steps, out.Len(), (int64(r.peak)-int64(m.HeapAlloc))>>10)
	if r.peak > m.HeapAlloc+24<<20 {
		t.Errorf("%d MiB alive, %d before", r.peak>>20, m.HeapAlloc>>20)
	}
}

func FuzzOpen(f *testing.F) {
	text := smallText(f)
	f.Add(text)
	for line := range strings.Lines(text) {
		f.Add(strings.Replace(text, line, "", 1))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := openText(t, text)
		if err != nil {
			return
		}
		if again := rewrite(t, p); again != text {
			t.Fatalf("%q\nis written\n%q", text, again)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "\xff", `\xff`, `\\`, "\u2028\ufffd", "\xed\xa0\x80", "\n\x00\x7f\"", "é\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		form := string(appendText(nil, name))
		if got, n, ok := readText(form + "x"); !ok || got != name || n != len(form) {
			t.Fatalf("%q is written %s and read %q", name, form, got)
		}
		// Whatever reads as something is its one form.
		if got, n, ok := readText(name); ok && string(appendText(nil, got)) != name[:n] {
			t.Fatalf("%q reads as %q, which is written %s", name[:n], got, appendText(nil, got))
		}
	})
}
