package plan

// jsonAccessPair has null for a policy that does not ask.
type jsonAccessPair struct {
	Identity       string          `json:"identity"`
	Expect         string          `json:"expect"`
	Match          string          `json:"match"`
	Old            *jsonAccessSide `json:"old"`
	New            *jsonAccessSide `json:"new"`
	Worse          int64           `json:"worse"`
	Better         int64           `json:"better"`
	AccountsWorse  int64           `json:"accounts_worse"`
	AccountsBetter int64           `json:"accounts_better"`
}

type jsonAccessSide struct {
	Source              string `json:"source"`
	Matched             int64  `json:"matched"`
	DeniedNow           int64  `json:"denied_now"`
	DeniedAfter         int64  `json:"denied_after"`
	AccountsDeniedNow   int64  `json:"accounts_denied_now"`
	AccountsDeniedAfter int64  `json:"accounts_denied_after"`
}

func accessPairDocuments(pairs []AccessPair) []jsonAccessPair {
	all := make([]jsonAccessPair, len(pairs))
	for i := range pairs {
		p := &pairs[i]
		a := p.either()
		all[i] = jsonAccessPair{
			jsonText(a.Identity), jsonText(a.Expect), jsonText(a.Match), accessSide(p.Old), accessSide(p.New),
			p.Worse, p.Better, p.AccountsWorse, p.AccountsBetter,
		}
	}
	return all
}

func accessSide(a *Access) *jsonAccessSide {
	if a == nil {
		return nil
	}
	return &jsonAccessSide{jsonText(a.Source), a.Matched, a.DeniedNow, a.DeniedAfter, a.AccountsDeniedNow, a.AccountsDeniedAfter}
}

// jsonVerdictPair has null for a policy without the limit.
type jsonVerdictPair struct {
	Name string     `json:"name"`
	Old  *jsonLimit `json:"old"`
	New  *jsonLimit `json:"new"`
}

func verdictPairDocuments(pairs []VerdictPair) []jsonVerdictPair {
	all := make([]jsonVerdictPair, len(pairs))
	for i, p := range pairs {
		all[i] = jsonVerdictPair{jsonText(p.either().Limit.Name), verdictDocument(p.Old), verdictDocument(p.New)}
	}
	return all
}

func verdictDocument(v *Verdict) *jsonLimit {
	if v == nil {
		return nil
	}
	return &limitDocuments([]Verdict{*v})[0]
}

type jsonLimitPair struct {
	Name string         `json:"name"`
	Old  *jsonLimitSide `json:"old"`
	New  *jsonLimitSide `json:"new"`
}

type jsonLimitSide struct {
	Rule   string `json:"rule"`
	Source string `json:"source"`
}

func limitPairDocuments(pairs []LimitPair) []jsonLimitPair {
	all := make([]jsonLimitPair, len(pairs))
	for i, p := range pairs {
		all[i] = jsonLimitPair{jsonText(p.either().Name), limitSide(p.Old), limitSide(p.New)}
	}
	return all
}

func limitSide(l *Limit) *jsonLimitSide {
	if l == nil {
		return nil
	}
	return &jsonLimitSide{l.Text(), jsonText(l.Source)}
}

type jsonProblemPair struct {
	Kind string `json:"kind"`
	Old  int64  `json:"old"`
	New  int64  `json:"new"`
}

func problemPairDocuments(pairs []ProblemPair) []jsonProblemPair {
	all := make([]jsonProblemPair, len(pairs))
	for i, p := range pairs {
		all[i] = jsonProblemPair{jsonText(string(p.Kind)), p.Old, p.New}
	}
	return all
}
