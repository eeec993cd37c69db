package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// ID names a step or a group: the first 128 bits of a SHA-256.
type ID [16]byte

// Hex is the whole ID, 32 digits.
func (id ID) Hex() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }

func hashID(of []byte) ID {
	sum := sha256.Sum256(of)
	return ID(sum[:16])
}

// ID names the step by what it does: account, path, action, the states and the
// content. Which inode it was planned for is not in it, so that the same work
// planned again has the same ID.
func (s Step) ID() ID {
	return StepID(s.Account.Name, s.Path(), s.Change)
}

// StepID is [Step.ID] of a change that is in no block yet.
func StepID(account, path string, ch *Change) ID {
	c := codec{out: make([]byte, 0, 512)}
	c.literal("rightful step 1\n{")
	c.text("account", &account)
	c.text("path", &path)
	oneOf(&c, "action", &ch.Action, actionNames[:])
	optionalState(&c, "before", &ch.Before)
	optionalState(&c, "after", &ch.After)
	if ch.Content != nil {
		c.text("sha256", &ch.Content.SHA256)
	}
	c.text("restore", &ch.Restore)
	c.literal("}")
	return hashID(c.out)
}

// GroupID names the group of the step.
func (s Step) GroupID() ID { return s.Block.ChangeGroup(s.Account, s.Entry.Change) }

// ChangeGroup names the group of the steps of account a that have the block's
// i-th change: the same for all accounts in which the same lines of policy make
// the same change. Blocks that were read have it at hand.
func (b *Block) ChangeGroup(a *Account, i int) ID {
	if b.groups != nil {
		return b.groups[i]
	}
	return groupID(a, &b.Changes[i])
}

func groupIDs(a *Account, changes []Change) []ID {
	ids := make([]ID, len(changes))
	for i := range changes {
		ids[i] = groupID(a, &changes[i])
	}
	return ids
}

func groupID(a *Account, ch *Change) ID {
	c := codec{out: make([]byte, 0, 512)}
	c.literal("rightful group 1\n{")
	oneOf(&c, "action", &ch.Action, actionNames[:])
	setOf(&c, "classes", &ch.Classes, classNames[:])
	c.flag("one_way", &ch.OneWay)
	rules := map[Attribute]string(ch.Rules)
	pairs(&c, "rules", &rules, textItem, textItem)
	groupState(&c, "before", a, ch.Before)
	groupState(&c, "after", a, ch.After)
	if ch.Content != nil {
		c.text("sha256", &ch.Content.SHA256)
		c.text("from", &ch.Content.From)
	}
	c.text("restore", &ch.Restore)
	c.literal("}")
	return hashID(c.out)
}

// groupState writes a state with the account's own numbers unresolved.
func groupState(c *codec, key string, a *Account, s State) {
	if !c.key(key, s.Type != 0) {
		return
	}
	c.literal("{")
	owner := unresolved(s.UID, a.UID, "${account}")
	group := unresolved(s.GID, a.GID, "${group}")
	c.text("owner", &owner)
	c.text("group", &group)
	s.UID, s.GID = 0, 0
	s.Access, s.Default = a.unresolved(s.Access), a.unresolved(s.Default)
	c.must("state")
	s.wire(c)
	c.literal("}")
}

func unresolved(id, own uint32, name string) string {
	if id == own {
		return name
	}
	return strconv.FormatUint(uint64(id), 10)
}

// unresolved is an ACL with the account's own user and group as [noID], which no
// entry for a name has: so the same grant to each account is the same.
func (a *Account) unresolved(raw string) string {
	entries, ok := readACL(raw)
	if !ok || raw == "" {
		return raw
	}
	for i, e := range entries {
		if e.tag == tagUser && e.id == a.UID || e.tag == tagNamedGroup && e.id == a.GID {
			entries[i].id = noID
		}
	}
	entries.sort()
	return entries.bytes()
}
