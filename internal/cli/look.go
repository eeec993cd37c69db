package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"rightful/apply"
	"rightful/plan"
	"rightful/reconcile"
)

// errOtherPolicy means that a plan's expectations cannot be judged any more.
var errOtherPolicy = errors.New("the policy is not the one that the plan was made from")

// look walks accounts of a plan again, by the plan's own policy, and says who can
// reach what: now, and after those of its steps that are chosen (nil is all). It
// makes no plan of it.
func (a *app) look(ctx context.Context, p *plan.Plan, accounts []string, chosen func(plan.ID) bool) (map[string]plan.Account, error) {
	policy, err := readPolicyAs(p.Header.Policy.Path, p.Header.Policy.Name, p.Header.Policy.Vars)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(policy.files, p.Header.Policy.Files, func(a, b plan.PolicyFile) bool { return a.SHA256 == b.SHA256 }) {
		return nil, fmt.Errorf("%s: %w", plan.Quote(p.Header.Policy.Path), errOtherPolicy)
	}
	host, err := openRoot(p.Header.Root)
	if err != nil {
		return nil, err
	}
	defer host.Close()
	options, err := newOptions(host, policy)
	if err != nil {
		return nil, err
	}
	for _, name := range accounts {
		options.Accounts = append(options.Accounts, plan.Literal(name))
	}
	seen := map[string]plan.Account{}
	options.Paths, options.Chosen = p.Header.Paths, chosen
	options.Seen = func(a plan.Account) { seen[a.Name] = a }
	options.Budget, options.Workers, options.Progress = reconcile.DefaultBudget(), runtime.NumCPU(), &reconcile.Progress{}
	stop := a.showProgress(options.Progress)
	_, err = reconcile.Run(ctx, io.Discard, options)
	stop()
	return seen, err
}

// effects judges the accounts that a selection splits, by walking each again.
func (a *app) effects(ctx context.Context, p *plan.Plan, s plan.Selection, o plan.Overrides, accounts []string) ([]plan.Effect, error) {
	self, err := thisHost()
	if err != nil {
		return nil, err
	}
	if self != p.Header.Host {
		return nil, &apply.HostError{Planned: p.Header.Host, Now: self}
	}
	selected, err := plan.Select(p, s, o)
	if err != nil {
		return nil, err
	}
	chosen := map[plan.ID]bool{}
	for step, err := range p.Steps() {
		if err != nil {
			return nil, err
		}
		if slices.Contains(accounts, step.Account.Name) && selected.Has(step) {
			chosen[step.ID()] = true
		}
	}
	seen, err := a.look(ctx, p, accounts, func(id plan.ID) bool { return chosen[id] })
	if err != nil {
		return nil, err
	}
	var all []plan.Effect
	for _, name := range accounts {
		account, ok := seen[name]
		if !ok || len(account.Held) > 0 {
			return nil, fmt.Errorf("%s: cannot be looked at any more: %s", plan.Quote(name), heldText(account.Held))
		}
		all = append(all, plan.Effect{Account: name, AccessBroken: account.AccessBroken, Access: account.Access, Checks: account.Checks})
	}
	return all, nil
}

func heldText(held []plan.Held) string {
	if len(held) == 0 {
		return "it is gone"
	}
	return held[0].Reason + ": " + plan.Printable(held[0].Message)
}

// lookAfter looks again at the accounts that a run has changed, and holds what it
// finds against what was predicted of them.
func (a *app) lookAfter(ctx context.Context, p *plan.Plan, approval *plan.Approval, r *apply.Report) ([]plan.Outcome, error) {
	predicted := map[string][]plan.Access{}
	var names []string
	for _, account := range r.Accounts {
		if len(account.Access) == 0 || account.Counts[apply.NotReached] == account.Counts.Total() {
			continue
		}
		names = append(names, account.Name)
		predicted[account.Name] = account.Access
	}
	for _, e := range approval.Effects {
		if predicted[e.Account] != nil {
			predicted[e.Account] = plan.Expectations(e.Access, e.Checks)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	seen, err := a.look(ctx, p, names, nil)
	found := map[string][]plan.Access{}
	for name, account := range seen {
		if len(account.Held) > 0 {
			a.log.Warn("access was not looked at again", "account", name, "why", heldText(account.Held))
		}
		found[name] = plan.Expectations(account.Access, account.Checks)
	}
	return plan.Outcomes(names, predicted, found), err
}
