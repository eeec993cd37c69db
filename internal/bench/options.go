package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// options is the command line.
type options struct {
	entries, million, flat, deep int

	runs     int
	cold     bool
	peers    bool
	ansible  bool
	dir      string
	keep     bool
	json     bool
	markdown string
	svg      string
}

func parse(args []string, errOut io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.IntVar(&o.entries, "entries", 300_000, "accounts of 3,000 entries each, `N` entries in all; here and below, 0 leaves the tree out")
	f.IntVar(&o.million, "million", 0, "one account of `N` entries, as 1000000")
	f.IntVar(&o.flat, "flat", 200_000, "one directory with `N` files")
	f.IntVar(&o.deep, "deep", 5_000, "a chain of `N` directories")
	f.IntVar(&o.runs, "runs", 5, "run everything `N` times, taking turns, and show medians")
	f.BoolVar(&o.cold, "cold", false, "measure a plan and find after the kernel's caches were dropped, too; needs root")
	f.BoolVar(&o.peers, "peers", true, "measure other programs too")
	f.BoolVar(&o.ansible, "ansible", false, "measure ansible too, which takes minutes")
	f.StringVar(&o.dir, "dir", "", "build the trees in a new folder in `DIR` (default: where temporary files go)")
	f.BoolVar(&o.keep, "keep", false, "leave the trees there")
	f.BoolVar(&o.json, "json", false, "print the results as JSON, with every single measurement")
	f.StringVar(&o.markdown, "markdown", "", "write the table between the markers of `FILE`")
	f.StringVar(&o.svg, "svg", "", "draw the first tree's results in `FILE`")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%s: there are only options", f.Arg(0))
	case o.runs < 1:
		return nil, errors.New("-runs: at least 1")
	case o.cold && os.Geteuid() != 0:
		return nil, errors.New("-cold needs root")
	case len(o.trees()) == 0:
		return nil, errors.New("no tree is wanted")
	}
	return o, nil
}
