package plan_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"rightful/plan"
)

// wordpress is an account of about 3,000 files as hosts have them: two thirds
// are the same in every account, the rest are pictures with names of their own.
// Generations are random, as ext4's are; inodes of a directory lie close.
func wordpress(r *rand.Rand, core [][]string, name string, uid uint32) part {
	p := part{account: account(name, uid)}
	changes := []plan.Change{chmod(uid, 0o600, 0o644), chmod(uid, 0o666, 0o644)}
	add := func(dir string, names []string) {
		b := &plan.Block{Account: name, Dir: dir, Changes: slices.Clone(changes)}
		ino := uint64(r.IntN(1 << 30))
		for _, n := range names {
			ino += uint64(1 + r.IntN(4))
			e := plan.Entry{Name: n, ID: plan.Identity{Ino: ino, Gen: r.Uint32()}}
			if r.IntN(50) == 0 {
				e.Change = 1
			}
			b.Entries = append(b.Entries, e)
		}
		p.blocks = append(p.blocks, b)
	}
	for i, names := range core {
		add(fmt.Sprintf("public_html/wp-includes/part-%02d/lib", i), names)
	}
	for month := range 12 {
		var names []string
		for range 80 {
			names = append(names, fmt.Sprintf("IMG_%d-%dx%d.jpg", r.IntN(1e8), 100*r.IntN(12), 100*r.IntN(12)))
		}
		slices.Sort(names)
		add(fmt.Sprintf("public_html/wp-content/uploads/2026/%02d", month+1), slices.Compact(names))
	}
	return p
}

func wordpressCore(r *rand.Rand) [][]string {
	words := []string{"class", "wp", "block", "editor", "rest", "posts", "controller", "admin", "theme", "json", "cache", "query"}
	core := make([][]string, 200)
	for i := range core {
		for range 3 + r.IntN(14) {
			core[i] = append(core[i], fmt.Sprintf("%s-%s-%s-%d.php", words[r.IntN(12)], words[r.IntN(12)], words[r.IntN(12)], r.IntN(40)))
		}
		slices.Sort(core[i])
		core[i] = slices.Compact(core[i])
	}
	return core
}

// big writes accounts until there are enough steps and says how many there are.
func big(t testing.TB, w io.Writer, enough int64) int64 {
	r := rand.New(rand.NewPCG(1, 2))
	core := wordpressCore(r)
	pw, err := plan.NewWriter(w, header())
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for i := 0; n < enough; i++ {
		p := wordpress(r, core, fmt.Sprintf("user%06d", i), uint32(1000+i))
		d := plan.NewDraft(t.TempDir())
		for _, b := range p.blocks {
			n += int64(len(b.Entries))
			if err := d.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := pw.Account(p.account, d); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
	if _, err := pw.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

const benchSteps = 200_000

func BenchmarkWrite(b *testing.B) {
	var n, size int64
	for b.Loop() {
		var out bytes.Buffer
		n = big(b, &out, benchSteps)
		size = int64(out.Len())
	}
	report(b, n)
	b.ReportMetric(float64(size)/float64(n), "bytes/step")
}

func BenchmarkOpen(b *testing.B) {
	var out bytes.Buffer
	n := big(b, &out, benchSteps)
	for b.Loop() {
		open(b, out.Bytes())
	}
	report(b, n)
}

func BenchmarkSteps(b *testing.B) {
	var out bytes.Buffer
	n := big(b, &out, benchSteps)
	p := open(b, out.Bytes())
	for b.Loop() {
		steps(b, p, func(plan.Step) bool { return false })
	}
	report(b, n)
}

func BenchmarkStepIDs(b *testing.B) {
	var out bytes.Buffer
	n := big(b, &out, benchSteps)
	p := open(b, out.Bytes())
	for b.Loop() {
		if _, err := p.StepPrefixes(); err != nil {
			b.Fatal(err)
		}
	}
	report(b, n)
}

func BenchmarkHas(b *testing.B) {
	var out bytes.Buffer
	n := big(b, &out, benchSteps)
	p := open(b, out.Bytes())
	s, err := plan.Select(p, plan.Selection{All: true}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		steps(b, p, func(t plan.Step) bool { s.Has(t); return false })
	}
	report(b, n)
}

func BenchmarkTerraform(b *testing.B) {
	var out bytes.Buffer
	n := big(b, &out, benchSteps)
	p := open(b, out.Bytes())
	for b.Loop() {
		if err := plan.WriteTerraform(io.Discard, p); err != nil {
			b.Fatal(err)
		}
	}
	report(b, n)
}

func report(b *testing.B, steps int64) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(steps), "ns/step")
	b.ReportMetric(0, "ns/op")
}
