//go:build linux

package fsys

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const benchmarkFiles = 1000

func benchmarkDir(b *testing.B) *Dir {
	path := b.TempDir()
	for i := range benchmarkFiles {
		if err := os.WriteFile(filepath.Join(path, fmt.Sprintf("class-wp-%d.php", i)), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	d, err := OpenRoot(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	return d
}

// BenchmarkLook is what is done for every entry of a host.
func BenchmarkLook(b *testing.B) {
	d, buf := benchmarkDir(b), make([]byte, 1<<16)
	b.ReportAllocs()
	for b.Loop() {
		here, err := d.OpenDir(".")
		if err != nil {
			b.Fatal(err)
		}
		var info Info
		if err := here.List(buf, func(e Dirent) error { return here.Look(e, &info) }); err != nil {
			b.Fatal(err)
		}
		here.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchmarkFiles, "ns/entry")
}

// BenchmarkObserve is what is done for every entry that gets a step: by name
// in a plan, pinned in an apply.
func BenchmarkObserve(b *testing.B) {
	d := benchmarkDir(b)
	const name = "class-wp-7.php"
	b.Run("name", func(b *testing.B) {
		var info Info
		if err := d.Stat(name, &info); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := d.Observe(name, &info); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("pinned", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p, err := d.Pin(name)
			if err != nil {
				b.Fatal(err)
			}
			if _, _, err := p.Observe(); err != nil {
				b.Fatal(err)
			}
			p.Close()
		}
	})
}
