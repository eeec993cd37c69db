package mtree_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/mtree"
	"rightful/plan"
)

// root is what every manifest begins with.
func root() mtree.Entry { return mtree.Of(".", plan.State{Type: plan.Directory, Mode: 0o755}) }

func write(t testing.TB, entries ...mtree.Entry) string {
	t.Helper()
	var out bytes.Buffer
	w := mtree.NewWriter(&out)
	for i := range entries {
		if err := w.Write(&entries[i]); err != nil {
			t.Fatalf("%q: %v", entries[i].Path, err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// read is all entries down to the end or the error.
func read(manifest string) (entries []mtree.Entry, err error) {
	r := mtree.NewReader(strings.NewReader(manifest), "m")
	for {
		e, err := r.Next()
		if err == io.EOF {
			return entries, nil
		}
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
}

// hostile is a name as a customer may give to a file.
func hostile(r *rand.Rand) string {
	const likes = "\n\t\r \\#*?[]=/.\x00\x1b\x7f\x80\xa0\xa3\xaf\xdc\xff'\"$~a1sM^-x"
	name := make([]byte, 1+r.IntN(12))
	for i := range name {
		if name[i] = byte(r.IntN(256)); r.IntN(2) == 0 {
			name[i] = likes[r.IntN(len(likes))]
		}
		if name[i] == 0 || name[i] == '/' {
			name[i] = '_'
		}
	}
	if s := string(name); s != "." && s != ".." {
		return s
	}
	return "..."
}

// some is a state as the kernel may have it.
func some(r *rand.Rand) plan.State {
	s := plan.State{
		Type: plan.Type(1 + r.IntN(int(plan.BlockDevice))), UID: r.Uint32(), GID: r.Uint32(),
		Mode: plan.Mode(r.IntN(0o10000)), Flags: plan.Flags(r.IntN(4)),
	}
	switch s.Type {
	case plan.File:
		s.Nlink = r.Uint32()
	case plan.Symlink:
		s.Mode, s.Target = 0, hostile(r)+"/"+hostile(r)
	}
	if r.IntN(3) == 0 {
		s.Access, s.Default = hostile(r), hostile(r)
	}
	return s
}

// TestRoundTrip: what is written is read, byte for byte, and writes the same
// again.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		want := []mtree.Entry{root()}
		path := ""
		for range 30 {
			if path += "/" + hostile(r); r.IntN(4) == 0 {
				path = "/" + hostile(r)
			}
			e := mtree.Of(path[1:], some(r))
			if r.IntN(2) == 0 {
				e.Given |= mtree.User | mtree.Size
				e.User, e.Size = hostile(r), r.Int64()
			}
			if r.IntN(4) == 0 {
				e.Given |= mtree.Group | mtree.Notes | mtree.Keywords(r.IntN(8))*mtree.Optional
				e.Group, e.Notes = hostile(r), hostile(r)
			}
			want = append(want, e)
		}
		manifest := write(t, want...)
		got, err := read(manifest)
		if err != nil {
			t.Fatalf("%v\n%s", err, manifest)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-written +read)\n%s", diff)
		}
		if again := write(t, got...); again != manifest {
			t.Fatalf("written again:\n%s\nwant\n%s", again, manifest)
		}
	}
}

// TestBytes: the form that other tools see, and that stays.
func TestBytes(t *testing.T) {
	acl := "\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff"
	file := mtree.Of("home/a b\\#*\xff\n.txt", plan.State{Type: plan.File, UID: 1001, GID: 33, Mode: 0o4640, Nlink: 1})
	file.Given |= mtree.User | mtree.Group | mtree.Size
	file.User, file.Group, file.Size = "alice", `DOM\web`, 12
	got := write(t, root(),
		mtree.Of("home", plan.State{Type: plan.Directory, Mode: 0o7777, Nlink: 5, Default: acl, Access: acl, Flags: plan.AppendOnly | plan.Immutable}),
		file,
		mtree.Of("home/link", plan.State{Type: plan.Symlink, Mode: 0o777, Target: "../x y\\"}),
		mtree.Of("home/dev", plan.State{Type: plan.CharDevice, Mode: 0}),
	)
	want := `#mtree v2.0
. type=dir uid=0 gid=0 mode=0755
#: flags=schg,sappnd
#: xattr.system.posix_acl_access=AgAAAAEABgD/////
#: xattr.system.posix_acl_default=AgAAAAEABgD/////
./home type=dir uid=0 gid=0 mode=07777
./home/a\040b\134\043\052\377\012.txt type=file uid=1001 uname=alice gid=33 gname=DOM\134web mode=04640 nlink=1 size=12
./home/link type=link link=../x\040y\\ uid=0 gid=0
./home/dev type=char uid=0 gid=0 mode=0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestComments(t *testing.T) {
	var out bytes.Buffer
	w := mtree.NewWriter(&out)
	e := root()
	texts := []string{`{"a":"#mtree \\ é"}`, "", strings.Repeat("x", mtree.MaxComment-len("ours"))}
	for _, text := range texts {
		if err := w.Comment("ours", text); err != nil {
			t.Fatal(err)
		}
		if err := w.Comment("other", "not asked for"); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"two\nlines", "nul\x00", "escape\x1b", `backslash\`, strings.Repeat("x", mtree.MaxComment)} {
		if err := w.Comment("ours", bad); err == nil {
			t.Errorf("%.20q: taken", bad)
		}
	}
	for _, bad := range []string{"", "two words", "colon:", "line\n"} {
		if err := w.Comment(bad, "x"); err == nil {
			t.Errorf("prefix %q: taken", bad)
		}
	}
	if err := w.Write(&e); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}

	r := mtree.NewReader(&out, "m")
	var got []string
	r.Comments("ours", func(text []byte) error {
		got = append(got, string(text))
		return nil
	})
	if e, err := r.Next(); err != nil || e.Path != "." {
		t.Fatal(e, err)
	}
	if !slices.Equal(got, texts) {
		t.Errorf("read %.60q, want %.60q", got, texts)
	}
}

// TestCommentError: what the caller makes of a comment gets its place.
func TestCommentError(t *testing.T) {
	r := mtree.NewReader(strings.NewReader("#mtree\n# ours: 1\n. type=dir\n"), "host.mtree")
	r.Comments("ours", func(text []byte) error { return fmt.Errorf("%s is too little", text) })
	for range 2 {
		if _, err := r.Next(); err == nil || err.Error() != "host.mtree:2: 1 is too little" {
			t.Errorf("error = %v", err)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	dir := func(path string) mtree.Entry { return mtree.Of(path, plan.State{Type: plan.Directory}) }
	with := func(set func(*mtree.Entry)) mtree.Entry {
		e := dir("x")
		set(&e)
		return e
	}
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		e    mtree.Entry
		want string
	}{
		{dir(""), "path: an empty name"},
		{dir("/a"), "path: an empty name"},
		{dir("a/"), "path: an empty name"},
		{dir("a/../b"), "path: .. is no name"},
		{dir("./a"), "path: . is no name"},
		{dir("a\x00"), `path: "a\x00": a slash or a zero byte in a name`},
		{dir(long), "path: " + long[:64] + "...: longer than 255 bytes"},
		{dir(strings.Repeat("a/", 4096) + "a"), "path: deeper than 4096 names"},
		{with(func(e *mtree.Entry) { e.State.Type = 0 }), "type: 0 is no type"},
		{with(func(e *mtree.Entry) { e.State.Type = 99 }), "type: 99 is no type"},
		{with(func(e *mtree.Entry) { e.State.Mode = 0o10000 }), "mode: 10000 is no mode"},
		{with(func(e *mtree.Entry) { e.State.Flags = 4 }), "flags: 4 has flags without a name"},
		{with(func(e *mtree.Entry) { e.Size = -1 }), "size: -1 is no size"},
		{with(func(e *mtree.Entry) { e.Given |= mtree.User }), `uname, gname: "", "": empty, longer than 255 bytes, or with a zero byte`},
		{with(func(e *mtree.Entry) { e.Given |= mtree.Notes }), `rightful: "": empty, longer than 255 bytes, or with a zero byte`},
		{mtree.Of("l", plan.State{Type: plan.Symlink}), "link: a target of 0 bytes, not 1 to 4095"},
		{mtree.Of("l", plan.State{Type: plan.Symlink, Target: "a\x00"}), `link: "a\x00": a zero byte`},
	} {
		w := mtree.NewWriter(io.Discard)
		first := root()
		if err := w.Write(&first); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&c.e); err == nil || err.Error() != c.want {
			t.Errorf("%.20q: error %v, want %s", c.e.Path, err, c.want)
		}
	}
	for _, e := range []mtree.Entry{dir("x"), mtree.Of(".", plan.State{Type: plan.File})} {
		if err := mtree.NewWriter(io.Discard).Write(&e); err == nil {
			t.Errorf("%s as the first entry: taken", e.Path)
		}
	}
}

func TestKeywords(t *testing.T) {
	e := mtree.Of("a", plan.State{Type: plan.Directory})
	if got := (^e.Given).String(); got != "link, uname, gname, nlink, size, flags, xattr.system.posix_acl_access, xattr.system.posix_acl_default, rightful, optional, ignore, nochange" {
		t.Errorf("missing: %s", got)
	}
}
