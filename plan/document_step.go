package plan

import "encoding/base64"

type jsonStep struct {
	ID      string `json:"id"`
	Group   string `json:"group"`
	Account string `json:"account"`
	jsonPath
	Type    string            `json:"type"`
	Action  string            `json:"action"`
	Classes []string          `json:"classes"`
	OneWay  bool              `json:"one_way"`
	Rules   map[string]string `json:"rules"`
	Inside  int64             `json:"inside,omitempty"`
	Before  *jsonState        `json:"before"`
	After   *jsonState        `json:"after"`
	Content *jsonContent      `json:"content,omitempty"`
	Restore *jsonRestore      `json:"restore,omitempty"`
}

// jsonState is a state; a symlink has no mode, and what is not there is null.
// ACLs are the bytes that the kernel keeps, as base64.
type jsonState struct {
	Type        string `json:"type"`
	Owner       string `json:"owner"`
	UID         uint32 `json:"uid"`
	Group       string `json:"group"`
	GID         uint32 `json:"gid"`
	Mode        string `json:"mode,omitempty"`
	Target      string `json:"target,omitempty"`
	TargetBytes string `json:"target_bytes,omitempty"`
	ACL         string `json:"acl,omitempty"`
	DefaultACL  string `json:"default_acl,omitempty"`
}

type jsonContent struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	From   string `json:"from,omitempty"`
}

// jsonRestore is where in quarantine an added entry comes from.
type jsonRestore struct {
	Run    string `json:"run"`
	Number int64  `json:"number"`
}

func stepDocument(s Step) jsonStep {
	c := s.Change
	d := jsonStep{
		ID: StepPrefix + s.ID().Hex(), Group: GroupPrefix + s.GroupID().Hex(),
		Account: jsonText(s.Account.Name), jsonPath: named(s.Path()), Type: c.After.Type.String(),
		Action: c.Action.String(), Classes: append([]string{}, c.Classes.Names()...), OneWay: c.OneWay,
		Rules: map[string]string{}, Inside: s.Entry.Inside,
	}
	for attribute, line := range c.Rules {
		d.Rules[jsonText(string(attribute))] = jsonText(line)
	}
	if c.Action != Add {
		d.Before = stateDocument(s.Account, &c.Before)
	}
	if c.Action != Remove {
		d.After = stateDocument(s.Account, &c.After)
	} else {
		d.Type = c.Before.Type.String()
	}
	if c.Content != nil {
		d.Content = &jsonContent{c.Content.SHA256, c.Content.Size, jsonText(c.Content.From)}
	}
	if c.Restore != "" {
		d.Restore = &jsonRestore{jsonText(c.Restore), s.Entry.Quarantined}
	}
	return d
}

// stateDocument leaves owner and group empty where the numbers have no names.
func stateDocument(a *Account, s *State) *jsonState {
	d := &jsonState{
		Type:  s.Type.String(),
		Owner: jsonText(a.Users[s.UID]), UID: s.UID, Group: jsonText(a.Groups[s.GID]), GID: s.GID,
		Target: jsonText(s.Target), TargetBytes: bytesOf(s.Target),
		ACL:        base64.StdEncoding.EncodeToString([]byte(s.Access)),
		DefaultACL: base64.StdEncoding.EncodeToString([]byte(s.Default)),
	}
	if s.Type != Symlink {
		d.Mode = s.Mode.String()
	}
	return d
}
