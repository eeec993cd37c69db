package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"rightful/apply"
	"rightful/plan"
)

// writeReport says what became of a run, and of the access that was predicted.
func (a *app) writeReport(c *cli.Command, r *apply.Report, outcomes []plan.Outcome) error {
	if c.Bool("json") {
		return a.writeReportJSON(r, outcomes)
	}
	for _, n := range r.NotDone {
		if n.Result == apply.NotReached {
			continue // said once for the account
		}
		fmt.Fprintf(a.out, "  %-8s %s  %s  %s\n", n.Result, plan.Quote(n.Account), plan.Quote(n.Path), n.Reason)
	}
	for _, acct := range r.Accounts {
		if acct.Held != "" {
			fmt.Fprintf(a.out, "  held     %s  %s; %s not reached\n",
				plan.Quote(acct.Name), acct.Held, counted(acct.Counts[apply.NotReached], "step"))
		}
	}
	if r.Stopped != "" {
		fmt.Fprintf(a.out, "Stopped: %s\n", r.Stopped)
	}
	complete := "Apply complete!"
	if !r.Counts.Complete() {
		complete = "Apply incomplete."
	}
	_, err := fmt.Fprintf(a.out, "%s %s. (run %s)\n", complete, countsText(r.Counts), r.Run)
	if hidden := r.Counts.Total() - r.Counts[apply.Done] - r.Counts[apply.AlreadyRight] - int64(len(r.NotDone)); hidden > 0 {
		_, err = fmt.Fprintf(a.out, "%s more are named in the journal of the run only.\n", counted(hidden, "step"))
	}
	if len(outcomes) > 0 && err == nil {
		fmt.Fprintln(a.out)
		err = plan.WriteOutcomes(a.out, outcomes)
	}
	return err
}

// countsText is "3 done, 1 stale": done always, the others where they occur.
func countsText(c apply.Counts) string {
	parts := []string{fmt.Sprintf("%d done", c[apply.Done])}
	for r := apply.AlreadyRight; r <= apply.NotReached; r++ {
		if c[r] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c[r], strings.ReplaceAll(r.String(), "_", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

func (a *app) writeReportJSON(r *apply.Report, outcomes []plan.Outcome) error {
	type notDone struct {
		Step    int64        `json:"step"`
		Account string       `json:"account"`
		Path    string       `json:"path"`
		Bytes   []byte       `json:"path_bytes,omitempty"` // where path is quoted
		Result  apply.Result `json:"result"`
		Reason  string       `json:"reason"`
	}
	doc := struct {
		Run      string       `json:"run"`
		Started  time.Time    `json:"started"`
		Finished time.Time    `json:"finished"`
		Results  apply.Counts `json:"results"`
		Complete bool         `json:"complete"`
		Stopped  string       `json:"stopped,omitempty"`
		NotDone  []notDone    `json:"not_done"`
		Access   []outcome    `json:"access"` // as predicted and as found
	}{r.Run, r.Started, r.Finished, r.Counts, r.Counts.Complete(), r.Stopped, []notDone{}, outcomeDocuments(outcomes)}
	for _, n := range r.NotDone {
		item := notDone{Step: n.Step, Account: n.Account, Path: n.Path, Result: n.Result, Reason: n.Reason}
		if quoted := plan.Quote(n.Path); quoted != n.Path {
			item.Path, item.Bytes = quoted, []byte(n.Path)
		}
		doc.NotDone = append(doc.NotDone, item)
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

// outcome is an expectation as -json prints it.
type outcome struct {
	Identity          string   `json:"identity"`
	Expect            string   `json:"expect"`
	Match             string   `json:"match"`
	Source            string   `json:"source"`
	Predicted         int64    `json:"denied_predicted"`
	Found             int64    `json:"denied_found"`
	AccountsPredicted int64    `json:"accounts_denied_predicted"`
	AccountsFound     int64    `json:"accounts_denied_found"`
	Differs           []string `json:"accounts_not_as_predicted"`
}

func outcomeDocuments(outcomes []plan.Outcome) []outcome {
	all := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		all[i] = outcome(o)
		if o.Differs == nil {
			all[i].Differs = []string{}
		}
	}
	return all
}

// reportExit is 6 where nothing was done and something was stale, 7 where
// anything else is not as planned.
func reportExit(r *apply.Report, outcomes []plan.Outcome) error {
	switch c := r.Counts; {
	case c.Complete() && !slices.ContainsFunc(outcomes, func(o plan.Outcome) bool { return len(o.Differs) > 0 }):
		return nil
	case c[apply.Stale] > 0 && c[apply.Stale]+c[apply.AlreadyRight] == c.Total():
		return exitCode(exitStale)
	}
	return exitCode(exitIncomplete)
}

// applyProgress draws a line at a terminal as batches of steps end.
func (a *app) applyProgress(approval *plan.Approval) func(apply.Event) {
	if !isTerminal(a.errOut) {
		return nil
	}
	began, drawn := time.Now(), time.Now()
	return func(e apply.Event) {
		if now := time.Now(); now.Sub(drawn) >= quietTime/4 && now.Sub(began) >= quietTime {
			drawn = now
			n, took := e.Counts.Total(), now.Sub(began)
			fmt.Fprintf(a.errOut, "\r\x1b[K%d of %d steps, %.0f a second%s", n, approval.Count, float64(n)/took.Seconds(), remaining(took, n, approval.Count))
		}
	}
}

func (a *app) endProgress() {
	if isTerminal(a.errOut) {
		fmt.Fprint(a.errOut, "\r\x1b[K")
	}
}
