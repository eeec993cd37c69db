package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

func (a *app) historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", Usage: "list the runs, newest first", ArgsUsage: "[RUN]",
		Description:  "With RUN, a run's name or enough of its beginning, that one in detail.",
		OnUsageError: usageError,
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print it as JSON"}, stateFlag()},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Len() > 1 {
				return usagef("history takes one RUN")
			}
			state, err := stateDir(c)
			if err != nil {
				return err
			}
			runs, err := apply.History(state)
			switch {
			case err != nil:
				return err
			case c.Args().Present():
				return a.showRun(c, runs)
			case c.Bool("json"):
				return json.NewEncoder(a.out).Encode(append([]apply.RunInfo{}, runs...))
			}
			return a.writeHistory(state, runs)
		},
	}
}

func (a *app) writeHistory(state string, runs []apply.RunInfo) error {
	if len(runs) == 0 {
		_, err := fmt.Fprintf(a.out, "No runs in %s.\n", plan.Quote(state))
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\tstarted\tby\tplan\tresults")
	for _, r := range runs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Started.Local().Format(time.DateTime),
			plan.Quote(r.By), shortDigest(r.Plan), runText(&r))
	}
	return table.Flush()
}

// runText is what became of a run, in a line.
func runText(r *apply.RunInfo) string {
	text := countsText(r.Results)
	switch {
	case r.Err != nil:
		text += "; journal damaged: " + plan.Printable(r.Err.Error())
	case r.Interrupted:
		text += "; interrupted"
	}
	if r.Undoes != "" {
		text += "; undoes " + plan.Printable(r.Undoes)
	}
	if r.UndoneBy != "" {
		text += "; undone by " + r.UndoneBy
	}
	return text
}

// pastRun is one run, and what stands about it elsewhere.
type pastRun struct {
	*apply.Past
	info   apply.RunInfo
	report *apply.Report
	going  bool
}

func (a *app) showRun(c *cli.Command, runs []apply.RunInfo) error {
	past, err := openPast(c)
	if err != nil {
		return err
	}
	defer past.Close()
	r := pastRun{Past: past, info: past.Journal.Run}
	for _, other := range runs {
		if other.ID == r.info.ID {
			r.info.UndoneBy = other.UndoneBy
		}
	}
	if r.report, err = past.Report(); err != nil {
		return err
	}
	// A root that is gone has no run going on below it.
	if holder, err := apply.Holder(lockDir(), r.info.Root); err == nil && holder != nil {
		r.going = holder.Run == r.info.ID
	}
	if c.Bool("json") {
		return a.writeRunJSON(&r)
	}
	return a.writeRun(&r)
}

func (a *app) writeRun(r *pastRun) error {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(a.out, "%-10s %s\n", what, fmt.Sprintf(format, args...))
	}
	info, approval := &r.info, r.Approval
	line("run", "%s", info.ID)
	line("started", "%s by %s", info.Started.Local().Format(time.DateTime), plan.Quote(info.By))
	line("finished", "%s", r.ended())
	line("host", "%s, root %s", plan.Quote(r.Plan.Header.Host.Name), plan.Quote(info.Root))
	line("plan", "%s, policy %s", info.Plan, plan.Quote(r.Plan.Header.Policy.Name))
	if info.Undoes != "" {
		line("undoes", "%s", plan.Printable(info.Undoes))
	}
	line("approved", "%s in %s, by %s, %s", counted(approval.Count, "step"), counted(approval.Accounts, "account"),
		plan.Quote(approval.By), approval.At.Local().Format(time.DateTime))
	for _, o := range approval.Overrides {
		line("override", "%s", plan.Printable(o.String()))
	}
	if approval.Reason != "" {
		line("reason", "%s", plan.Printable(approval.Reason))
	}
	line("results", "%s", countsText(r.report.Counts))
	if info.UndoneBy != "" {
		line("undone by", "%s", info.UndoneBy)
	}
	a.writeRunParts(r)
	_, err := fmt.Fprint(a.out, r.next())
	return err
}

// ended says when a run ended, and how.
func (r *pastRun) ended() string {
	switch {
	case r.going:
		return "not yet: it is still going on"
	case r.info.Interrupted:
		return "never: it was interrupted"
	case r.info.Stopped != "":
		return r.info.Finished.Local().Format(time.DateTime) + ", stopped: " + plan.Printable(r.info.Stopped)
	}
	return r.info.Finished.Local().Format(time.DateTime)
}

// maxShown is how many accounts and steps are named; -json has the rest.
const maxShown = 100

func (a *app) writeRunParts(r *pastRun) {
	fmt.Fprintln(a.out, "\nAccounts")
	for _, account := range r.report.Accounts[:min(maxShown, len(r.report.Accounts))] {
		fmt.Fprintf(a.out, "  %-20s %s\n", plan.Quote(account.Name), countsText(account.Counts))
	}
	if n := len(r.report.Accounts) - maxShown; n > 0 {
		fmt.Fprintf(a.out, "  ... %d more\n", n)
	}
	if len(r.report.NotDone) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\nNot done")
	for _, n := range r.report.NotDone[:min(maxShown, len(r.report.NotDone))] {
		what := "no result"
		if n.Result != 0 {
			what = n.Result.String()
		}
		fmt.Fprintf(a.out, "  %-11s %s  %s  %s\n", what, plan.Quote(n.Account), plan.Quote(n.Path), plan.Printable(n.Reason))
	}
	if n := len(r.report.NotDone) - maxShown; n > 0 {
		fmt.Fprintf(a.out, "  ... %d more\n", n)
	}
}

// next is what can be done about a run.
func (r *pastRun) next() string {
	switch {
	case r.going:
		return "\nNext: rightful stop ends it after the steps in hand.\n"
	case r.info.Interrupted:
		return "\nNext: apply the same plan again, which goes on where this ended, or rightful undo -out FILE " + r.info.ID + ".\n"
	case r.info.UndoneBy == "" && r.report.Counts[apply.Done] > 0:
		return "\nNext: rightful undo -out FILE " + r.info.ID + " plans the way back.\n"
	}
	return ""
}

func (a *app) writeRunJSON(r *pastRun) error {
	type approval struct {
		By        string   `json:"by"`
		At        string   `json:"at"`
		Expires   string   `json:"expires"`
		Reason    string   `json:"reason,omitempty"`
		Overrides []string `json:"overrides"`
		Steps     int64    `json:"steps"`
		Accounts  int64    `json:"accounts"`
	}
	type account struct {
		Name    string       `json:"name"`
		Results apply.Counts `json:"results"`
	}
	doc := struct {
		apply.RunInfo
		Going    bool      `json:"going"`
		Host     string    `json:"host"`
		Root     string    `json:"root"`
		Policy   string    `json:"policy"`
		Undoes   string    `json:"undoes,omitempty"`
		Stopped  string    `json:"stopped,omitempty"`
		Approval approval  `json:"approval"`
		Accounts []account `json:"accounts"`
		NotDone  []notDone `json:"not_done"`
	}{
		RunInfo: r.info, Going: r.going, Host: r.Plan.Header.Host.Name, Root: r.info.Root, Policy: r.Plan.Header.Policy.Name,
		Undoes: r.info.Undoes, Stopped: r.info.Stopped, NotDone: notDoneJSON(r.report.NotDone),
	}
	doc.Results = r.report.Counts
	p := r.Approval
	doc.Approval = approval{
		By: p.By, At: p.At.Format(time.RFC3339), Expires: p.Expires.Format(time.RFC3339), Reason: p.Reason,
		Overrides: []string{}, Steps: p.Count, Accounts: p.Accounts,
	}
	for _, o := range p.Overrides {
		doc.Approval.Overrides = append(doc.Approval.Overrides, o.String())
	}
	for _, one := range r.report.Accounts {
		doc.Accounts = append(doc.Accounts, account{one.Name, one.Counts})
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

type notDone struct {
	Step    int64  `json:"step"`
	Account string `json:"account"`
	Path    string `json:"path"`
	Bytes   []byte `json:"path_bytes,omitempty"` // where path is quoted
	Result  string `json:"result"`               // empty where the journal has none
	Reason  string `json:"reason"`
}

func notDoneJSON(all []apply.NotDone) []notDone {
	items := make([]notDone, len(all))
	for i, n := range all {
		items[i] = notDone{Step: n.Step, Account: n.Account, Path: n.Path, Reason: n.Reason}
		if n.Result != 0 {
			items[i].Result = n.Result.String()
		}
		if quoted := plan.Quote(n.Path); quoted != n.Path {
			items[i].Path, items[i].Bytes = quoted, []byte(n.Path)
		}
	}
	return items
}
