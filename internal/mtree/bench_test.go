package mtree_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"rightful/internal/mtree"
	"rightful/plan"
)

// site is a hosting account's usual entries: long paths, few owners, an ACL
// here and there.
func site(n int) []mtree.Entry {
	entries := []mtree.Entry{root()}
	acl := "\x02\x00\x00\x00" + string(bytes.Repeat([]byte("\x01\x00\x06\x00\xff\xff\xff\xff"), 5))
	for i := range n {
		e := mtree.Of(fmt.Sprintf("home/user%02d/public_html/wp-content/plugins/some-plugin-%d/includes/class-%d.php", i/1000, i/50, i),
			plan.State{Type: plan.File, UID: uint32(1000 + i/1000), GID: uint32(1000 + i/1000), Mode: 0o644, Nlink: 1})
		e.Given |= mtree.User | mtree.Group
		e.User, e.Group = fmt.Sprintf("user%02d", i/1000), fmt.Sprintf("user%02d", i/1000)
		if i%50 == 0 {
			e.State.Access, e.Given = acl, e.Given|mtree.Access
		}
		entries = append(entries, e)
	}
	return entries
}

func perEntry(b *testing.B, entries int) {
	b.ReportMetric(float64(b.N)*float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkWrite(b *testing.B) {
	entries := site(20_000)
	b.ReportAllocs()
	for b.Loop() {
		w := mtree.NewWriter(io.Discard)
		for i := range entries {
			if err := w.Write(&entries[i]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	perEntry(b, len(entries))
}

func benchmarkRead(b *testing.B, manifest string, entries int) {
	b.SetBytes(int64(len(manifest)))
	b.ReportAllocs()
	for b.Loop() {
		r := mtree.NewReader(bytes.NewReader([]byte(manifest)), "m")
		n := 0
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != entries {
			b.Fatal(n)
		}
	}
	perEntry(b, entries)
}

func BenchmarkRead(b *testing.B) {
	entries := site(20_000)
	benchmarkRead(b, write(b, entries...), len(entries))
}

// BenchmarkReadRelative: as NetBSD's mtree writes it.
func BenchmarkReadRelative(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("/set type=file uid=0 gid=0 mode=0755 nlink=1 flags=none\n.               type=dir nlink=3\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "dir%d type=dir\n", i)
		for j := range 18 {
			fmt.Fprintf(&text, "    a\\sfile%d  mode=0644 size=0 time=1767323045.0 \\\n                sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", j)
		}
		text.WriteString("..\n")
	}
	benchmarkRead(b, text.String(), 1+19*1000)
}
