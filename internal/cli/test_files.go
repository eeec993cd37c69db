package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/plan"
	"rightful/spec"
)

// testSuffix ends the names of files of tests, which are no part of a policy.
const testSuffix = "_test.yaml"

// testFile is one file of tests, and where it was found.
type testFile struct {
	*spec.Tests
	data []byte
}

// testFiles is the files that the command line names, each once. If any of them
// cannot be read, none is.
func testFiles(c *cli.Command) ([]*testFile, error) {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		path, err := policyPath(c)
		if err != nil {
			return nil, err
		}
		paths = []string{path}
	}
	files, err := trustedFiles()
	if err != nil {
		return nil, err
	}
	var all []*testFile
	var wrong spec.Errors
	for _, path := range paths {
		found, err := testsAt(files, path)
		var invalid spec.Errors
		if errors.As(err, &invalid) {
			wrong = append(wrong, invalid...)
		} else if err != nil {
			return nil, err
		}
		for _, t := range found {
			if !slices.ContainsFunc(all, func(other *testFile) bool { return other.Name == t.Name }) {
				all = append(all, t)
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return all, nil
}

// testsAt is the tests in a file, in a folder, or of a policy.
func testsAt(files *trusted, path string) ([]*testFile, error) {
	if strings.HasSuffix(path, testSuffix) {
		t, err := readTests(files, path)
		return []*testFile{t}, err
	}
	dir := path
	names, isFolder, err := files.list(path)
	if err == nil && !isFolder {
		if _, err := os.Lstat(path); err != nil {
			return nil, err
		}
		dir = filepath.Dir(path)
		names, _, err = files.list(dir)
	}
	if err != nil {
		return nil, err
	}
	all, err := testsIn(files, dir, names)
	if !isFolder {
		all = slices.DeleteFunc(all, func(t *testFile) bool { return !t.tests(path) })
	}
	switch {
	case err != nil || len(all) > 0:
		return all, err
	case isFolder:
		return nil, fmt.Errorf("%s: no tests in it: no file ends in %s", plan.Quote(path), testSuffix)
	}
	return nil, fmt.Errorf("%s: no tests beside it: no case in a file *%s is about it", plan.Quote(path), testSuffix)
}

// testsIn is the tests among the names of a folder.
func testsIn(files *trusted, dir string, names []string) (all []*testFile, err error) {
	var wrong spec.Errors
	for _, name := range names {
		if !strings.HasSuffix(name, testSuffix) || name[0] == '.' {
			continue
		}
		t, err := readTests(files, filepath.Join(dir, name))
		var invalid spec.Errors
		switch {
		case errors.As(err, &invalid):
			wrong = append(wrong, invalid...)
		case err != nil:
			return nil, err
		default:
			all = append(all, t)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return all, nil
}

func readTests(files *trusted, path string) (*testFile, error) {
	data, err := files.read(path)
	if err != nil {
		return nil, err
	}
	t, err := spec.ParseTests(spec.PolicyFile{Name: path, Data: data})
	return &testFile{t, data}, err
}

// policy is the name of the policy that a case is about, relative to the file's
// folder: what the case says, else the file that is called like the tests, else
// the folder.
func (t *testFile) policy(c *spec.Case) string {
	if c.Policy != "" {
		return c.Policy
	}
	name := strings.TrimSuffix(filepath.Base(t.Name), testSuffix) + ".yaml"
	if _, err := os.Lstat(t.at(name)); errors.Is(err, os.ErrNotExist) {
		return "."
	}
	return name
}

// at is a name in the file's folder.
func (t *testFile) at(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(t.Name), name)
}

// tests reports whether some case is about the policy at path, or about the folder
// that it is in.
func (t *testFile) tests(path string) bool {
	return slices.ContainsFunc(t.Cases, func(c spec.Case) bool {
		about := t.at(t.policy(&c))
		return about == filepath.Clean(path) || about == filepath.Dir(path)
	})
}
