package reconcile

import (
	"maps"
	"os"
	"slices"

	"rightful/internal/access"
	"rightful/spec"
)

// Survey is who a policy is about, without a look at any home.
type Survey struct {
	Accounts []Surveyed // of the inventory, as -account narrows it, by name
	Skipped  []Surveyed // by skip_when, by name
	// Users and Groups are the names that the policy's lines ask for.
	Users, Groups []string
}

// Surveyed is one account.
type Surveyed struct {
	spec.Account
	// Held means that the account is refused before anybody goes to its home.
	Held bool
}

// Take takes the inventory and resolves every name, as [Run] does before it
// begins, with the same errors.
func Take(o Options) (*Survey, error) {
	r := newRun(o)
	if err := r.prepare(); err != nil {
		return nil, err
	}
	selected, err := r.selectAccounts()
	if err != nil {
		return nil, err
	}
	return &Survey{
		surveyed(selected), surveyed(r.inventory.asleep),
		slices.Sorted(maps.Keys(r.wanted.users)), slices.Sorted(maps.Keys(r.wanted.groups)),
	}, nil
}

func newRun(o Options) *run {
	r := &run{Options: o, self: uint32(os.Geteuid()), identities: map[string]access.Identity{}}
	if r.Progress == nil {
		r.Progress = &Progress{}
	}
	r.Workers = mayWork(o.Workers)
	r.staying = newStaying(o.Budget.Depth, r.Workers)
	if o.Caller != nil {
		r.self = *o.Caller
	}
	return r
}

func surveyed(accounts []*account) []Surveyed {
	all := make([]Surveyed, len(accounts))
	for i, a := range accounts {
		all[i] = Surveyed{a.spec, len(a.held) > 0}
	}
	return all
}
