package main

import (
	"encoding/json"
	"io"
	"os"
	"slices"
)

// Report is everything that was measured.
type Report struct {
	Command string  `json:"command"`
	Machine Machine `json:"machine"`
	Runs    int     `json:"runs"`
	Trees   []Tree  `json:"trees"`
}

// Tree is what was measured on one tree.
type Tree struct {
	Name        string `json:"name"`
	About       string `json:"about"`
	Accounts    int    `json:"accounts"`
	Entries     int64  `json:"entries"`
	Directories int64  `json:"directories"`
	Steps       int64  `json:"steps"`      // where every mode is wrong
	PlanBytes   int64  `json:"plan_bytes"` // of these
	Floor       int64  `json:"floor_bytes"`
	Rows        []Row  `json:"rows"`
}

// Row is one program: medians over all rounds.
type Row struct {
	Name    string `json:"name"`
	Peer    bool   `json:"peer"`              // another program than rightful
	Missing string `json:"missing,omitempty"` // why there are no numbers
	Aside   bool   `json:"aside,omitempty"`   // not for a page's table

	usage
	Least float64 `json:"least_seconds"`
	Most  float64 `json:"most_seconds"`
	// Bare and BareCPU are how many times as long as the bare walks beside it;
	// 0 where there was none.
	Bare    float64  `json:"bare"`
	BareCPU float64  `json:"bare_cpu"`
	Samples []sample `json:"samples,omitempty"`
}

const bareName = "bare walk, 2 threads"

// rows works out the medians, those of the bare walks first: warm, and before
// those who begin cold, cold.
func (t *Tree) rows(works []work, samples [][]sample) {
	t.Rows = append(t.Rows, bareRow(bareName, works, samples, false))
	for i, w := range works {
		if w.cold && (i == 0 || !works[i-1].cold) {
			t.Rows = append(t.Rows, bareRow(bareName+coldName, works, samples, true))
		}
		row := Row{Name: w.name, Missing: w.missing}
		if w.missing == "" {
			row = newRow(w.name, samples[i])
		}
		row.Peer, row.Aside = w.peer, w.aside
		t.Rows = append(t.Rows, row)
	}
}

func bareRow(name string, works []work, samples [][]sample, cold bool) Row {
	var walks []sample
	for i := range works {
		for _, s := range samples[i] {
			if works[i].cold == cold && s.Bare != nil {
				walks = append(walks, sample{*s.Bare, s.Bare})
			}
		}
	}
	if len(walks) == 0 {
		return Row{Name: name, Peer: true, Missing: "no cc"}
	}
	row := newRow(name, walks)
	row.Peer, row.Samples = true, nil // they stand beside the others
	return row
}

func newRow(name string, samples []sample) Row {
	all := func(of func(*sample) float64) []float64 {
		values := make([]float64, len(samples))
		for i := range samples {
			values[i] = of(&samples[i])
		}
		slices.Sort(values)
		return values
	}
	seconds := all(func(s *sample) float64 { return s.Seconds })
	return Row{
		Name: name,
		usage: usage{
			Seconds: median(seconds),
			CPU:     median(all(func(s *sample) float64 { return s.CPU })),
			Peak:    int64(slices.Max(all(func(s *sample) float64 { return float64(s.Peak) }))),
		},
		Least:   seconds[0],
		Most:    seconds[len(seconds)-1],
		Bare:    median(all(func(s *sample) float64 { return s.times(func(u *usage) float64 { return u.Seconds }) })),
		BareCPU: median(all(func(s *sample) float64 { return s.times(func(u *usage) float64 { return u.CPU }) })),
		Samples: samples,
	}
}

// times is how many times as much as the bare walk took.
func (s *sample) times(of func(*usage) float64) float64 {
	if s.Bare == nil || of(s.Bare) == 0 {
		return 0
	}
	return of(&s.usage) / of(s.Bare)
}

// median of values that are sorted.
func median(values []float64) float64 {
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// publish writes the report wherever it is wanted.
func (r *Report) publish(o *options, out io.Writer) error {
	if o.markdown != "" {
		if err := r.intoMarkdown(o.markdown); err != nil {
			return err
		}
	}
	if o.svg != "" {
		if err := os.WriteFile(o.svg, []byte(chart(&r.Trees[0])), 0o644); err != nil {
			return err
		}
	}
	if !o.json {
		return r.writeText(out)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
