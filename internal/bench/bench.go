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
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	if err := b.tools(); err != nil {
		return err
	}
	r := &Report{Command: command(args), Machine: b.machine(), Runs: o.runs}
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
