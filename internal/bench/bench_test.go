package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRun measures tiny trees. The numbers are not judged, but that they are
// there, and that the trees are in the end as find(1) saw them made.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs go in PATH")
	}
	dir := scratch(t)
	page, svg := filepath.Join(dir, "page.md"), filepath.Join(dir, "chart.svg")
	if err := os.WriteFile(page, []byte("above\n"+markerBegin+"old\n"+markerEnd+"below\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	err := run(context.Background(), []string{
		"-entries", "3500", "-million", "500", "-flat", "1001", "-deep", "30", "-runs", "2",
		"-dir", dir, "-keep", "-json", "-markdown", page, "-svg", svg,
	}, &out, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}
	var r Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	trees, err := filepath.Glob(filepath.Join(dir, "rightful-bench-*", "*", "root", "home"))
	if err != nil || len(r.Trees) != 4 || len(trees) != 4 {
		t.Fatalf("%d trees in %s, %q: %v", len(r.Trees), out.Bytes(), trees, err)
	}
	for _, tree := range r.Trees {
		checkTree(t, &r, &tree)
		homes := filepath.Join(filepath.Dir(trees[0]), "../..", strings.ReplaceAll(tree.Name, " ", "-"), "root/home")
		checkHomes(t, &tree, homes)
	}
	checkMarkdown(t, page, &r)
	checkXML(t, svg)
}

// scratch is in memory, where it can be: a disk that is busy with other tests
// takes its time to sync.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rightful-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func checkTree(t *testing.T, r *Report, tree *Tree) {
	t.Helper()
	if tree.Steps != tree.Entries || tree.PlanBytes == 0 {
		t.Errorf("%s: %d steps, %d entries, %d bytes", tree.Name, tree.Steps, tree.Entries, tree.PlanBytes)
	}
	bare := tree.Rows[0].Missing == ""
	for i, row := range tree.Rows {
		switch {
		case row.Missing != "":
			if row.Peak != 0 || len(row.Samples) > 0 || !row.Peer {
				t.Errorf("%s: %s is missing (%s), and measured: %+v", tree.Name, row.Name, row.Missing, row)
			}
		case row.Seconds <= 0, row.Least > row.Seconds, row.Most < row.Seconds, row.Peak == 0,
			i > 0 && len(row.Samples) != r.Runs, bare != (row.Bare > 0):
			t.Errorf("%s: %s: %+v", tree.Name, row.Name, row)
		}
	}
}

// checkHomes asks find(1), which has no part in what was measured.
func checkHomes(t *testing.T, tree *Tree, homes string) {
	t.Helper()
	count := func(args ...string) int64 {
		out, err := exec.Command("find", append([]string{homes, "-mindepth", "1"}, args...)...).Output()
		if err != nil {
			t.Error(err)
		}
		return int64(bytes.Count(out, []byte("\n")))
	}
	if n, dirs := count(), count("-type", "d"); n != tree.Entries || dirs != tree.Directories {
		t.Errorf("%s: %d entries, %d directories; find has %d and %d", tree.Name, tree.Entries, tree.Directories, n, dirs)
	}
	if n := count("-type", "d", "-perm", "755", "-o", "-type", "f", "-perm", "644"); n != tree.Entries {
		t.Errorf("%s: %d of %d entries have the mode that they began with", tree.Name, n, tree.Entries)
	}
	if uid, _ := owner(0); count("-path", homes+"/"+"*", "-uid", fmt.Sprint(uid)) == 0 {
		t.Errorf("%s: nothing belongs to %d", tree.Name, uid)
	}
}

func checkMarkdown(t *testing.T, page string, r *Report) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), markerBegin)
	table, after, ok := strings.Cut(rest, markerEnd)
	if before != "above\n" || after != "below\n" || !ok || strings.Contains(table, "old") {
		t.Errorf("the page around the table has changed:\n%s", text)
	}
	rows := 0
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "|") {
			rows++
			if cells := strings.Count(line, "|") - 1; cells != 5 {
				t.Errorf("%d cells in %s", cells, line)
			}
		}
	}
	measured := slices.DeleteFunc(slices.Clone(r.Trees[0].Rows), func(r Row) bool { return r.Missing != "" || r.Aside })
	if rows != 2+len(measured) || !strings.Contains(table, r.Command) {
		t.Errorf("%d lines in the table, want %d, and the command:\n%s", rows, 2+len(measured), table)
	}
}

func checkXML(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	for err == nil {
		_, err = d.Token()
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("%v in\n%s", err, text)
	}
}

// Nothing is left but what was asked for.
func TestClean(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs go in PATH")
	}
	dir := scratch(t)
	var out, log bytes.Buffer
	args := []string{"-entries", "20", "-flat", "0", "-deep", "0", "-runs", "1", "-peers=false", "-dir", dir}
	if err := run(context.Background(), args, &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if !strings.Contains(out.String(), "1 account, 20 entries") {
		t.Errorf("%s", out.Bytes())
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-runs", "0"},
		{"-entries", "0", "-flat", "0", "-deep", "0"},
		{"tree"},
		{"-no-such-flag"},
	} {
		if err := run(context.Background(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}

// Accounts have as many entries as they should, each once, and no file stands
// in a directory that nobody has made.
func TestFolders(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 2999, 3000, 9999} {
		for name, folders := range map[string]func(yield func(folder) bool){
			"home": home(seeded(1), "a", n), "domains": domains(seeded(1), "a", n),
		} {
			seen := map[string]bool{".": true}
			add := func(p string) {
				if seen[p] || !seen[path.Dir(p)] {
					t.Errorf("%s of %d: %s is there twice, or nothing to put it in", name, n, p)
				}
				seen[p] = true
			}
			for f := range folders {
				add(f.path)
				for _, file := range f.files {
					add(f.path + "/" + file)
				}
			}
			if len(seen)-1 != n {
				t.Errorf("%s: %d entries, want %d", name, len(seen)-1, n)
			}
		}
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{1, 2}, 1.5}, {[]float64{1, 5, 100}, 5}, {[]float64{1, 2, 4, 100}, 3}} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median of %v: %v, want %v", tt.values, got, tt.want)
		}
	}
}

// A page without both markers is left alone.
func TestMarkers(t *testing.T) {
	r := &Report{Trees: []Tree{{Entries: 1, Steps: 1, Rows: []Row{{Name: "x"}}}}}
	for _, text := range []string{"", "text\n", markerBegin, markerEnd, markerEnd + markerBegin} {
		file := filepath.Join(t.TempDir(), "page.md")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := r.intoMarkdown(file)
		if left, _ := os.ReadFile(file); err == nil || string(left) != text {
			t.Errorf("%q became %q: %v", text, left, err)
		}
	}
}
