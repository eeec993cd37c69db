package apply

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"
)

// RunInfo is one run as its journal tells it.
type RunInfo struct {
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	// Finished is zero for a run that was interrupted, or is still going: then
	// it holds the lock (see [Holder]).
	Finished    time.Time `json:"finished,omitzero"`
	By          string    `json:"by"`
	Plan        string    `json:"plan"` // its digest
	Interrupted bool      `json:"interrupted"`
	Results     Counts    `json:"results"`
	UndoneBy    string    `json:"undone_by,omitempty"`

	Root    string `json:"-"`
	File    string `json:"-"` // the sum of the plan's file
	Undoes  string `json:"-"`
	Stopped string `json:"-"` // why steps were not reached
	Dir     string `json:"-"` // the run's folder
	// Err is set where the journal is damaged; the rest is what stands before.
	Err error `json:"-"`
}

// Journal is what a run's journal says of its steps.
type Journal struct {
	Run RunInfo
	// Torn is how many bytes at the end were cut off, as a crash leaves them.
	Torn int64

	intents []span
	results []resultSpan
}

// maxJournal is the largest journal that is read, about a hundred times what a
// run of ten million steps writes.
const maxJournal = 1 << 28

// ReadJournal reads the journal in a run's folder. The error is a
// [*DamageError] where it is broken elsewhere than at its end; the journal is
// not nil then and has what stands before.
func ReadJournal(dir string) (*Journal, error) {
	path := filepath.Join(dir, journalFile)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxJournal {
		return nil, fmt.Errorf("%s: not a journal: mode %v, %d bytes", path, info.Mode(), info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	j, err := parseJournal(data)
	j.Run.Dir = dir
	var damage *DamageError
	if errors.As(err, &damage) {
		damage.Path = path
	}
	return j, err
}

// parseJournal always returns a journal: of as much as is good.
func parseJournal(data []byte) (*Journal, error) {
	j := &Journal{Run: RunInfo{Interrupted: true}}
	payloads, good, err := cutFrames(data)
	offset := int64(0)
	for i, payload := range payloads {
		rec, bad := parseRecord(payload)
		if bad == nil {
			bad = j.take(rec, i == 0)
		}
		if bad != nil {
			j.settle()
			return j, &DamageError{Offset: offset, Why: bad.Error()}
		}
		offset += frameHead + int64(len(payload))
	}
	j.settle()
	if err == nil {
		j.Torn = int64(len(data) - good)
	}
	return j, err
}

func (j *Journal) take(rec *record, first bool) error {
	switch {
	case first != (rec.Begin != nil):
		return errors.New("run_begin is not the first record, or not the only one")
	case !j.Run.Finished.IsZero():
		return errors.New("a record after run_end")
	case rec.Begin != nil:
		b := rec.Begin
		j.Run.ID, j.Run.Started, j.Run.By, j.Run.Plan = b.ID, b.Started, b.By, b.Plan
		j.Run.Root, j.Run.File, j.Run.Undoes = b.Root, b.File, b.Undoes
	case rec.Intent != nil:
		j.intents = append(j.intents, rec.Intent.Steps...)
	case rec.Results != nil:
		for _, r := range rec.Results.Results {
			j.results = append(j.results, r)
			j.Run.Results[r.Result] += r.Steps[1] - r.Steps[0] + 1
		}
	case rec.End != nil:
		j.Run.Finished, j.Run.Results, j.Run.Stopped = rec.End.Finished, rec.End.Results, rec.End.Stopped
		j.Run.Interrupted = false
	}
	return nil
}

func (j *Journal) settle() {
	slices.SortFunc(j.intents, func(a, b span) int { return cmp.Compare(a[0], b[0]) })
	slices.SortFunc(j.results, func(a, b resultSpan) int { return cmp.Compare(a.Steps[0], b.Steps[0]) })
}

// Result is how a step of the run's plan ended, and why. It is zero for a step
// of which the journal has no result: one that was not approved, or that the
// run may have had in hand when it was interrupted ([Journal.Unsettled]).
func (j *Journal) Result(step int64) (Result, string) {
	i := sort.Search(len(j.results), func(i int) bool { return j.results[i].Steps[1] >= step })
	if i == len(j.results) || j.results[i].Steps[0] > step {
		return 0, ""
	}
	return j.results[i].Result, j.results[i].Reason
}

// Unsettled reports whether the run may have left a step half done: it failed,
// or the run had begun with it and was interrupted, and then a result does not
// count, as the disk may have lost the change behind it.
func (j *Journal) Unsettled(step int64) bool {
	if r, _ := j.Result(step); r == Failed {
		return true
	}
	if !j.Run.Interrupted {
		return false
	}
	i := sort.Search(len(j.intents), func(i int) bool { return j.intents[i][1] >= step })
	return i < len(j.intents) && j.intents[i][0] <= step
}

// History is every run in a state folder, newest first. A run whose journal is
// damaged is listed with its Err.
func History(stateDir string) ([]RunInfo, error) {
	var runs []RunInfo
	err := eachJournal(stateDir, func(j *Journal) { runs = append(runs, j.Run) })
	slices.SortFunc(runs, func(a, b RunInfo) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID))
	})
	undoneBy := make(map[string]string)
	for _, run := range slices.Backward(runs) {
		if run.Undoes != "" && run.Results[Done] > 0 {
			undoneBy[run.Undoes] = run.ID
		}
	}
	for i := range runs {
		runs[i].UndoneBy = undoneBy[runs[i].ID]
	}
	return runs, err
}

func eachJournal(stateDir string, visit func(*Journal)) error {
	top := filepath.Join(stateDir, "runs")
	entries, err := os.ReadDir(top)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join(top, e.Name())
		j, err := ReadJournal(dir)
		if j == nil {
			j = &Journal{Run: RunInfo{Interrupted: true, Dir: dir}}
		}
		j.Run.ID, j.Run.Err = e.Name(), err
		visit(j)
	}
	return err
}

// Repair cuts a torn end off the journal in dir and keeps it beside as
// journal.torn. It refuses a journal that is damaged elsewhere.
func Repair(dir string) error {
	j, err := ReadJournal(dir)
	if err != nil || j.Torn == 0 {
		return err
	}
	path := filepath.Join(dir, journalFile)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	torn := make([]byte, j.Torn)
	good := info.Size() - j.Torn
	if _, err := file.ReadAt(torn, good); err != nil {
		return err
	}
	if err := copyTo(filepath.Join(dir, tornFile), bytes.NewReader(torn)); err != nil {
		return err
	}
	if err := file.Truncate(good); err != nil {
		return err
	}
	return file.Sync()
}
