package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/internal/snapshot"
	"rightful/plan"
	"rightful/reconcile"
)

func (a *app) snapshotCommand() *cli.Command {
	return &cli.Command{
		Name: "snapshot", Usage: "record a host's metadata and inventory, to plan against elsewhere",
		Description: "Writes an mtree(5) manifest of all homes that the policy selects, compressed with zstd; with gzip if\n" +
			"FILE ends in .gz, not at all if it ends in .mtree. It has no contents of files, no passwords and no real\n" +
			"names. With -anonymize, names in homes are replaced by tokens that keep a leading dot and the extension;\n" +
			"names that the policy speaks of stay, and so do those of accounts, users and groups, and links to absolute\n" +
			"paths. Then: rightful plan -snapshot FILE, anywhere and as anybody.",
		OnUsageError: usageError,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "write the snapshot to `FILE`"},
			&cli.BoolFlag{Name: "anonymize", Usage: "replace names in homes by tokens"},
			rootFlag(),
		}, policyFlags(), paceFlags()),
		Action: a.snapshot,
	}
}

func (a *app) snapshot(ctx context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	dest := c.String("out")
	if dest == "" {
		return usagef("snapshot needs -out FILE")
	}
	policy, err := loadPolicy(c)
	if err != nil {
		return err
	}
	if err := niceIO(c); err != nil {
		return err
	}
	host, err := openHost(c)
	if err != nil {
		return err
	}
	defer host.Close()
	plan, err := newOptions(host, policy)
	if err != nil {
		return err
	}
	options, err := recording(host, plan)
	if err != nil {
		return err
	}
	options.Compression, options.Pace = compression(dest), entryPace(ctx, c)
	if c.Bool("anonymize") {
		options.Salt = []byte(rand.Text())
	}
	return a.record(ctx, dest, options)
}

// recording is what a snapshot takes down of a host that could be planned for.
func recording(h *host, o reconcile.Options) (snapshot.Options, error) {
	limits, err := h.ceilingText()
	if err != nil {
		return snapshot.Options{}, err
	}
	survey, err := reconcile.Take(o)
	if err != nil {
		return snapshot.Options{}, err
	}
	return snapshot.Options{
		Header: snapshot.Header{Taken: o.Header.Created, Tool: o.Header.Tool, Host: o.Header.Host, Root: h.path, Caller: uint32(os.Geteuid())},
		Policy: o.Policy, Tree: o.Tree, Files: o.Files, Users: o.Users, Passwd: o.Passwd, Limits: limits, Survey: survey,
		Progress: &reconcile.Progress{},
	}, nil
}

func compression(dest string) snapshot.Compression {
	switch filepath.Ext(dest) {
	case ".gz":
		return snapshot.Gzip
	case ".mtree":
		return snapshot.Plain
	}
	return snapshot.Zstd
}

// record writes the snapshot, whole or not at all.
func (a *app) record(ctx context.Context, dest string, o snapshot.Options) error {
	f, err := newPending(dest)
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }()
	o.Progress.Selected.Store(int64(len(o.Survey.Accounts) + len(o.Survey.Skipped)))
	stop := a.showProgress(o.Progress)
	sum, err := snapshot.Write(ctx, f, o)
	stop()
	if err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	a.log.Info("snapshot taken", "file", dest, "digest", sum.Digest, "accounts", sum.Accounts, "entries", sum.Entries,
		"took", time.Since(o.Header.Taken))
	fmt.Fprintf(a.out, "Recorded %s (%s) of %s: %s\nNext: rightful plan -snapshot %[4]s, on any machine.\n",
		counted(sum.Accounts, "home"), countedEntries(sum.Entries), plan.Quote(o.Header.Host.Name), plan.Quote(dest))
	return nil
}

func countedEntries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
