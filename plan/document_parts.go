package plan

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"
)

// jsonText is a string as JSON can hold it: encoding/json would write another
// name for one that is not UTF-8.
func jsonText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strconv.QuoteToASCII(s)
}

func jsonTexts(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = jsonText(name)
	}
	return all
}

// jsonPath is a path and, where that is not UTF-8, its very bytes.
type jsonPath struct {
	Path  string `json:"path"`
	Bytes string `json:"path_bytes,omitempty"`
}

func named(path string) jsonPath { return jsonPath{jsonText(path), bytesOf(path)} }

func bytesOf(name string) string {
	if utf8.ValidString(name) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(name))
}

type jsonHost struct {
	Name      string `json:"name"`
	MachineID string `json:"machine_id"`
}

// jsonSnapshot has no time where the record does not say it.
type jsonSnapshot struct {
	Taken  string `json:"taken,omitempty"`
	Digest string `json:"digest"`
}

func snapshotDocument(s *Snapshot) jsonSnapshot {
	d := jsonSnapshot{Digest: jsonText(s.Digest)}
	if !s.Taken.IsZero() {
		d.Taken = s.Taken.UTC().Format(time.RFC3339)
	}
	return d
}

type jsonNarrowed struct {
	Accounts []string `json:"accounts"`
	Paths    []string `json:"paths"`
}

type jsonPolicy struct {
	Name  string     `json:"name"`
	Files []jsonFile `json:"files"`
}

type jsonFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

func policyDocument(p *Policy) jsonPolicy {
	d := jsonPolicy{jsonText(p.Name), make([]jsonFile, len(p.Files))}
	for i, f := range p.Files {
		d.Files[i] = jsonFile{jsonText(f.Name), f.SHA256}
	}
	return d
}

type jsonSummary struct {
	Inventory       int64            `json:"inventory"`
	Accounts        int64            `json:"accounts"`
	AccountsChanged int64            `json:"accounts_changed"`
	Entries         int64            `json:"entries"`
	Managed         int64            `json:"managed"`
	Unmanaged       int64            `json:"unmanaged"`
	Add             int64            `json:"add"`
	Change          int64            `json:"change"`
	Remove          int64            `json:"remove"`
	Held            int64            `json:"held"`
	Incomplete      int64            `json:"incomplete"`
	AccessBroken    int64            `json:"access_broken"`
	Classes         map[string]int64 `json:"classes"`
	Problems        map[string]int64 `json:"problems"`
}

func summaryDocument(s *Summary, inventory int64) jsonSummary {
	problems := map[string]int64{}
	for kind, n := range s.Problems {
		problems[jsonText(string(kind))] = n
	}
	t := s.Tally
	return jsonSummary{
		Inventory: inventory, Accounts: s.Accounts, AccountsChanged: s.AccountsChanged,
		Entries: s.Entries, Managed: s.Managed, Unmanaged: s.Entries - s.Managed,
		Add: t.Adds, Change: t.Updates, Remove: t.Removes,
		Held: s.Held, Incomplete: s.Incomplete, AccessBroken: s.AccessBroken,
		Classes: map[string]int64{
			"add": t.Add, "tighten": t.Tighten, "loosen": t.Loosen, "chown": t.Chown, "take": t.Take, "remove": t.Remove,
		},
		Problems: problems,
	}
}

// jsonLimit has no allowed where there is no limit.
type jsonLimit struct {
	Name     string `json:"name"`
	Used     int64  `json:"used"`
	Allowed  *int64 `json:"allowed"`
	Base     int64  `json:"base"`
	Rule     string `json:"rule"`
	Source   string `json:"source"`
	Exceeded bool   `json:"exceeded"`
}

func limitDocuments(limits []Verdict) []jsonLimit {
	all := make([]jsonLimit, len(limits))
	for i, v := range limits {
		all[i] = jsonLimit{
			Name: jsonText(v.Limit.Name), Used: v.Used, Base: v.Base,
			Rule: jsonText(v.Rule()), Source: jsonText(v.Limit.Source), Exceeded: v.Exceeded,
		}
		if v.Allowed >= 0 {
			all[i].Allowed = &limits[i].Allowed
		}
	}
	return all
}

type jsonAccess struct {
	Identity            string `json:"identity"`
	Expect              string `json:"expect"`
	Match               string `json:"match"`
	Source              string `json:"source"`
	Matched             int64  `json:"matched"`
	DeniedNow           int64  `json:"denied_now"`
	DeniedAfter         int64  `json:"denied_after"`
	Broken              int64  `json:"broken"`
	Gained              int64  `json:"gained"`
	Accounts            int64  `json:"accounts"`
	AccountsDeniedNow   int64  `json:"accounts_denied_now"`
	AccountsDeniedAfter int64  `json:"accounts_denied_after"`
	AccountsBroken      int64  `json:"accounts_broken"`
	AccountsGained      int64  `json:"accounts_gained"`

	Causes []jsonCause `json:"causes"` // why it will not hold, the worst first
}

func accessDocuments(access []Access) []jsonAccess {
	all := make([]jsonAccess, len(access))
	for i, a := range access {
		all[i] = jsonAccess{
			jsonText(a.Identity), jsonText(a.Expect), jsonText(a.Match), jsonText(a.Source),
			a.Matched, a.DeniedNow, a.DeniedAfter, a.Broken, a.Gained,
			a.Accounts, a.AccountsDeniedNow, a.AccountsDeniedAfter, a.AccountsBroken, a.AccountsGained,
			causeDocuments(a.Causes),
		}
	}
	return all
}

type jsonProblem struct {
	Account string `json:"account"`
	jsonPath
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Count   int64  `json:"count,omitempty"` // if it stands for several
}

type jsonHeld struct {
	Account string `json:"account"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}
