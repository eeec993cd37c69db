package mtree_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"rightful/internal/mtree"
)

func open(data []byte) (string, error) {
	r, err := mtree.Open(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write([]byte(text))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t testing.TB, text string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll([]byte(text), nil)
}

func TestOpen(t *testing.T) {
	const text = "#mtree\n. type=dir\n"
	skippable := append([]byte("\x5f\x2a\x4d\x18\x03\x00\x00\x00abc"), zstded(t, text)...)
	for name, data := range map[string][]byte{
		"plain": []byte(text), "gzip": gzipped(t, text), "zstd": zstded(t, text),
		"zstd with a skippable frame first": skippable,
		"gzip, two members":                 append(gzipped(t, "#mtree\n"), gzipped(t, ". type=dir\n")...),
	} {
		if got, err := open(data); err != nil || got != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, short := range []string{"", ".", "\x1f"} {
		if got, err := open([]byte(short)); err != nil || got != short {
			t.Errorf("%q: %q, %v", short, got, err)
		}
	}
}

// TestOpenRefuses: what is cut off, and what needs more memory than it may.
func TestOpenRefuses(t *testing.T) {
	text := strings.Repeat("./a type=file\n", 1000)
	for name, data := range map[string][]byte{"gzip": gzipped(t, text), "zstd": zstded(t, text), "gzip's magic": {0x1f, 0x8b}} {
		if _, err := open(data[:len(data)-1]); err == nil && name != "gzip's magic" {
			t.Errorf("%s, cut off: taken", name)
		}
		if _, err := open(data); (err != nil) != (name == "gzip's magic") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A frame of one raw block, with a window descriptor of 2^(10+18) bytes.
	if _, err := open([]byte("\x28\xb5\x2f\xfd\x00\x90\x09\x00\x00#")); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("a window of 256 MiB: %v", err)
	}
}

// TestOpenTools: what the tools that people have make of a manifest.
func TestOpenTools(t *testing.T) {
	text := strings.Repeat("./a type=file\n", 10_000)
	for _, command := range [][]string{{"zstd", "-c"}, {"zstd", "-c", "--long=27"}, {"zstd", "-c", "-19"}, {"gzip", "-c"}} {
		if _, err := exec.LookPath(command[0]); err != nil {
			t.Logf("%s is not installed (apt: %[1]s)", command[0])
			continue
		}
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdin = strings.NewReader(text)
		data, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := open(data); err != nil || got != text {
			t.Errorf("%v: %d bytes, %v", command, len(got), err)
		}
	}
}
