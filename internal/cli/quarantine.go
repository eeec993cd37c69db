package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) quarantineCommand() *cli.Command {
	c := &cli.Command{
		Name: "quarantine", Usage: "list, or purge, what runs have removed", ArgsUsage: "list|purge",
		Description: "What a run removes is moved to a folder that nobody else can enter, next to the homes; undo brings it\n" +
			"back from there. purge is the one command that deletes.\n\n" +
			"  quarantine list [-json]             what is there, whose, from which run, how large\n" +
			"  quarantine purge -older-than 90d    delete what runs put there before that",
		OnUsageError: usageError,
		Commands:     []*cli.Command{a.quarantineListCommand(), a.quarantinePurgeCommand()},
		Action: func(_ context.Context, c *cli.Command) error {
			return usagef("quarantine list, or quarantine purge -older-than 90d?")
		},
	}
	for _, sub := range c.Commands {
		page := commandPage(sub, a.logFlags())
		sub.CustomHelpTemplate = literal(strings.ReplaceAll(page, "rightful "+sub.Name, "rightful quarantine "+sub.Name))
	}
	return c
}

func (a *app) quarantineListCommand() *cli.Command {
	return &cli.Command{
		Name: "list", Usage: "what is in quarantine, oldest first",
		OnUsageError: usageError,
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print it as JSON"}, stateFlag()},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			state, err := stateDir(c)
			if err != nil {
				return err
			}
			found, lookErr := apply.Quarantine(state, callerTrust())
			if err := a.writeQuarantine(c, found, "The quarantine is empty."); err != nil {
				return err
			}
			return lookErr
		},
	}
}

func (a *app) quarantinePurgeCommand() *cli.Command {
	return &cli.Command{
		Name: "purge", Usage: "delete what has been in quarantine for long",
		Description:  "Nothing brings it back; undo says of it that it was purged.",
		OnUsageError: usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "older-than", Usage: "what runs of at least `AGE` ago put there: 90d, 12h"},
			&cli.StringFlag{Name: "run", Usage: "only what the run `RUN` put there"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show what would go"},
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON"},
			stateFlag(),
		},
		Action: a.purge,
	}
}

func (a *app) purge(_ context.Context, c *cli.Command) error {
	if err := noArguments(c); err != nil {
		return err
	}
	age, err := parseAge(c.String("older-than"))
	if err != nil {
		return err
	}
	state, err := stateDir(c)
	if err != nil {
		return err
	}
	gone, purgeErr := apply.Purge(apply.PurgeOptions{
		StateDir: state, LockDir: lockDir(), By: caller(), Trust: callerTrust(),
		Before: time.Now().Add(-age), Run: c.String("run"), DryRun: c.Bool("dry-run"),
	})
	if err := a.writeQuarantine(c, gone, "Nothing to purge."); err != nil {
		return err
	}
	if !c.Bool("json") && len(gone) > 0 {
		verb := "Purged"
		if c.Bool("dry-run") {
			verb = "Would purge"
		}
		fmt.Fprintf(a.out, "%s %s.\n", verb, sizesText(gone))
	}
	return purgeErr
}

// parseAge reads a number of days, or what Go takes for a duration.
func parseAge(text string) (time.Duration, error) {
	if text == "" {
		return 0, usagef("purge needs -older-than, as in -older-than 90d")
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	age, err := time.ParseDuration(text)
	if err != nil || age < 0 {
		return 0, usagef("-older-than %s: not an age: 90d, 12h", plan.Quote(text))
	}
	return age, nil
}

func sizesText(all []apply.Quarantined) string {
	var objects, bytes int64
	for _, q := range all {
		objects += q.Objects
		bytes += q.Bytes
	}
	return fmt.Sprintf("%s, %s", counted(objects, "object"), counted(bytes, "byte"))
}

func (a *app) writeQuarantine(c *cli.Command, all []apply.Quarantined, none string) error {
	if c.Bool("json") {
		return a.writeQuarantineJSON(all)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(a.out, none)
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\taccount\tpath\ttype\tobjects\tbytes")
	for _, q := range all {
		account, path := plan.Quote(q.Account), plan.Quote(q.Path)
		if q.Account == "" {
			account, path = "?", plan.Quote(q.Where)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%v\t%d\t%d\n", q.Run, account, path, q.Type, q.Objects, q.Bytes)
	}
	return table.Flush()
}

func (a *app) writeQuarantineJSON(all []apply.Quarantined) error {
	type item struct {
		Run     string    `json:"run"`
		Since   time.Time `json:"since"`
		Account string    `json:"account"`
		Path    string    `json:"path"`
		Bytes64 []byte    `json:"path_bytes,omitempty"` // where path is quoted
		Type    string    `json:"type"`
		Objects int64     `json:"objects"`
		Bytes   int64     `json:"bytes"`
		Root    string    `json:"root"`
		Where   string    `json:"where"`
	}
	items := make([]item, len(all))
	for i, q := range all {
		items[i] = item{
			Run: q.Run, Since: q.Since, Account: q.Account, Path: q.Path, Type: q.Type.String(),
			Objects: q.Objects, Bytes: q.Bytes, Root: plan.Quote(q.Root), Where: plan.Quote(q.Where),
		}
		if quoted := plan.Quote(q.Path); q.Path != "" && quoted != q.Path {
			items[i].Path, items[i].Bytes64 = quoted, []byte(q.Path)
		}
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(items)
}
