package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// sample is one process, and the bare walk right before it.
type sample struct {
	usage
	Bare *usage `json:"bare,omitempty"`
}

// tree builds a tree, measures everything on it, and removes it.
func (b *bench) tree(t tree) (*Tree, error) {
	fmt.Fprintf(b.log, "bench: building %s\n", t.Name)
	h, err := b.build(t)
	if err != nil {
		return nil, err
	}
	r := &Tree{Name: t.Name, About: t.About, Accounts: len(t.accounts), Entries: h.Entries, Directories: h.Directories}
	works := b.phases(h)
	if t.peers && b.peers {
		works = append(works, b.others(h)...)
	}
	if b.cold {
		works = append(works, chilled(works)...)
	}
	samples, err := b.rounds(h, works)
	if err != nil {
		return nil, err
	}
	r.rows(works, samples)
	if err := b.weigh(h, r); err != nil {
		return nil, err
	}
	if b.keep {
		return r, nil
	}
	return r, b.quietly("rm", "-rf", "--", h.dir)
}

// rounds lets all take turns: samples[i] are those of works[i].
func (b *bench) rounds(h *host, works []work) ([][]sample, error) {
	samples := make([][]sample, len(works))
	for round := range b.runs {
		fmt.Fprintf(b.log, "bench: %s, %d entries: round %d of %d\n", h.Name, h.Entries, round+1, b.runs)
		for i := range works {
			if works[i].missing != "" {
				continue
			}
			s, err := b.sample(h, &works[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", works[i].name, err)
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// sample measures one work, and the bare walk beside it.
func (b *bench) sample(h *host, w *work) (s sample, err error) {
	if w.before != nil {
		if err := w.before(); err != nil {
			return s, err
		}
	}
	// Nobody pays for what others have left to be written.
	if err := b.quietly("sync", "-f", h.dir); err != nil {
		return s, err
	}
	if s.Bare, err = b.walk(h, w.cold); err != nil {
		return s, err
	}
	if err := chill(w.cold); err != nil {
		return s, err
	}
	if s.usage, err = b.measure(w.argv...); err != nil || w.after == nil {
		return s, err
	}
	return s, w.after()
}

// walk is the bare walk; nil where there is none.
func (b *bench) walk(h *host, cold bool) (*usage, error) {
	if b.bare == "" {
		return nil, nil
	}
	if err := chill(cold); err != nil {
		return nil, err
	}
	u, err := b.measure(b.bare, h.homes())
	return &u, err
}

// chill has the kernel forget what it has read, where that is wanted.
func chill(cold bool) error {
	if !cold {
		return nil
	}
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0)
}

// summary is the line of a plan that says how many steps it has.
var summary = regexp.MustCompile(`(?m)^Plan: 0 to add, (\d+) to change, 0 to destroy\.$`)

// weigh says how many steps the plan has in which every mode is wrong, how long
// it is, and how little memory could be told of a process.
func (b *bench) weigh(h *host, r *Tree) error {
	// exec(2) hands our own peak down, and true(1) has none to add.
	least, err := b.measure("true")
	if err != nil {
		return err
	}
	r.Floor = least.Peak
	info, err := os.Stat(h.path("modes.plan"))
	if err != nil {
		return err
	}
	text, err := b.output(b.rightful, "show", h.path("modes.plan"))
	if err != nil {
		return err
	}
	found := summary.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("%s: its plan does not say how many steps it has", r.Name)
	}
	r.PlanBytes = info.Size()
	if r.Steps, err = strconv.ParseInt(found[1], 10, 64); err == nil && r.Steps != r.Entries {
		err = fmt.Errorf("%s: %d steps in %d entries, of which each is wrong", r.Name, r.Steps, r.Entries)
	}
	return err
}
