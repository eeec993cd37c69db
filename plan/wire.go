package plan

// Every record as the file has it. The order of the fields is the format.

func (h *Header) wire(c *codec) {
	c.literal(`{"header":{`)
	c.format(Version)
	c.time("created", &h.Created)
	c.text("tool", &h.Tool)
	c.must("host")
	h.Host.wire(c)
	c.text("root", &h.Root)
	c.must("policy")
	h.Policy.wire(c)
	c.text("undoes", &h.Undoes)
	if c.key("snapshot", h.Snapshot != nil) {
		if c.reading {
			h.Snapshot = new(Snapshot)
		}
		h.Snapshot.wire(c)
	}
	items(c, "accounts", &h.Accounts, textItem)
	items(c, "paths", &h.Paths, textItem)
	mustNum(c, "inventory", &h.Inventory)
	items(c, "skipped", &h.Skipped, textItem)
	items(c, "limits", &h.Limits, (*Limit).wire)
	pairs(c, "users", &h.Users, textItem, digits)
	pairs(c, "groups", &h.Groups, textItem, digits)
	items(c, "cannot_see", &h.CannotSee, textItem)
	c.literal(`}}`)
}

func (s *Snapshot) wire(c *codec) {
	c.literal("{")
	c.time("taken", &s.Taken)
	c.text("digest", &s.Digest)
	c.literal("}")
}

func (h *Host) wire(c *codec) {
	c.literal("{")
	c.text("name", &h.Name)
	c.text("machine_id", &h.MachineID)
	c.literal("}")
}

func (p *Policy) wire(c *codec) {
	c.literal("{")
	c.text("name", &p.Name)
	items(c, "files", &p.Files, (*PolicyFile).wire)
	c.text("path", &p.Path)
	pairs(c, "vars", &p.Vars, textItem, textItem)
	c.literal("}")
}

func (f *PolicyFile) wire(c *codec) {
	c.literal("{")
	c.text("name", &f.Name)
	c.text("sha256", &f.SHA256)
	c.literal("}")
}

func (l *Limit) wire(c *codec) {
	c.literal("{")
	l.wireParts(c)
	if c.key("ceiling", l.Ceiling != nil) {
		if c.reading {
			l.Ceiling = new(Limit)
		}
		c.literal("{")
		l.Ceiling.wireParts(c)
		c.literal("}")
	}
	c.literal("}")
}

func (l *Limit) wireParts(c *codec) {
	c.text("name", &l.Name)
	optional(c, "percent", &l.Percent)
	optional(c, "at_least", &l.AtLeast)
	optional(c, "count", &l.Count)
	c.flag("unlimited", &l.Unlimited)
	c.text("source", &l.Source)
}

func (a *Account) wire(c *codec) {
	c.literal(`{"account":{`)
	c.text("name", &a.Name)
	mustNum(c, "uid", &a.UID)
	mustNum(c, "gid", &a.GID)
	c.text("home", &a.Home)
	c.text("profile", &a.Profile)
	c.text("filesystem", &a.Filesystem)
	pairs(c, "users", &a.Users, quotedNumber, textItem)
	pairs(c, "groups", &a.Groups, quotedNumber, textItem)
	num(c, "entries", &a.Entries)
	num(c, "managed", &a.Managed)
	c.flag("incomplete", &a.Incomplete)
	items(c, "held", &a.Held, (*Held).wire)
	c.must("tally")
	a.Tally.wire(c)
	items(c, "access", &a.Access, (*Access).wire)
	items(c, "checks", &a.Checks, (*Check).wire)
	num(c, "access_broken", &a.AccessBroken)
	c.literal(`}}`)
}

func (h *Held) wire(c *codec) {
	c.literal("{")
	c.text("reason", &h.Reason)
	c.text("message", &h.Message)
	c.literal("}")
}

func (t *Tally) wire(c *codec) {
	c.literal("{")
	num(c, "steps", &t.Steps)
	num(c, "add", &t.Add)
	num(c, "tighten", &t.Tighten)
	num(c, "loosen", &t.Loosen)
	num(c, "chown", &t.Chown)
	num(c, "take", &t.Take)
	num(c, "remove", &t.Remove)
	num(c, "adds", &t.Adds)
	num(c, "updates", &t.Updates)
	num(c, "removes", &t.Removes)
	c.literal("}")
}

func (a *Access) wire(c *codec) {
	c.literal("{")
	c.text("identity", &a.Identity)
	c.text("expect", &a.Expect)
	c.text("match", &a.Match)
	c.text("source", &a.Source)
	num(c, "matched", &a.Matched)
	num(c, "denied_now", &a.DeniedNow)
	num(c, "denied_after", &a.DeniedAfter)
	num(c, "broken", &a.Broken)
	num(c, "gained", &a.Gained)
	num(c, "accounts", &a.Accounts)
	num(c, "accounts_denied_now", &a.AccountsDeniedNow)
	num(c, "accounts_denied_after", &a.AccountsDeniedAfter)
	num(c, "accounts_broken", &a.AccountsBroken)
	num(c, "accounts_gained", &a.AccountsGained)
	items(c, "causes", &a.Causes, (*Cause).wire)
	c.literal("}")
}

func (p *Problem) wire(c *codec) {
	c.literal(`{"problem":{`)
	c.text("path", &p.Path)
	kind := string(p.Kind)
	c.text("kind", &kind)
	p.Kind = ProblemKind(kind)
	c.text("message", &p.Message)
	num(c, "count", &p.Count)
	c.literal(`}}`)
}

func (b *Block) wire(c *codec) {
	c.literal(`{"block":{`)
	c.dir(&b.Dir)
	b.body(c)
}

// body is all but the directory, which is written by what comes before.
func (b *Block) body(c *codec) {
	if c.key("parent", b.Parent != Identity{}) {
		b.Parent.wire(c)
		c.zero("parent", b.Parent == Identity{})
	}
	c.id("needs", &b.Needs)
	b.changes(c)
	b.columns(c)
	c.literal(`}}`)
}

func (i *Identity) wire(c *codec) {
	c.literal("{")
	num(c, "ino", &i.Ino)
	num(c, "gen", &i.Gen)
	c.literal("}")
}

func (ch *Change) wire(c *codec) {
	c.literal("{")
	oneOf(c, "action", &ch.Action, actionNames[:])
	setOf(c, "classes", &ch.Classes, classNames[:])
	c.flag("one_way", &ch.OneWay)
	rules := map[Attribute]string(ch.Rules)
	pairs(c, "rules", &rules, textItem, textItem)
	ch.Rules = rules
	optionalState(c, "before", &ch.Before)
	optionalState(c, "after", &ch.After)
	if c.key("content", ch.Content != nil) {
		if c.reading {
			ch.Content = new(Content)
		}
		ch.Content.wire(c)
	}
	c.text("restore", &ch.Restore)
	c.literal("}")
}

// optionalState leaves out the state of what is not there.
func optionalState(c *codec, key string, s *State) {
	if c.key(key, s.Type != 0) {
		s.wire(c)
	}
}

func (s *State) wire(c *codec) {
	c.literal("{")
	oneOf(c, "type", &s.Type, typeNames[:])
	mustNum(c, "uid", &s.UID)
	mustNum(c, "gid", &s.GID)
	c.mode("mode", &s.Mode)
	num(c, "nlink", &s.Nlink)
	setOf(c, "flags", &s.Flags, flagNames[:])
	c.text("target", &s.Target)
	c.text("access", &s.Access)
	c.text("default", &s.Default)
	c.literal("}")
}

func (ct *Content) wire(c *codec) {
	c.literal("{")
	c.text("sha256", &ct.SHA256)
	num(c, "size", &ct.Size)
	c.bytes("data", &ct.Data)
	c.text("from", &ct.From)
	c.literal("}")
}
