package cli

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/internal/access"
	"rightful/plan"
	"rightful/reconcile"
)

func (a *app) explainCommand() *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "why is a path as it is, and who can reach it", ArgsUsage: "PATH",
		Description: "Says which lines of the policy decide about PATH, which expectations it keeps, and, for whom -as names,\n" +
			"every directory on the way and what lets him through or stops him. With -plan FILE, also how it will be\n" +
			"after that plan. PATH is below -root.",
		OnUsageError: usageError,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "as", Usage: "answer for `NAME`: an identity of the policy, account, others, or a user of the host"},
			&cli.StringFlag{Name: "want", Value: "read", Usage: "what he wants: read, write, execute, list or search, joined by commas"},
			&cli.StringFlag{Name: "plan", Usage: "answer also for the time after the saved plan `FILE`"},
			&cli.BoolFlag{Name: "json", Usage: "print the answer as JSON"},
			rootFlag(),
		}, policyFlags()),
		Action: a.explain,
	}
}

func (a *app) explain(_ context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usagef("explain takes one PATH")
	}
	want, err := parseWant(c.String("want"))
	if err != nil {
		return err
	}
	h, err := openHost(c)
	if err != nil {
		return err
	}
	defer h.Close()
	abs := filepath.Clean("/" + c.Args().First())
	if h.path == "/" {
		if abs, err = filepath.Abs(c.Args().First()); err != nil {
			return err
		}
	}
	options, err := explainOptions(c, h)
	if err != nil {
		return err
	}
	q := reconcile.Question{Path: abs, Tree: h.root.Lookup, As: c.String("as"), Want: want}
	now, err := reconcile.Explain(options, q)
	if err != nil {
		return err
	}
	var after *reconcile.Explanation
	if c.String("plan") != "" {
		if after, err = explainAfter(c, options, q); err != nil {
			return err
		}
	}
	e := h.explanation(abs, options.Policy != nil, now, after)
	if c.Bool("json") {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(e)
	}
	return a.writeExplanation(e)
}

// explainOptions have a policy if there is one; without, access can still be
// explained.
func explainOptions(c *cli.Command, h *host) (reconcile.Options, error) {
	p, err := loadPolicy(c)
	if errors.Is(err, errNoPolicy) {
		ceiling, err := h.ceiling()
		return reconcile.Options{Ceiling: ceiling, Users: h.users}, err
	}
	if err != nil {
		return reconcile.Options{}, err
	}
	return newOptions(h, p)
}

// explainAfter answers for the time after a plan. Which of its steps matter is
// known only when the way has been gone: it is gone again with those that were
// met, until no more are.
func explainAfter(c *cli.Command, o reconcile.Options, q reconcile.Question) (*reconcile.Explanation, error) {
	f, p, err := openPlanFile(c.String("plan"), nil)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := sameRoot(c, p); err != nil {
		return nil, err
	}
	ahead := plan.NewAhead(p, q.Tree)
	q.Tree = ahead.State
	for {
		e, err := reconcile.Explain(o, q)
		if err != nil {
			return nil, err
		}
		more, err := ahead.Learn()
		if err != nil || !more {
			return e, err
		}
	}
}

// parseWant takes the words of access expectations.
func parseWant(text string) (access.Want, error) {
	words := map[string]access.Want{
		"read": access.Read, "write": access.Write, "execute": access.Execute, "list": access.List, "search": access.Search,
	}
	var want access.Want
	for word := range strings.SplitSeq(text, ",") {
		bit, ok := words[word]
		if !ok {
			return 0, usagef("-want %s: read, write, execute, list or search", plan.Quote(word))
		}
		want |= bit
	}
	return want, nil
}
