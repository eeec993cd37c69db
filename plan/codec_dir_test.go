package plan

import (
	"fmt"
	"strings"
	"testing"
)

func writeDir(last, dir string) string {
	c := codec{out: []byte("{"), last: last}
	c.dir(&dir)
	c.literal("}")
	return string(c.out)
}

func readDir(last, line string) (string, error) {
	c := newReader(line)
	c.last = last
	c.literal("{")
	var dir string
	c.dir(&dir)
	c.literal("}")
	return dir, c.end()
}

func TestDirByTheOneBefore(t *testing.T) {
	for _, c := range []struct{ last, dir, line string }{
		{"", "", `{}`},
		{"", ".", `{"dir":"."}`},
		{".", ".", `{"same":1}`},
		{".", ".ssh", `{"dir":".ssh"}`},
		{".", "a", `{"dir":"a"}`},
		{"a", "a/b", `{"same":1,"dir":"b"}`},
		{"a/b", "a/b/c/d", `{"same":3,"dir":"c/d"}`},
		{"a/b/c", "a/b/c", `{"same":5}`},
		{"a/bc", "a/bd", `{"same":1,"dir":"bd"}`},
		{"a/b", "a/bc", `{"same":1,"dir":"bc"}`},
		{"a/bc", "a/b", `{"same":1,"dir":"b"}`},
		{"ab", "ac", `{"dir":"ac"}`},
		{"a/b/c", "b", `{"dir":"b"}`},
		{"a/\xff", "a/\xff/\xff", `{"same":3,"dir":"\\xff"}`},
	} {
		if got := writeDir(c.last, c.dir); got != c.line {
			t.Errorf("%q after %q: %s, want %s", c.dir, c.last, got, c.line)
		}
		if got, err := readDir(c.last, c.line); err != nil || got != c.dir {
			t.Errorf("%s after %q: %q, %v, want %q", c.line, c.last, got, err, c.dir)
		}
	}
}

// What could be written shorter, or is no whole name, is not read.
func TestDirHasOneForm(t *testing.T) {
	for _, c := range [][2]string{
		{"a/b", `{"dir":"a/b"}`},
		{"a/b", `{"same":1,"dir":"b"}`},
		{"a/b", `{"same":1,"dir":"b/c"}`},
		{"a/b", `{"same":2,"dir":"c"}`},
		{"a/bc", `{"same":3,"dir":"d"}`},
		{"a/b", `{"same":4,"dir":"c"}`},
		{"a/b", `{"same":3,"dir":""}`},
		{"a/b", `{"same":0,"dir":"c"}`},
		{"a/b", `{"dir":"c","same":0}`},
		{"", `{"same":1,"dir":"c"}`},
		{"a", `{"same":18446744073709551615,"dir":"c"}`},
		{"a", `{"same":9223372036854775807,"dir":"c"}`},
		{strings.Repeat("a/", MaxDir/2-1) + "a", fmt.Sprintf(`{"same":%d,"dir":"bb"}`, MaxDir-1)},
	} {
		if dir, err := readDir(c[0], c[1]); err == nil {
			t.Errorf("%s after %q: read as %q", c[1], c[0], dir)
		}
	}
}

func FuzzDir(f *testing.F) {
	f.Add("a/b", "a/b/c", 3, "c")
	f.Add("a/b", "a/bc", 1, "bc")
	f.Add(".", "", 0, "x/")
	f.Fuzz(func(t *testing.T, last, dir string, same int, rest string) {
		if checkDir(last, "") != nil {
			return
		}
		if got, err := readDir(last, writeDir(last, dir)); checkDir(dir, "") == nil && (err != nil || got != dir) {
			t.Fatalf("%q after %q is written %s and read as %q, %v", dir, last, writeDir(last, dir), got, err)
		}
		if (checkDir(dir, last) == nil) != (checkDir(dir, "") == nil) {
			t.Fatalf("%q is checked otherwise after %q", dir, last)
		}
		line := fmt.Sprintf(`{"same":%d,"dir":%s}`, same, appendText(nil, rest))
		line = strings.Replace(strings.Replace(line, `"same":0,`, "", 1), `,"dir":""`, "", 1)
		if got, err := readDir(last, line); err == nil && checkDir(got, "") == nil && writeDir(last, got) != line {
			t.Fatalf("%s after %q is read as %q, which is written %s", line, last, got, writeDir(last, got))
		}
	})
}

func FuzzShared(f *testing.F) {
	f.Add(strings.Repeat("a", 63)+"b", strings.Repeat("a", 63)+"c")
	f.Add(strings.Repeat("a/", 200), strings.Repeat("a/", 200)+"b")
	f.Fuzz(func(t *testing.T, a, b string) {
		n := Shared(a, b)
		if a[:n] != b[:n] || n < len(a) && n < len(b) && a[n] == b[n] {
			t.Fatalf("%q and %q share %d bytes", a, b, n)
		}
		if comparePaths(a, b) != strings.Compare(strings.ReplaceAll(a, "/", "\x00"), strings.ReplaceAll(b, "/", "\x00")) && !strings.Contains(a+b, "\x00") {
			t.Fatalf("%q and %q are in another order", a, b)
		}
	})
}
