package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/urfave/cli/v3"

	"rightful/plan"
	"rightful/spec"
)

func (a *app) fmtCommand() *cli.Command {
	return &cli.Command{
		Name: "fmt", Usage: "rewrite policy files in the one layout that all have", ArgsUsage: "[PATH...]",
		Description: "PATH is a policy file, a folder of them and their tests, or - for standard input, which goes to standard output.\n" +
			"Prints the names of the files that it changes. Comments, order and meaning stay. Needs neither root nor the host.",
		OnUsageError: usageError,
		Flags: []cli.Flag{
			policyFlag(),
			&cli.BoolFlag{Name: "check", Usage: "change nothing; exit 3 if a file would change"},
			&cli.BoolFlag{Name: "diff", Usage: "change nothing; print what would change"},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if slices.Contains(c.Args().Slice(), "-") {
				return a.formatInput(c)
			}
			all, err := formatFiles(c)
			if err != nil {
				return err
			}
			return a.report(c, all, formatted.save)
		},
	}
}

// formatted is a file before and after.
type formatted struct {
	name       string
	have, want []byte
}

func (a *app) formatInput(c *cli.Command) error {
	if c.NArg() > 1 {
		return usagef("-, standard input, stands alone")
	}
	data, err := io.ReadAll(io.LimitReader(a.in, maxFile))
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	f, err := format("stdin", data)
	if err != nil {
		return err
	}
	if !c.Bool("check") && !c.Bool("diff") {
		_, err := a.out.Write(f.want)
		return err
	}
	return a.report(c, []formatted{f}, nil)
}

func format(name string, data []byte) (formatted, error) {
	want, err := spec.Format(spec.PolicyFile{Name: name, Data: data})
	return formatted{name, data, want}, err
}

// report says which files change, and has save change them unless the command
// line only asks.
func (a *app) report(c *cli.Command, all []formatted, save func(formatted) error) error {
	changed := slices.DeleteFunc(all, func(f formatted) bool { return string(f.have) == string(f.want) })
	for _, f := range changed {
		if !c.Bool("check") && !c.Bool("diff") {
			if err := save(f); err != nil {
				return err
			}
		}
		if c.Bool("diff") {
			_, _ = a.out.Write(diff.Diff("old/"+plan.Quote(f.name), f.have, "new/"+plan.Quote(f.name), f.want))
		} else {
			fmt.Fprintln(a.out, plan.Quote(f.name))
		}
	}
	if c.Bool("check") && len(changed) > 0 {
		return exitCode(exitCheck)
	}
	return nil
}

// formatFiles formats what the command line names, in memory. If any of it cannot
// be formatted, none is.
func formatFiles(c *cli.Command) ([]formatted, error) {
	files, err := trustedFiles()
	if err != nil {
		return nil, err
	}
	names, err := namedFiles(c, files)
	if err != nil {
		return nil, err
	}
	var all []formatted
	var wrong spec.Errors
	for _, name := range names {
		data, err := files.read(name)
		if err != nil {
			return nil, err
		}
		f, err := format(name, data)
		var found spec.Errors
		if errors.As(err, &found) {
			wrong = append(wrong, found...)
		}
		all = append(all, f)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return all, nil
}

// namedFiles is the files that the command line names, each once.
func namedFiles(c *cli.Command, files *trusted) ([]string, error) {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		path, err := policyPath(c)
		if err != nil {
			return nil, err
		}
		paths = []string{path}
	}
	var names []string
	for _, path := range paths {
		found, err := policyFiles(files, path, true)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// save puts the new text in the place of the old, all at once. The file stays its
// owner's, with its mode.
func (f formatted) save() error {
	info, err := os.Lstat(f.name)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s: is a symlink; format the file that it leads to", plan.Quote(f.name))
	case info.Mode().Perm()&0o200 == 0:
		return fmt.Errorf("%s: its mode is %04o, so that it is not to be changed", plan.Quote(f.name), info.Mode().Perm())
	}
	pending, err := renameio.NewPendingFile(f.name, renameio.WithTempDir(filepath.Dir(f.name)),
		renameio.WithPermissions(info.Mode().Perm()), renameio.IgnoreUmask())
	if err != nil {
		return err
	}
	defer func() { _ = pending.Cleanup() }()
	if err := keepOwner(pending.File, info); err != nil {
		return fmt.Errorf("%s: it would not stay its owner's: %w", plan.Quote(f.name), err)
	}
	if _, err := pending.Write(f.want); err != nil {
		return err
	}
	return pending.CloseAtomicallyReplace()
}

// keepOwner gives file the owner and group of the one that it is to replace.
func keepOwner(file *os.File, replaced fs.FileInfo) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	have, want := info.Sys().(*syscall.Stat_t), replaced.Sys().(*syscall.Stat_t)
	if have.Uid == want.Uid && have.Gid == want.Gid {
		return nil
	}
	return file.Chown(int(want.Uid), int(want.Gid))
}
