package cli

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"rightful/reconcile"
)

// quietTime is how long work may take without a word.
const quietTime = time.Second

// showProgress keeps a line on standard error up to date while a comparison
// goes on, if there is a person to read it. The returned function ends it.
func (a *app) showProgress(p *reconcile.Progress) (stop func()) {
	began := time.Now()
	return a.progressLine(func() string {
		n, took := p.Entries.Load(), time.Since(began)
		done, all := p.Accounts.Load(), p.Selected.Load()
		return fmt.Sprintf("%d of %d accounts, %d entries, %.0f a second%s", done, all, n, float64(n)/took.Seconds(), remaining(took, done, all))
	})
}

// remaining is how long the rest would take if it went on as it has: nothing
// while there is nothing to go by.
func remaining(took time.Duration, done, all int64) string {
	if done == 0 || done >= all {
		return ""
	}
	left := time.Duration(float64(took) / float64(done) * float64(all-done))
	return ", about " + left.Round(time.Second).String() + " left"
}

func (a *app) progressLine(text func() string) (stop func()) {
	if !isTerminal(a.errOut) {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(quietTime)
		defer ticker.Stop()
		shown := false
		for {
			select {
			case <-ticker.C:
				fmt.Fprintf(a.errOut, "\r\x1b[K%s", text())
				shown = true
			case <-done:
				if shown {
					fmt.Fprint(a.errOut, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
