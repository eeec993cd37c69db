package spec

import "slices"

// unplanned is what the language has and the planner does not carry out: ACLs.
// A policy that has them is refused, for a line that is believed to hold and does
// not is worse than none.
func unplanned(p *Policy) (errs Errors) {
	lines := func(all []Line) {
		for _, l := range all {
			if l.ACL != nil {
				errs = append(errs, &Error{l.ACL.Pos, "acl: not supported by this version"})
			}
		}
	}
	for _, profile := range p.Profiles {
		lines(slices.Concat(profile.Rules, profile.Layout))
	}
	for _, e := range p.Exceptions {
		lines(e.Rules)
	}
	return errs
}
