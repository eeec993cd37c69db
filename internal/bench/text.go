package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
)

// writeText prints tables for people.
func (r *Report) writeText(out io.Writer) error {
	fmt.Fprintf(out, "%s\n%s\n", r.Command, r.about())
	for i := range r.Trees {
		t := &r.Trees[i]
		fmt.Fprintf(out, "\n%s\n\n", t.title())
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(table, "seconds\tleast\tmost\tx bare\tCPU s\tx bare\tpeak MiB\tentries/s\t  \t")
		for _, row := range t.Rows {
			if row.Missing != "" {
				fmt.Fprintf(table, "\t\t\t\t\t\t\t\t  %s: %s\n", row.Name, row.Missing)
				continue
			}
			fmt.Fprintf(table, "%.3f\t%.3f\t%.3f\t%s\t%.3f\t%s\t%s\t%s\t  %s\n", row.Seconds, row.Least, row.Most,
				ratio(row.Bare), row.CPU, ratio(row.BareCPU), t.peak(&row), thousands(t.rate(&row)), row.Name)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// about says how and on what it was measured.
func (r *Report) about() string {
	return fmt.Sprintf("medians of %d runs: %s", r.Runs, &r.Machine)
}

func (t *Tree) title() string {
	accounts := "1 account"
	if t.Accounts != 1 {
		accounts = thousands(int64(t.Accounts)) + " accounts"
	}
	return fmt.Sprintf("%s: %s, %s entries, %s of them directories (%s); a saved plan of %s steps takes %.1f bytes a step",
		t.Name, accounts, thousands(t.Entries), thousands(t.Directories), t.About,
		thousands(t.Steps), float64(t.PlanBytes)/float64(t.Steps))
}

// peak is in MiB. A child's peak begins with its parent's, so what is not above
// ours is not known.
func (t *Tree) peak(row *Row) string {
	if row.Peak <= t.Floor {
		return fmt.Sprintf("<%d", (t.Floor+1<<20)>>20)
	}
	return fmt.Sprint((row.Peak + 1<<19) >> 20)
}

func (t *Tree) rate(row *Row) int64 { return int64(float64(t.Entries) / row.Seconds) }

func ratio(times float64) string {
	if times == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", times)
}

func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// command is what repeats the measurement.
func command(args []string) string {
	return strings.Join(append([]string{"go run ./internal/bench"}, args...), " ")
}

// The markers between which a page has the table.
const (
	markerBegin = "<!-- bench -->\n"
	markerEnd   = "<!-- /bench -->\n"
)

// intoMarkdown replaces what a page has between the markers. A page that does
// not exist yet is made.
func (r *Report) intoMarkdown(path string) error {
	page, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		page, err = []byte(markerBegin+markerEnd), nil
	}
	if err != nil {
		return err
	}
	before, rest, begins := bytes.Cut(page, []byte(markerBegin))
	_, after, ends := bytes.Cut(rest, []byte(markerEnd))
	if !begins || !ends {
		return fmt.Errorf("%s: no lines %s and %s", path, strings.TrimSpace(markerBegin), strings.TrimSpace(markerEnd))
	}
	page = bytes.Join([][]byte{before, []byte(markerBegin), []byte(r.markdown()), []byte(markerEnd), after}, nil)
	return os.WriteFile(path, page, 0o644)
}

// markdown is the first tree's table, of what tells most, and on what it was
// measured.
func (r *Report) markdown() string {
	t := &r.Trees[0]
	b := &strings.Builder{}
	fmt.Fprintf(b, "`%s`: %s entries in %s accounts, %s; a saved plan takes %.1f bytes a step.\n\n", r.Command, thousands(t.Entries), thousands(int64(t.Accounts)), r.about(), float64(t.PlanBytes)/float64(t.Steps))
	b.WriteString("| what | seconds | x bare | CPU, x bare | peak MiB |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, row := range t.Rows {
		if row.Missing != "" || row.Aside {
			continue
		}
		name := row.Name
		if !row.Peer {
			name = "**" + name + "**"
		}
		fmt.Fprintf(b, "| %s | %.2f | %s | %s | %s |\n", name, row.Seconds, ratio(row.Bare), ratio(row.BareCPU), t.peak(&row))
	}
	return b.String()
}
