package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/internal/snapshot"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// snapshotFlags are for planning against one.
func snapshotFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "snapshot", Usage: "plan against what `FILE` recorded: rightful snapshot's, or an mtree(5) manifest"},
		&cli.StringFlag{Name: "passwd", Usage: "who is who on the host of another tool's manifest, from `FILE`"},
		&cli.StringFlag{Name: "group", Usage: "which groups there are on it, from `FILE`"},
		&cli.StringFlag{Name: "manifest-root", Value: "/", Usage: "the directory of the host that the manifest's root is: `DIR`"},
	}
}

// snapshotOptions is what a policy and a recorded host have to say to each other.
func snapshotOptions(c *cli.Command, p *policy) (o reconcile.Options, done func(), err error) {
	if c.IsSet("root") && c.String("root") != os.Getenv(rootVariable) {
		return o, nil, usagef("-snapshot and -root: a snapshot has a root of its own")
	}
	name := c.String("snapshot")
	files, err := trustedFiles()
	if err != nil {
		return o, nil, err
	}
	f, err := files.open(name)
	if err != nil {
		return o, nil, err
	}
	s, err := openSnapshot(c, files, f, name)
	if err == nil {
		o, err = optionsOfSnapshot(s, p)
	}
	if err == nil {
		o.Accounts = c.StringSlice("account")
		err = hasAll(s, name, o)
	}
	if err != nil {
		f.Close()
		return o, nil, err
	}
	return o, func() { f.Close() }, nil
}

func openSnapshot(c *cli.Command, files *trusted, f *os.File, name string) (*snapshot.Snapshot, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	foreign, err := foreignOf(c, files)
	if err != nil {
		return nil, err
	}
	s, err := snapshot.Open(f, info.Size(), name, foreign)
	if err == nil && !s.Foreign && (c.IsSet("passwd") || c.IsSet("manifest-root")) {
		err = usagef("-passwd, -group and -manifest-root are for other tools' manifests; %s knows itself", plan.Quote(name))
	}
	return s, err
}

func optionsOfSnapshot(s *snapshot.Snapshot, p *policy) (reconcile.Options, error) {
	ceiling, err := parseCeiling(s.Limits)
	if err != nil {
		return reconcile.Options{}, err
	}
	header, err := newHeader(p, ceiling)
	header.Host, header.Root, header.CannotSee = s.Header.Host, s.Header.Root, s.CannotSee
	header.Snapshot = &plan.Snapshot{Taken: s.Header.Taken, Digest: s.Digest}
	return reconcile.Options{
		Policy: p.Policy, Day: spec.DayOf(time.Now()), Ceiling: ceiling,
		Tree: s.Tree(), Files: s.Files(), Users: s.Users, Passwd: s.Passwd, Caller: &s.Header.Caller, Header: header,
	}, err
}

// MissingHomesError names accounts of the policy whose homes were not recorded.
type MissingHomesError struct {
	File  string
	Names []string
}

func (e *MissingHomesError) Error() string {
	names := make([]string, min(len(e.Names), 5))
	for i := range names {
		names[i] = plan.Quote(e.Names[i])
	}
	more := ""
	if n := len(e.Names) - len(names); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("%s: has no home of %s%s: the policy that it was taken for did not select them", plan.Quote(e.File), strings.Join(names, ", "), more)
}

// hasAll is an error where the policy selects accounts that were not recorded.
func hasAll(s *snapshot.Snapshot, name string, o reconcile.Options) error {
	survey, err := reconcile.Take(o)
	if err != nil {
		return err
	}
	var missing []string
	for _, a := range survey.Accounts {
		if !a.Held && !s.Has(a.Home) {
			missing = append(missing, a.Name)
		}
	}
	if len(missing) > 0 {
		return &MissingHomesError{name, missing}
	}
	return nil
}

// foreignOf is what the command line says of another tool's manifest.
func foreignOf(c *cli.Command, files *trusted) (snapshot.Foreign, error) {
	f := snapshot.Foreign{Root: filepath.Clean("/" + c.String("manifest-root"))}
	passwd, group := c.String("passwd"), c.String("group")
	switch {
	case passwd == "" && group == "":
		return f, nil
	case passwd == "" || group == "":
		return f, usagef("-passwd and -group are given together")
	}
	f.Users = userdb.Files(func(path string) ([]byte, error) {
		if path == "/etc/passwd" {
			return files.read(passwd)
		}
		return files.read(group)
	})
	f.Passwd = f.Users
	return f, nil
}
