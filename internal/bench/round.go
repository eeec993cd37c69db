package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// bench is one invocation.
type bench struct {
	*options
	ctx      context.Context
	log      io.Writer
	dir      string // the scratch folder
	rightful string // the program
	bare     string // the bare walk; "" where there is no C compiler
}

//go:embed bare.c
var bareSource string

// run does everything.
func run(ctx context.Context, args []string, out, log io.Writer) (err error) {
	o, err := parse(args, log)
	if err != nil {
		return err
	}
	b := &bench{options: o, ctx: ctx, log: log}
	if b.dir, err = os.MkdirTemp(o.dir, "rightful-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.clean()) }()
	if err := b.tools(); err != nil {
		return err
	}
	r := &Report{Command: command(args), Machine: b.machine(), Runs: o.runs, Cold: o.cold}
	for _, t := range o.trees() {
		measured, err := b.tree(t)
		if err != nil {
			return err
		}
		r.Trees = append(r.Trees, *measured)
	}
	return r.publish(o, out)
}

// clean removes the scratch folder. rm(1) gets down a chain of directories
// with few descriptors, and goes on when we are interrupted.
func (b *bench) clean() error {
	if b.keep {
		fmt.Fprintln(b.log, "bench: kept", b.dir)
		return nil
	}
	return exec.Command("rm", "-rf", "--", b.dir).Run()
}

// tools builds what is run.
func (b *bench) tools() error {
	b.rightful = filepath.Join(b.dir, "rightful")
	if err := b.quietly("go", "build", "-o", b.rightful, "rightful"); err != nil {
		return err
	}
	if _, err := exec.LookPath("cc"); err != nil {
		return nil
	}
	source := filepath.Join(b.dir, "bare.c")
	if err := os.WriteFile(source, []byte(bareSource), 0o644); err != nil {
		return err
	}
	b.bare = filepath.Join(b.dir, "bare")
	return b.quietly("cc", "-O2", "-pthread", "-o", b.bare, source)
}

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
	works := b.phases(h)
	if t.peers && b.peers {
		works = append(works, b.others(h)...)
	}
	r := &Tree{Name: t.Name, About: t.About, Accounts: len(t.accounts), Entries: h.Entries, Directories: h.Directories}
	samples := make([][]sample, len(works))
	for round := range b.runs {
		fmt.Fprintf(b.log, "bench: %s, %d entries: round %d of %d\n", t.Name, h.Entries, round+1, b.runs)
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
	r.rows(works, samples)
	if err := b.weigh(h, r); err != nil {
		return nil, err
	}
	// exec(2) hands our own peak down, and true(1) has none to add.
	least, err := b.measure(nil, "true")
	if err != nil {
		return nil, err
	}
	r.Floor = least.Peak
	if !b.keep {
		err = b.quietly("rm", "-rf", "--", h.dir)
	}
	return r, err
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
	if b.bare != "" {
		if err := b.chill(); err != nil {
			return s, err
		}
		bare, err := b.measure(nil, b.bare, h.homes())
		if err != nil {
			return s, err
		}
		s.Bare = &bare
	}
	if err := b.chill(); err != nil {
		return s, err
	}
	out, err := os.Create(h.path("stdout"))
	if err != nil {
		return s, err
	}
	defer out.Close()
	if w.peer {
		out = nil
	}
	if s.usage, err = b.measure(out, w.argv...); err != nil || w.after == nil {
		return s, err
	}
	return s, w.after()
}

// chill has the kernel forget what it has read, where that is wanted.
func (b *bench) chill() error {
	if !b.cold {
		return nil
	}
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0)
}

// summary is the line of a plan that says how many steps it has.
var summary = regexp.MustCompile(`(?m)^Plan: 0 to add, (\d+) to change, 0 to destroy\.$`)

// weigh says how many steps the plan has in which every mode is wrong, and how
// long it is.
func (b *bench) weigh(h *host, r *Tree) error {
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
