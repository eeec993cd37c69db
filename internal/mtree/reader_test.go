package mtree_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rightful/internal/mtree"
	"rightful/plan"
)

// TestRead: what the golden manifests do not have. The want is this package's
// form without the root.
func TestRead(t *testing.T) {
	for _, c := range []struct{ name, manifest, want string }{
		{"nothing known", "a", "./a"},
		{"blanks", "\n \t \n  a\t type=dir \t mode=755\n", "./a type=dir mode=0755"},
		{"no newline at the end", "a mode=1", "./a mode=01"},
		{"comments", "#a\n  # b\na uid=1 # uid=2\n", "./a uid=1"},
		{"a comment does not continue", "# a \\\na uid=1", "./a uid=1"},
		{"the last value counts", "a uid=1 uid=2", "./a uid=2"},
		{"what is not known", "a foo bar=1 xattr.user.x=? time=1.0 mode=7", "./a mode=07"},
		{"set, unset", "/set uid=1 gid=2 optional\na\n/unset gid foo optional\nb uid=3\n/unset all\nc", "./a uid=1 gid=2 optional\n./b uid=3\n./c"},
		{"a name displaces a number", "/set uid=1 gname=x\na uname=y gid=4\n/set uname=z\nb", "./a uname=y gid=4\n./b uname=z gname=x"},
		{"number and name", "/set uid=1 uname=a\nb\nc uname=", "./b uid=1 uname=a\n./c uid=1"},
		{"names as they are", `a uname=DOM\user gname=DOM\040x`, `./a uname=DOM\134user gname=DOM\040x`},
		{"links have no mode", "/set mode=644 nlink=3 link=x\na type=link\nb type=file\nc type=dir", "./a type=link link=x\n./b type=file mode=0644 nlink=3\n./c type=dir mode=0644"},
		{"flags", "a flags=none\nb flags=uchg,nodump\nc flags=schange\nd flags=sappnd,simmutable\ne flags=", "./a flags=none\n#: flags=schg\n./b\n#: flags=schg\n./c\n#: flags=schg,sappnd\n./d\n./e flags=none"},
		{"an ACL that is known to be none", "a xattr.system.posix_acl_access=", "#: xattr.system.posix_acl_access=\n./a"},
		{"aside, in pieces", "#: flags=schg uid=7\n# other\n#: xattr.system.posix_acl_default=AAAA\na\nb", "#: flags=schg\n#: xattr.system.posix_acl_default=AAAA\n./a\n./b"},
		{"notes are ours", "/set rightful=x\na rightful=y\n#: rightful=mount\nb", "./a\n#: rightful=mount\n./b"},
		{"aside, and set", "/set uid=1\n#: flags=schg\na", "#: flags=schg\n./a uid=1"},
		{"descent", "a type=dir\nb type=dir\nc\n..\nd\n.. ignored=1\ne\n..", "./a type=dir\n./a/b type=dir\n./a/b/c\n./a/d\n./e"},
		{"full paths move", "./a/b type=dir\nc\n./a/d type=file\ne\n..\nf", "./a/b type=dir\n./a/b/c\n./a/d type=file\n./a/e\n./f"},
		{"full paths do not need ./", "a/b uid=1", "./a/b uid=1"},
		{"the root again", "a type=dir\n. type=dir\nb", "./a type=dir\n. type=dir\n./a/b"},
		{"after the root", "..\n./a/b type=file\nc", "./a/b type=file\n./a/c"},
		{"escapes with slashes", `a\M-/b` + "\n./x/" + `a\M-/b`, `./a\257b` + "\n" + `./x/a\257b`},
		{"dots", "...\n.a\n..b\n./..c/d", "./...\n./.a\n./..b\n./..c/d"},
	} {
		entries, err := read(c.manifest)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := strings.SplitN(write(t, slices.Insert(entries, 0, root())...), "\n", 3)[2]
		if diff := cmp.Diff(c.want+"\n", got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	long := strings.Repeat("x", 256)
	for manifest, want := range map[string]string{
		"a\nb mode=":                          `2: mode: "" is no octal number up to 7777`,
		"a mode":                              `1: mode: no value`,
		"a mode=888":                          `1: mode: 888 is no octal number up to 7777`,
		"a mode=10000":                        `1: mode: 10000 is no octal number up to 7777`,
		"a mode=u+x":                          `1: mode: u+x is no octal number up to 7777`,
		"a uid=-1":                            `1: uid: -1 is no number below 2^32`,
		"a gid=4294967296":                    `1: gid: 4294967296 is no number below 2^32`,
		"a nlink=0x1":                         `1: nlink: 0x1 is no number below 2^32`,
		"a size=-1":                           `1: size: -1 is no number below 2^63`,
		"a type=door":                         `1: type: door is no type`,
		"a type=\x1b[1m" + long:               `1: type: "\x1b[1m` + long[:60] + `"... is no type`,
		"a link=":                             `1: link: a target of 0 bytes, not 1 to 4095`,
		"a link=" + strings.Repeat("x", 4096): `1: link: a target of 4096 bytes, not 1 to 4095`,
		`a link=\000`:                         `1: link: "\x00": a zero byte`,
		`a link=\q`:                           `1: link: "\\q": "\\q" is no escape of vis(3)`,
		"a link=b#c":                          `1: link: "b#c": a # that is not escaped`,
		"a uname=" + long:                     `1: uname: ` + long[:64] + `...: empty, longer than 255 bytes, or with a zero byte`,
		`a gname=\000`:                        `1: gname: "\x00": empty, longer than 255 bytes, or with a zero byte`,
		"a xattr.system.posix_acl_access=AA":  `1: xattr.system.posix_acl_access: AA is not base64`,
		"#: xattr.system.posix_acl_default=?": `1: xattr.system.posix_acl_default: "?" is not base64`,
		"#: rightful=\na":                     `1: rightful: "": empty, longer than 255 bytes, or with a zero byte`,
		"#: flags=schg\n..":                   `2: a comment with keywords, and no entry below it`,
		"#: flags=schg":                       `2: a comment with keywords, and no entry below it`,
		"a\n/set uid=x":                       `2: uid: x is no number below 2^32`,
		"/sets uid=0":                         `1: path: /sets: neither /set nor /unset, nor below the root`,
		"/etc/passwd":                         `1: path: /etc/passwd: neither /set nor /unset, nor below the root`,
		"..\n..":                              `2: path: .. above the root`,
		"a type=dir\n..\n..\nb":               `4: path: b: no directory is open: there are more .. than directories`,
		"a/":                                  `1: path: an empty name`,
		"./":                                  `1: path: an empty name`,
		"a//b":                                `1: path: an empty name`,
		"./../b":                              `1: path: .. is no name`,
		"a/./b":                               `1: path: . is no name`,
		`\056\056`:                            `1: path: .. is no name`,
		`\056`:                                `1: path: . is no name`,
		`\$`:                                  `1: path: an empty name`,
		`a\057b`:                              `1: path: a/b: a slash or a zero byte in a name`,
		`./a\057b`:                            `1: path: a/b: a slash or a zero byte in a name`,
		"a\x00b":                              `1: path: "a\x00b": a slash or a zero byte in a name`,
		"a#b uid=0":                           `1: path: "a#b": a # that is not escaped`,
		`a\400`:                               `1: path: "a\\400": "\\400" is no escape of vis(3)`,
		long:                                  `1: path: ` + long[:64] + `...: longer than 255 bytes`,
		". type=file":                         `1: type: the root is no directory`,
		"a uid=1 \\":                          `1: the file ends within a line`,
		"a\nb \\\n\\\nuid=x":                  `2: uid: x is no number below 2^32`,
		strings.Repeat("a/", 4096) + "a":      `1: path: deeper than 4096 names`,
		"/set type=dir\n" + strings.Repeat("a\n", 4097) + "b\n": `4098: path: deeper than 4096 names`,
	} {
		_, err := read(manifest)
		var bad *mtree.FormatError
		if !errors.As(err, &bad) || err.Error() != "m:"+want {
			t.Errorf("%.40q: error\n%v, want\nm:%s", manifest, err, want)
		}
	}
}

// TestReadError: what is wrong below comes through, with the place.
func TestReadError(t *testing.T) {
	r := mtree.NewReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(os.ErrDeadlineExceeded)), "m")
	if e, err := r.Next(); err != nil || e.Path != "a" {
		t.Fatal(e, err)
	}
	if _, err := r.Next(); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.HasPrefix(err.Error(), "m:2: ") {
		t.Errorf("error = %v", err)
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	for n := range b {
		b[n] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	return len(b), nil
}

// TestMemory: a line without an end is given up, and manifests without an end
// are read in the same memory.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	for _, text := range []string{"x", "x\\\n", "\\\n", " ", "#", "uid=1 "} {
		_, err := mtree.NewReader(&endless{text: text}, "m").Next()
		var bad *mtree.FormatError
		if !errors.As(err, &bad) {
			t.Errorf("%q for ever: %v", text, err)
		}
	}
	for _, text := range []string{"./a/b type=dir mode=755\nc uid=1 uname=x\n", "a type=dir\nb\n..\n", "# ours: x\n./a/b\n", "/set uid=1\n./a/b uname=y\n"} {
		r := mtree.NewReader(&endless{text: text}, "m")
		var before, after runtime.MemStats
		for i := range 150_000 {
			if i == 50_000 {
				runtime.GC()
				runtime.ReadMemStats(&before)
			}
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if after.HeapAlloc > before.HeapAlloc+1<<20 {
			t.Errorf("%q: %d bytes, then %d", text, before.HeapAlloc, after.HeapAlloc)
		}
		runtime.KeepAlive(r)
	}
}

// FuzzReader: whatever a file has, reading it ends, and what was read is within
// what a Writer takes, and is the same when it is written and read again.
func FuzzReader(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		// In pieces: a fuzzer makes little of long inputs.
		for lines := range slices.Chunk(strings.SplitAfter(string(a.Files[0].Data), "\n"), 12) {
			f.Add(strings.Join(lines, ""))
		}
	}
	f.Add("a type=dir\n..\n..\nb\n#: flags=schg\n\\M-/ link=\\^\\ \\\n uid=1")
	f.Fuzz(func(t *testing.T, manifest string) {
		want, _ := read(manifest)
		want = slices.Insert(want, 0, root())
		for _, e := range want {
			if e.State.Type == 0 && e.Given&mtree.Type != 0 || e.State.Type > plan.BlockDevice || filepath.Clean(e.Path) != e.Path || filepath.IsAbs(e.Path) {
				t.Errorf("%+v", e)
			}
		}
		got, err := read(write(t, want...))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want, got) {
			t.Errorf("(-read +written and read)\n%s", cmp.Diff(want, got))
		}
	})
}
