package fsys

import "rightful/plan"

// Observe is [Pin.State] and [Pin.Identity] at once.
func (p *Pin) Observe() (plan.State, plan.Identity, error) {
	state, err := p.State()
	if err != nil {
		return state, plan.Identity{}, err
	}
	id, err := p.Identity()
	return state, id, err
}
