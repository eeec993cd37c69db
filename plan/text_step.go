package plan

// StepText is one step as [WriteText] prints it, in its parts. All of them are
// printable ASCII.
type StepText struct {
	Symbol  string // +, ~ or -
	Subject string // the path; directories end in a slash, symlinks show where they lead
	// Does is what becomes different, an attribute each; for what is added, or
	// removed, what it is.
	Does  []string
	Stays string   // the rest of the entry, in brackets; of a change in place only
	Marks []string // TAKE, CANNOT BE UNDONE ...
}

// Text is the step under the name of path, which may be another one than the
// path relative to the home.
func (s Step) Text(path string) StepText {
	c := s.Change
	t := StepText{Symbol: string(rune(symbolOf(c.Action))), Subject: subject(path, c), Marks: marks(c)}
	state := &c.After
	switch c.Action {
	case Update:
		t.Does, t.Stays = differences(s.Account, c)
		return t
	case Remove:
		state = &c.Before
	}
	t.Does = []string{ownership(s.Account, *state)}
	if state.Type != Symlink {
		t.Does = append(t.Does, "mode "+state.Mode.String())
	}
	for i, is := range aclTexts(s.Account, *state) {
		if is != noACL {
			t.Does = append(t.Does, aclNames[i]+" "+is)
		}
	}
	return t
}
