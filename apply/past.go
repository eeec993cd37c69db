package apply

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rightful/internal/fsys"
	"rightful/plan"
)

// Past is a run that was, as its folder tells it. Its owner closes it.
type Past struct {
	Journal  *Journal
	Plan     *plan.Plan
	Approval *plan.Approval
	// Selected is what the approval allowed when it was given.
	Selected *plan.Selected

	file *os.File
}

// NoRunError means that a text does not name exactly one run.
type NoRunError struct {
	Name     string
	StateDir string
	Several  []string // the runs that it could be
}

func (e *NoRunError) Error() string {
	if len(e.Several) == 0 {
		return fmt.Sprintf("%s: no such run in %s", plan.Quote(e.Name), plan.Quote(e.StateDir))
	}
	return fmt.Sprintf("%s: more than one run: %s", plan.Quote(e.Name), strings.Join(e.Several, ", "))
}

// OpenPast opens the run of that name, or the only one whose name begins with
// it. Its journal may be cut off at the end, and nothing else: one that is
// damaged, or does not go with the plan and the approval beside it, is refused.
// Trust says whose files are believed; nil believes everybody's.
func OpenPast(stateDir, name string, trust fsys.Trust) (*Past, error) {
	id, err := findRun(stateDir, name)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Join(stateDir, "runs", id))
	if err != nil {
		return nil, err
	}
	p := &Past{}
	if err := p.open(dir, trust); err != nil {
		p.Close()
		return nil, err
	}
	if err := p.check(id); err != nil {
		p.Close()
		return nil, fmt.Errorf("%s: %w", plan.Quote(dir), err)
	}
	return p, nil
}

// runName is how runs are named: by when they began.
var runName = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}$`)

func isRun(name string) bool { return runName.MatchString(name) }

func findRun(stateDir, name string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(stateDir, "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var found []string
	for _, e := range entries {
		switch id := e.Name(); {
		case !isRun(id):
		case id == name:
			return id, nil
		case name != "" && strings.HasPrefix(id, name):
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", &NoRunError{name, stateDir, found}
	}
	return found[0], nil
}

func (p *Past) open(dir string, trust fsys.Trust) error {
	approval, err := openTrusted(filepath.Join(dir, approvalFile), trust)
	if err != nil {
		return err
	}
	defer approval.Close()
	if p.Approval, err = plan.ReadApproval(approval); err != nil {
		return &os.PathError{Op: "open", Path: approval.Name(), Err: err}
	}
	if err := p.openPlan(dir, trust); err != nil {
		return err
	}
	// In a folder where the other two are trusted, nobody else can have
	// written the third.
	journal, err := openTrusted(filepath.Join(dir, journalFile), trust)
	if err != nil {
		return err
	}
	journal.Close()
	p.Journal, err = ReadJournal(dir)
	return err
}

func (p *Past) openPlan(dir string, trust fsys.Trust) (err error) {
	if p.file, err = openTrusted(filepath.Join(dir, planFile), trust); err != nil {
		return err
	}
	if p.Plan, err = plan.OpenFor(p.file, p.Approval); err != nil {
		return &os.PathError{Op: "open", Path: p.file.Name(), Err: err}
	}
	return nil
}

func openTrusted(abs string, trust fsys.Trust) (*os.File, error) {
	root, err := fsys.OpenRoot("/")
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return fsys.NewFiles(root, trust).Open(abs)
}

// check holds the files of one folder against each other.
func (p *Past) check(id string) error {
	run := &p.Journal.Run
	switch {
	case run.ID == "":
		return errors.New("the journal has no beginning: the run changed nothing")
	case run.ID != id:
		return fmt.Errorf("the journal is that of run %s", plan.Quote(run.ID))
	case run.Plan != p.Plan.Digest || run.File != p.Plan.File:
		return errors.New("the journal is that of another plan")
	case run.Root != p.Plan.Header.Root:
		return fmt.Errorf("the journal is for root %s, the plan for %s", plan.Quote(run.Root), plan.Quote(p.Plan.Header.Root))
	}
	var err error
	p.Selected, err = p.Approval.Check(p.Plan, p.Approval.At)
	return err
}

// Close closes the plan.
func (p *Past) Close() {
	if p.file != nil {
		p.file.Close()
	}
}

// begun reports whether the run may have changed something at an approved step.
func (p *Past) begun(s plan.Step) bool {
	switch result, _ := p.Journal.Result(s.Number); result {
	case Done, Failed:
	case 0:
		if !p.Journal.Unsettled(s.Number) {
			return false
		}
	default:
		return false
	}
	return p.Selected.Has(s)
}

// Report is what became of the run's steps. Those of an interrupted run that
// have no result are in NotDone too, with no Result, and are not counted.
func (p *Past) Report() (*Report, error) {
	run := &p.Journal.Run
	r := &Report{Run: run.ID, Started: run.Started, Finished: run.Finished, Stopped: run.Stopped}
	for s, err := range p.Plan.Steps() {
		if err != nil {
			return nil, err
		}
		if !p.Selected.Has(s) {
			continue
		}
		if n := len(r.Accounts); n == 0 || r.Accounts[n-1].Name != s.Account.Name {
			r.Accounts = append(r.Accounts, AccountReport{Name: s.Account.Name})
		}
		p.report(r, s)
	}
	return r, nil
}

func (p *Past) report(r *Report, s plan.Step) {
	result, reason := p.Journal.Result(s.Number)
	if result != 0 {
		r.Counts[result]++
		r.Accounts[len(r.Accounts)-1].Counts[result]++
	}
	if result == 0 {
		reason = "not reached"
		if p.Journal.Unsettled(s.Number) {
			reason = "may have been in hand when the run was interrupted"
		}
	}
	if result != Done && result != AlreadyRight && len(r.NotDone) < MaxNotDone {
		r.NotDone = append(r.NotDone, NotDone{s.Number, s.Account.Name, s.Path(), result, reason})
	}
}
