package plan

import (
	"fmt"
	"io"
	"strings"
)

// Outcome is one expectation after a run: of how many entries it does not hold,
// as the plan predicted and as it was found.
type Outcome struct {
	Identity, Expect, Match, Source  string
	Predicted, Found                 int64
	AccountsPredicted, AccountsFound int64
	// Differs are the accounts in which the two are not the same, in order.
	Differs []string
}

// Outcomes holds what was found in accounts after a run against what had been
// predicted of them: Access of predicted is judged after its steps, that of found
// now. Both are by account; one that was not found again is not compared.
func Outcomes(accounts []string, predicted, found map[string][]Access) []Outcome {
	var all []Outcome
	at := make(map[accessLine]int)
	for _, name := range accounts {
		again := found[name]
		for i := range again {
			was := find(predicted[name], func(a *Access) bool { return a.line() == again[i].line() })
			if was == nil {
				continue
			}
			line := again[i].line()
			n, ok := at[line]
			if !ok {
				n = len(all)
				at[line] = n
				all = append(all, Outcome{Identity: line.identity, Expect: line.expect, Match: line.match, Source: line.source})
			}
			all[n].add(name, was.DeniedAfter, again[i].DeniedNow)
		}
	}
	return all
}

func (o *Outcome) add(account string, predicted, found int64) {
	o.Predicted += predicted
	o.AccountsPredicted += one(predicted)
	o.Found += found
	o.AccountsFound += one(found)
	if predicted != found {
		o.Differs = append(o.Differs, account)
	}
}

// WriteOutcomes prints them for people.
func WriteOutcomes(w io.Writer, all []Outcome) error {
	rows := [][]string{{"Access", "predicted", "found"}}
	for i := range all {
		o := &all[i]
		a := Access{Identity: o.Identity, Expect: o.Expect, Match: o.Match}
		rows = append(rows, []string{
			"  " + a.title(), a.verdict(o.AccountsPredicted, o.Predicted), a.verdict(o.AccountsFound, o.Found), Quote(o.Source),
		})
	}
	var s strings.Builder
	for i, laid := range columns(rows, accessColumns()) {
		s.WriteString(laid + "\n")
		if i > 0 && len(all[i-1].Differs) > 0 {
			fmt.Fprintf(&s, "      not as predicted: %s\n", quoteAll(all[i-1].Differs, 8))
		}
	}
	_, err := io.WriteString(w, s.String())
	return err
}
