package cli

import (
	"errors"
	"io/fs"
	"maps"
	"reflect"

	"rightful/plan"
	"rightful/reconcile"
	"rightful/spec"
)

// ceilingFile is the host's own: no policy, and no override, goes beyond it.
const ceilingFile = "/etc/rightful/limits.yaml"

// errCeiling stops the run of a plan that was judged by another ceiling.
var errCeiling = errors.New(ceilingFile + ": not as it was when the plan was made")

// ceiling is empty where the host has none.
func (h *host) ceiling() (spec.Ceiling, error) {
	data, err := h.ceilingText()
	if err != nil {
		return spec.Ceiling{}, err
	}
	return parseCeiling(data)
}

// ceilingText is nil where the host has none.
func (h *host) ceilingText() ([]byte, error) {
	data, err := h.read(ceilingFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

func parseCeiling(data []byte) (spec.Ceiling, error) {
	if data == nil {
		return spec.Ceiling{}, nil
	}
	return spec.ParseCeiling(spec.PolicyFile{Name: ceilingFile, Data: data})
}

// checkCeiling holds the host's ceiling as it is now against the one that
// stands in a plan.
func (h *host) checkCeiling(planned []plan.Limit) error {
	ceiling, err := h.ceiling()
	if err != nil {
		return err
	}
	now := reconcile.PlanLimits(ceiling.Limits)
	var then []plan.Limit
	for _, l := range planned {
		if l.Ceiling != nil {
			then = append(then, *l.Ceiling)
		}
	}
	if !maps.EqualFunc(byName(then), byName(now), func(a, b plan.Limit) bool { return reflect.DeepEqual(a, b) }) {
		return errCeiling
	}
	return nil
}

// byName leaves out the lines that limits stand in: a comment moves those.
func byName(limits []plan.Limit) map[string]plan.Limit {
	named := make(map[string]plan.Limit)
	for _, l := range limits {
		l.Source = ""
		named[l.Name] = l
	}
	return named
}
