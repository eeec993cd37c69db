package main

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// tree is the homes of one host: how they are made, and what they are called.
type tree struct {
	Name     string
	About    string
	accounts []string
	grow     func(homes string) (census, error)
	peers    bool     // other programs are measured on it too
	flags    []string // of rightful plan
}

// census is how many entries there are below the folder of the homes.
type census struct {
	Entries     int64
	Directories int64
}

func (o *options) trees() []tree {
	all := []tree{
		hosting(o.entries),
		{
			Name: "one account", About: "a site for each of its domains", accounts: []string{"reseller"},
			grow: func(homes string) (census, error) {
				return create(homes, domains(seeded(0), "reseller", o.million))
			},
		},
		{
			Name: "one directory", About: "the sessions of a site that never removes them", accounts: []string{"shop"},
			grow: func(homes string) (census, error) { return create(homes, sessions(o.flat)) },
		},
		{
			Name: "one chain", About: "directories in directories, a file in each", accounts: []string{"deep"},
			grow: func(homes string) (census, error) { return chain(homes, o.deep) },
			// The default holds an account that is deeper than 4,096.
			flags: []string{"-max-depth", fmt.Sprint(o.deep + 10)},
		},
	}
	sizes := []int{o.entries, o.million, o.flat, o.deep}
	wanted := all[:0]
	for i, t := range all {
		if sizes[i] > 0 {
			wanted = append(wanted, t)
		}
	}
	return wanted
}

// hosting is n entries in accounts of 3,000 each.
func hosting(n int) tree {
	const each = 3000
	t := tree{Name: "hosting", About: "WordPress and mail", peers: true}
	for i := range (n + each - 1) / each {
		t.accounts = append(t.accounts, fmt.Sprintf("%s%04d", words[i%len(words)], i))
	}
	t.grow = func(homes string) (census, error) {
		return create(homes, func(yield func(folder) bool) {
			for i, name := range t.accounts {
				for f := range home(seeded(i), name, min(each, n-i*each)) {
					if !yield(f) {
						return
					}
				}
			}
		})
	}
	return t
}

func seeded(i int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(i))) }

// sessions yields n files in one directory, a thousand at a time.
func sessions(n int) iter.Seq[folder] {
	r := seeded(0)
	return func(yield func(folder) bool) {
		f := folder{path: "shop"}
		for i := range n {
			if i%1000 == 0 {
				if !yield(f) {
					return
				}
				f = folder{path: "shop/sessions"}
			}
			f.files = append(f.files, fmt.Sprintf("sess_%016x%010x", r.Uint64(), r.Uint64()>>24))
		}
		yield(f)
	}
}

// create makes empty files, in several directories at a time.
func create(homes string, folders iter.Seq[folder]) (census, error) {
	todo := make(chan folder)
	errs := make([]error, runtime.NumCPU())
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for f := range todo {
				if errs[i] == nil {
					errs[i] = f.create(homes)
				}
			}
		})
	}
	var c census
	var last string
	for f := range folders {
		if f.path != last {
			c.Directories++
			c.Entries++
		}
		last = f.path
		c.Entries += int64(len(f.files))
		todo <- f
	}
	close(todo)
	wg.Wait()
	return c, errors.Join(errs...)
}

// create does not wait for the directory above, which another may be making.
func (f *folder) create(homes string) error {
	dir := filepath.Join(homes, f.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range f.files {
		file, err := os.Create(dir + "/" + name)
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// chain makes a home with depth directories in each other, opened one from the
// other: together their names are longer than a path may be.
func chain(homes string, depth int) (c census, err error) {
	home := filepath.Join(homes, "deep")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return c, err
	}
	dir, err := os.OpenRoot(home)
	c.Directories++
	for range depth {
		if err != nil {
			return c, err
		}
		dir, err = link(dir)
		c.Directories++
	}
	c.Entries = 2*c.Directories - 1 // the last one has no file
	return c, errors.Join(err, dir.Close())
}

// link makes a file and a directory in dir, which it closes, and opens that.
func link(dir *os.Root) (*os.Root, error) {
	defer dir.Close()
	f, err := dir.Create("file")
	if err != nil {
		return dir, err
	}
	if err := errors.Join(f.Close(), dir.Mkdir("d", 0o755)); err != nil {
		return dir, err
	}
	return dir.OpenRoot("d")
}
