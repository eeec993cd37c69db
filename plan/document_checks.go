package plan

type jsonCheck struct {
	Check                string        `json:"check"`
	Match                string        `json:"match,omitempty"` // not of what is asked once an account
	Source               string        `json:"source"`
	Matched              int64         `json:"matched"`
	RefusedNow           int64         `json:"refused_now"`
	RefusedAfter         int64         `json:"refused_after"`
	DoubtNow             int64         `json:"doubt_now"`
	DoubtAfter           int64         `json:"doubt_after"`
	Broken               int64         `json:"broken"`
	Accounts             int64         `json:"accounts"`
	AccountsRefusedNow   int64         `json:"accounts_refused_now"`
	AccountsRefusedAfter int64         `json:"accounts_refused_after"`
	AccountsBroken       int64         `json:"accounts_broken"`
	Findings             []jsonFinding `json:"findings"`
	MoreFindings         int64         `json:"more_findings"`
}

// jsonFinding has a path, or the first of the entries that it is about.
type jsonFinding struct {
	Weight   string     `json:"weight"`
	Code     string     `json:"code,omitempty"`
	Status   int64      `json:"status,omitempty"`
	Reason   string     `json:"reason"`
	Path     *jsonPath  `json:"at,omitempty"`
	Examples []jsonPath `json:"examples,omitempty"`
	Now      int64      `json:"now"`
	After    int64      `json:"after"`
	Broken   int64      `json:"broken"`
	Accounts int64      `json:"accounts"`
}

func checkDocuments(checks []Check) []jsonCheck {
	all := make([]jsonCheck, len(checks))
	for i := range checks {
		c := &checks[i]
		all[i] = jsonCheck{
			jsonText(c.Name), jsonText(c.Match), jsonText(c.Source),
			c.Matched, c.RefusedNow, c.RefusedAfter, c.DoubtNow, c.DoubtAfter, c.Broken,
			c.Accounts, c.AccountsRefusedNow, c.AccountsRefusedAfter, c.AccountsBroken,
			findingDocuments(c.Findings), c.MoreFindings,
		}
	}
	return all
}

func findingDocuments(findings []Finding) []jsonFinding {
	all := make([]jsonFinding, len(findings))
	for i := range findings {
		f := &findings[i]
		all[i] = jsonFinding{
			Weight: jsonText(f.Weight), Code: jsonText(f.Code), Status: f.Status, Reason: jsonText(f.Reason),
			Now: f.Now, After: f.After, Broken: f.Broken, Accounts: f.Accounts,
		}
		if f.Path != "" {
			at := named(f.Path)
			all[i].Path = &at
		}
		for _, path := range f.Examples {
			all[i].Examples = append(all[i].Examples, named(path))
		}
	}
	return all
}
