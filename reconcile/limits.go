package reconcile

import (
	"rightful/plan"
	"rightful/spec"
)

// Limits joins the defaults, the policy's limits and the host's ceiling.
func Limits(p *spec.Policy, ceiling spec.Ceiling) ([]plan.Limit, error) {
	return plan.Merge(plan.DefaultLimits(), PlanLimits(p.Limits), PlanLimits(ceiling.Limits))
}

// PlanLimits is limits as a plan has them.
func PlanLimits(written []spec.Limit) []plan.Limit {
	limits := make([]plan.Limit, len(written))
	for i, l := range written {
		limits[i] = plan.Limit{
			Name: l.Name, Percent: l.Percent, AtLeast: l.AtLeast, Count: l.Count,
			Unlimited: l.Unlimited, Source: l.Pos.String(),
		}
	}
	return limits
}
