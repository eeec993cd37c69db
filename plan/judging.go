package plan

import "bytes"

// judging finds out what an approval takes of a plan, and whether it may, while
// somebody reads the plan. The nil judging has nothing to judge.
type judging struct {
	approval *Approval
	chooser  *chooser
	err      error
}

// verdictOn is what a judging came to. The approval is kept as it was then: who holds
// it may have changed it since.
type verdictOn struct {
	approval []byte
	selected *Selected
	err      error
}

func (a *Approval) judging(h *Header) *judging {
	if a == nil {
		return nil
	}
	take, except, err := a.Selection.ready(resolved{a.Groups, a.Steps}, resolved{a.ExceptGroups, a.ExceptSteps})
	return &judging{a, newChooser(h, take, except, a.Overrides, a.Effects), err}
}

func (j *judging) record(r Record) {
	if j != nil && j.err == nil {
		j.err = j.chooser.record(r)
	}
}

func (j *judging) end() (*Selected, error) {
	if j.err != nil {
		return nil, j.err
	}
	selected, err := j.chooser.finish()
	if err == nil {
		err = selected.unjudged(j.approval.Effects)
	}
	if err == nil {
		err = exceeded(selected.Limits)
	}
	if err != nil {
		return nil, err
	}
	return selected, nil
}

func (j *judging) verdict() verdictOn {
	if j == nil {
		return verdictOn{}
	}
	selected, err := j.end()
	return verdictOn{j.approval.encode(), selected, err}
}

// judge is what an approval takes: as it was found when the plan was opened for
// it, or of one more reading.
func (p *Plan) judge(a *Approval) (*Selected, error) {
	if v := p.verdict; v.approval != nil && bytes.Equal(v.approval, a.encode()) {
		return v.selected, v.err
	}
	j := a.judging(&p.Header)
	for r, err := range p.Records() {
		if err != nil {
			return nil, err
		}
		j.record(r)
	}
	return j.end()
}
