package plan

// fullForm shows every step in a line of its own, in the plan's order, with its
// group: held accounts' too, as an override may bring them back.
type fullForm struct {
	*text
	a      *Account
	titled bool
}

func (f *fullForm) account(a *Account) { f.a, f.titled = a, false }

func (f *fullForm) end() {}

func (f *fullForm) block(b *Block) {
	does := make([]string, len(b.Changes))
	groups := make([]ID, len(b.Changes))
	for i := range b.Entries {
		e := &b.Entries[i]
		c := &b.Changes[e.Change]
		if does[e.Change] == "" {
			does[e.Change] = describe(f.a, c)
			groups[e.Change] = b.ChangeGroup(f.a, e.Change)
		}
		group := groups[e.Change]
		if !f.group.IsZero() && (group != f.group || len(f.a.Held) > 0) {
			continue
		}
		if !f.titled {
			f.title("%s", accountTitle(f.a))
			f.titled = true
		}
		f.shown++
		// Nothing is known of the lines to come, so the columns stand still.
		f.line("  %s %-44s   %-56s   %-24s   group %s", f.symbol(c.Action),
			subject(pathOf(b, e), c), does[e.Change]+inside(e), sources(c.Rules), f.short.Short(group))
	}
}
