package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v3"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// walkFlags narrow and bound a comparison.
func walkFlags() []cli.Flag {
	budget := reconcile.DefaultBudget()
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "account", Usage: "only accounts whose name matches `GLOB`"},
		&cli.StringSliceFlag{Name: "path", Usage: "only paths, relative to the home, that match `GLOB`"},
		&cli.IntFlag{Name: "workers", Usage: "look at `N` directories at a time", Value: defaultWorkers(), Validator: positive[int]},
		&cli.Int64Flag{Name: "max-entries", Usage: "hold an account with more than `N` entries", Value: budget.Entries, Validator: positive[int64]},
		&cli.IntFlag{Name: "max-depth", Usage: "hold an account deeper than `N` directories", Value: budget.Depth, Validator: positive[int]},
		&cli.Int64Flag{Name: "max-problems", Usage: "hold an account with more than `N` problems", Value: budget.Problems, Validator: positive[int64]},
		&cli.DurationFlag{Name: "max-time", Usage: "hold an account that takes longer than `DURATION`", Value: budget.Time, Validator: positive[time.Duration]},
	}
}

// defaultWorkers keeps a disk busy that has to be waited for. From caches no more
// than there are processors run at a time, see [fsys.Threads].
func defaultWorkers() int { return max(runtime.NumCPU(), 8) }

func positive[N int | int64 | time.Duration](n N) error {
	if n <= 0 {
		return fmt.Errorf("%v is not more than 0", n)
	}
	return nil
}

func budgetOf(c *cli.Command) reconcile.Budget {
	return reconcile.Budget{
		Entries: c.Int64("max-entries"), Depth: c.Int("max-depth"),
		Problems: c.Int64("max-problems"), Time: c.Duration("max-time"),
	}
}

// planFile is a plan that is being made. Until it is kept it has no name that
// anybody could mistake for a finished plan's.
type planFile struct {
	*plan.Plan
	sink io.Writer    // the plan is written here,
	file *os.File     // and read from here, by whatever name
	keep func() error // gives it its name
	drop func()       // closes it, and removes it if it was not kept
}

// compare makes a plan: in the end at dest, or nowhere if that is empty.
func (a *app) compare(ctx context.Context, c *cli.Command, dest string) (*planFile, error) {
	policy, err := loadPolicy(c)
	if err != nil {
		return nil, err
	}
	return a.compareWith(ctx, c, policy, dest)
}

// compareWith makes a plan by one policy, as the command line says otherwise.
func (a *app) compareWith(ctx context.Context, c *cli.Command, policy *policy, dest string) (*planFile, error) {
	if err := niceIO(c); err != nil {
		return nil, err
	}
	options, done, err := optionsOf(c, policy)
	if err != nil {
		return nil, err
	}
	defer done()
	f, err := newPlanFile(dest)
	if err != nil {
		return nil, err
	}
	progress := &reconcile.Progress{}
	stop := a.showProgress(progress)
	options.Accounts, options.Paths = c.StringSlice("account"), c.StringSlice("path")
	options.Budget, options.Workers, options.Progress = budgetOf(c), c.Int("workers"), progress
	options.Pace = entryPace(ctx, c)
	written, err := reconcile.Run(ctx, f.sink, options)
	stop()
	if err == nil {
		f.Plan, err = written.From(f.file)
	}
	if err != nil {
		f.drop()
		return nil, err
	}
	a.log.Info("compared", "policy", policy.path, "root", options.Header.Root,
		"accounts", f.Trailer.Summary.Accounts, "entries", f.Trailer.Summary.Entries, "took", time.Since(options.Header.Created))
	return f, nil
}

// optionsOf is for the host, or for the snapshot that the command line names. What
// is open is in use until done is called.
func optionsOf(c *cli.Command, p *policy) (o reconcile.Options, done func(), err error) {
	if c.String("snapshot") != "" {
		return snapshotOptions(c, p)
	}
	host, err := openHost(c)
	if err != nil {
		return o, nil, err
	}
	if o, err = newOptions(host, p); err != nil {
		host.Close()
		return o, nil, err
	}
	return o, func() { host.Close() }, nil
}

// newOptions is what a policy and a host have to say to each other today.
func newOptions(h *host, p *policy) (reconcile.Options, error) {
	if err := fsys.CheckProc(); err != nil {
		return reconcile.Options{}, fmt.Errorf("planning needs /proc: %w", err)
	}
	self, err := thisHost()
	if err != nil {
		return reconcile.Options{}, err
	}
	ceiling, err := h.ceiling()
	if err != nil {
		return reconcile.Options{}, err
	}
	header, err := newHeader(p, ceiling)
	header.Host, header.Root = self, h.path
	return reconcile.Options{
		Policy: p.Policy, Day: spec.DayOf(time.Now()), Ceiling: ceiling,
		Tree: reconcile.Live(h.root), Files: reconcile.LiveFiles(h.files), Users: h.users, Passwd: h.passwd, Header: header,
	}, err
}

// newHeader is a plan's but for what it is a plan of.
func newHeader(p *policy, ceiling spec.Ceiling) (plan.Header, error) {
	limits, err := reconcile.Limits(p.Policy, ceiling)
	if err != nil {
		return plan.Header{}, err
	}
	path, err := filepath.Abs(p.path)
	return plan.Header{
		Created: time.Now().UTC(), Tool: version(),
		Policy: plan.Policy{Name: p.path, Files: p.files, Path: path, Vars: p.vars}, Limits: limits,
	}, err
}

func newPlanFile(dest string) (*planFile, error) {
	if dest == "" {
		return namelessPlan()
	}
	pending, err := newPending(dest)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(pending.Name())
	if err != nil {
		return nil, errors.Join(err, pending.Cleanup())
	}
	drop := func() {
		f.Close()
		_ = pending.Cleanup()
	}
	return &planFile{sink: pending, file: f, keep: pending.CloseAtomicallyReplace, drop: drop}, nil
}

// newPending is a file that gets its name when it is finished. It stands next to
// dest: the rename must not cross a mount.
func newPending(dest string) (*renameio.PendingFile, error) {
	return renameio.NewPendingFile(dest,
		renameio.WithTempDir(filepath.Dir(dest)), renameio.WithPermissions(0o600), renameio.IgnoreUmask())
}

// namelessPlan is kept by nobody: nothing is left behind, however this ends.
func namelessPlan() (*planFile, error) {
	f, err := namelessFile()
	if err != nil {
		return nil, err
	}
	return &planFile{sink: f, file: f, keep: func() error { return nil }, drop: func() { f.Close() }}, nil
}

// namelessFile is on disk, or in memory where there is nowhere to put it, as in a
// container that is all read-only.
func namelessFile() (*os.File, error) {
	f, err := os.CreateTemp("", "rightful-*.plan")
	if err == nil {
		return f, os.Remove(f.Name())
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fsys.Memory("rightful.plan")
	}
	return nil, err
}
