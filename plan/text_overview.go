package plan

// overview is what the text of a plan with many changed accounts has to be told by
// the records. A [Writer] makes one while they pass by, so that the plan need not
// be read again to be shown; else the plan is read for it.
type overview struct {
	steps    *lineForm
	held     *heldLines
	problems *problemLines
}

func newOverview() *overview {
	return &overview{newLineForm(), newHeldLines(true), newProblemLines(true)}
}

func (v *overview) account(a *Account) {
	v.steps.account(a)
	v.held.add(a)
}

// overview writes what is read from the records in its short form.
func (t *text) overview() error {
	v := t.p.overview
	if v == nil {
		var err error
		if v, err = t.p.readOverview(); err != nil {
			return err
		}
	}
	t.lines(v.steps)
	t.held(v.held)
	t.problems(v.problems)
	return nil
}

func (p *Plan) readOverview() (*overview, error) {
	v := newOverview()
	var shares []share
	for r, err := range p.Records() {
		switch {
		case err != nil:
			return nil, err
		case r.Account != nil:
			v.account(r.Account)
		case r.Block != nil:
			shares = r.Block.shares(shares[:0])
			v.steps.block(r.Block, shares, func() []Entry { return r.Block.Entries })
		case r.Problem != nil:
			v.problems.add(r.Problem)
		}
	}
	v.problems.flush()
	return v, nil
}
