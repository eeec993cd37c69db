package plan

// jsonCause is why an expectation will not hold. Path is the directory that
// decides, unless the entries' own bits do.
type jsonCause struct {
	Own      bool     `json:"own"`
	Path     jsonPath `json:"directory"`
	Type     string   `json:"type"`
	Mode     string   `json:"mode"`
	Need     string   `json:"need"`
	By       string   `json:"by"`
	Entries  int64    `json:"entries"`
	Broken   int64    `json:"broken"`
	Accounts int64    `json:"accounts"`
	Account  string   `json:"account"`
	Example  jsonPath `json:"example"`
}

func causeDocuments(causes []Cause) []jsonCause {
	all := make([]jsonCause, len(causes))
	for i, c := range causes {
		all[i] = jsonCause{
			c.Own, named(c.Path), c.Type.String(), c.Mode.String(), c.Need, c.By,
			c.Entries, c.Broken, c.Accounts, jsonText(c.Account), named(c.Example),
		}
	}
	return all
}
