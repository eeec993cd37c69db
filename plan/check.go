package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// check refuses a block that cannot be: what is said here about a plan holds
// of every plan that was written or read, whoever made the file. Last is a
// directory that passed before; known says that the changes did.
func (b *Block) check(last string, known bool) error {
	if err := checkDir(b.Dir, last); err != nil {
		return err
	}
	if len(b.Entries) == 0 {
		return errors.New("block without entries")
	}
	if !known {
		if err := b.checkChanges(); err != nil {
			return err
		}
	}
	used, adds := 0, false
	for i := range b.Entries {
		e := &b.Entries[i]
		if e.Change < 0 || e.Change > used || e.Change >= len(b.Changes) {
			return fmt.Errorf("%s: change %d is not there, or not in order of first use", Quote(e.Name), e.Change)
		}
		if e.Change == used {
			used++
		}
		if err := b.checkEntry(i); err != nil {
			return err
		}
		adds = adds || b.Changes[e.Change].Action == Add
	}
	if used != len(b.Changes) {
		return errors.New("a change that no entry has")
	}
	return b.checkParent(adds)
}

func (b *Block) checkChanges() error {
	for i := range b.Changes {
		if err := b.Changes[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// checkParent holds an add to the one directory that it was planned for.
func (b *Block) checkParent(adds bool) error {
	has, needs := b.Parent != Identity{}, !b.Needs.IsZero()
	switch {
	case has && needs:
		return errors.New("a parent that is there and yet to be added")
	case adds && !has && !needs:
		return errors.New("an add without its parent's identity or step")
	case needs && (b.Dir == "" || !adds):
		return errors.New("a needed step where nothing needs it")
	}
	return nil
}

func (b *Block) checkEntry(i int) error {
	e, ch := &b.Entries[i], &b.Changes[b.Entries[i].Change]
	if (b.Dir == "") != (e.Name == ".") {
		return fmt.Errorf("%s: only the home is \".\", and alone", Quote(e.Name))
	}
	if b.Dir != "" && !isName(e.Name) {
		return fmt.Errorf("%s: not a name", Quote(e.Name))
	}
	if i > 0 {
		last := &b.Entries[i-1]
		if compareEntries(last.Name, b.removes(i-1), e.Name, b.removes(i)) >= 0 {
			return fmt.Errorf("%s: after %s: not in order", Quote(e.Name), Quote(last.Name))
		}
		if last.Name == e.Name && ch.Action != Add {
			return fmt.Errorf("%s: removed and then changed", Quote(e.Name))
		}
	}
	if !b.Needs.IsZero() && ch.Action != Add {
		return fmt.Errorf("%s: changed in a directory that is yet to be added", Quote(e.Name))
	}
	return e.check(ch)
}

// check holds an entry against its change.
func (e *Entry) check(ch *Change) error {
	switch {
	case ch.Action == Add && ch.Restore == "" && e.ID != (Identity{}):
		return fmt.Errorf("%s: has an identity before it is added", Quote(e.Name))
	case ch.Restore != "" && e.ID == (Identity{}):
		return fmt.Errorf("%s: to be brought back without an identity", Quote(e.Name))
	case e.Quarantined < 0 || e.Quarantined > 0 && ch.Restore == "":
		return fmt.Errorf("%s: a number in a quarantine of what does not come from there", Quote(e.Name))
	case e.Inside < 0 || e.Inside > 0 && !ch.movesTree():
		return fmt.Errorf("%s: only a removed directory has objects inside", Quote(e.Name))
	}
	return nil
}

// movesTree reports whether a directory goes or comes with all that is in it.
func (ch *Change) movesTree() bool {
	return ch.Action == Remove && ch.Before.Type == Directory || ch.Restore != "" && ch.After.Type == Directory
}

func (b *Block) removes(i int) bool { return b.Changes[b.Entries[i].Change].Action == Remove }

func (ch *Change) check() error {
	hasBefore, hasAfter := ch.Before.Type != 0, ch.After.Type != 0
	switch {
	case ch.Action == Add && !hasBefore && hasAfter:
	case ch.Action == Remove && hasBefore && !hasAfter:
	case ch.Action == Update && hasBefore && ch.Before.Type == ch.After.Type:
	default:
		return fmt.Errorf("%v of %v to %v", ch.Action, ch.Before.Type, ch.After.Type)
	}
	for _, s := range []*State{&ch.Before, &ch.After} {
		if err := s.check(); err != nil {
			return err
		}
	}
	if ch.Action == Update && sameState(&ch.Before, &ch.After) {
		return errors.New("a change that changes nothing")
	}
	take := ch.Classes&Take != 0
	if take && (ch.Action != Update || ch.Before.UID == ch.After.UID) {
		return errors.New("takes from nobody")
	}
	if want := Classify(ch.Before, ch.After, take); ch.Classes != want {
		return fmt.Errorf("classes are [%v], by its states they are [%v]", ch.Classes, want)
	}
	return ch.checkRest()
}

func (ch *Change) checkRest() error {
	for attr, line := range ch.Rules {
		switch attr {
		case AttrEntry, AttrOwner, AttrGroup, AttrMode, AttrTarget, AttrACL:
		default:
			return fmt.Errorf("rules: unknown attribute %s", Quote(string(attr)))
		}
		if line == "" {
			return fmt.Errorf("rules: %s: without a line", attr)
		}
	}
	addsFile := ch.Action == Add && ch.After.Type == File && ch.Restore == ""
	switch {
	case ch.Restore != "" && (ch.Action != Add || !isName(ch.Restore)):
		return fmt.Errorf("restore: %s: not a run that something is added from", Quote(ch.Restore))
	case addsFile && ch.Content == nil:
		return errors.New("an added file without content")
	case !addsFile && ch.Content != nil:
		return errors.New("content of what is not an added file")
	case addsFile:
		return ch.Content.check()
	}
	return nil
}

// sameState compares what a step can set: a link count or flag alone is not it.
func sameState(a, b *State) bool {
	x, y := *a, *b
	x.Nlink, x.Flags = y.Nlink, y.Flags
	return x == y
}

func (s *State) check() error {
	switch {
	case s.Type > Symlink:
		return fmt.Errorf("a step for a %v", s.Type)
	case s.Mode > 0o7777 || s.Type == Symlink && s.Mode != 0:
		return fmt.Errorf("mode %v of a %v", s.Mode, s.Type)
	case s.Flags >= 1<<len(flagNames):
		return errors.New("unknown flags")
	case s.Nlink != 0 && s.Type != File:
		return fmt.Errorf("link count of a %v", s.Type)
	case s.Type == 0 && *s != State{}:
		return errors.New("a state without type")
	case (s.Type == Symlink) != (s.Target != ""), strings.IndexByte(s.Target, 0) >= 0:
		return fmt.Errorf("target %s of a %v", Quote(s.Target), s.Type)
	case s.Type == Symlink && s.Access != "", s.Type != Directory && s.Default != "":
		return fmt.Errorf("an ACL that a %v cannot have", s.Type)
	}
	return nil
}

func (ct *Content) check() error {
	sum, err := hex.DecodeString(ct.SHA256)
	if err != nil || len(sum) != sha256.Size || strings.ToLower(ct.SHA256) != ct.SHA256 {
		return errors.New("content: not a SHA-256")
	}
	switch {
	case ct.Size < 0:
		return errors.New("content: negative size")
	case ct.Size > MaxContent && (len(ct.Data) > 0 || ct.From == ""):
		return fmt.Errorf("content: %d bytes do not travel in a plan, and need a source", ct.Size)
	case ct.Size > MaxContent, ct.bare() && len(ct.Data) == 0:
		return nil
	case int64(len(ct.Data)) != ct.Size || sha256.Sum256(ct.Data) != [sha256.Size]byte(sum):
		return errors.New("content: size or SHA-256 does not match")
	}
	return nil
}

// bare reports whether a content that would travel in a plan does not: of a
// snapshot only its sum is known.
func (ct *Content) bare() bool {
	return ct.From != "" && ct.Size <= MaxContent && int64(len(ct.Data)) != ct.Size
}

// checkContents refuses bare contents in a plan that could be applied.
func (h *Header) checkContents(changes []Change) error {
	for i := range changes {
		if ct := changes[i].Content; ct != nil && ct.bare() && h.Snapshot == nil {
			return fmt.Errorf("content: %s: is not in the plan, and this is no plan of a snapshot", Quote(ct.From))
		}
	}
	return nil
}

// isName reports whether a name is one component that can exist.
func isName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= 255 && strings.IndexByte(name, '/') < 0 && strings.IndexByte(name, 0) < 0
}

// checkDir does not look again at the names that a path shares with one that
// passed: in a chain of thousands of directories these are nearly all.
func checkDir(dir, passed string) error {
	if dir == "" || dir == "." {
		return nil
	}
	if len(dir) > MaxDir {
		return fmt.Errorf("%s...: a directory of %d bytes, more than %d", Quote(dir[:50]), len(dir), MaxDir)
	}
	same := strings.LastIndexByte(dir[:Shared(dir, passed)], '/') + 1
	for name := range strings.SplitSeq(dir[same:], "/") {
		if !isName(name) {
			return fmt.Errorf("%s: not a path below the home", Quote(dir))
		}
	}
	return nil
}

func (p *Problem) check() error {
	if p.Count > maxCount {
		return fmt.Errorf("%s: counts that cannot be", Quote(p.Path))
	}
	if p.Path == "" || p.Path == "." {
		return p.checkKind()
	}
	if strings.IndexByte(p.Path, 0) >= 0 {
		return fmt.Errorf("%s: not a path", Quote(p.Path))
	}
	return p.checkKind()
}

func (p *Problem) checkKind() error {
	if p.Kind == "" {
		return fmt.Errorf("%s: a problem without kind", Quote(p.Path))
	}
	return nil
}

// maxCount keeps sums over many accounts from overflowing, which would let them
// pass below a limit.
const maxCount = 1 << 40

func (a *Account) check() error {
	switch {
	case a.Name == "" || strings.IndexByte(a.Name, '/') >= 0 || strings.IndexByte(a.Name, 0) >= 0:
		return fmt.Errorf("%s: not an account", Quote(a.Name))
	case !strings.HasPrefix(a.Home, "/") || strings.IndexByte(a.Home, 0) >= 0:
		return fmt.Errorf("%s: home %s: not absolute", Quote(a.Name), Quote(a.Home))
	case a.Managed > a.Entries || max(a.Entries, a.AccessBroken) > maxCount:
		return fmt.Errorf("%s: counts that cannot be", Quote(a.Name))
	}
	for i := range a.Checks {
		if err := a.Checks[i].check(a); err != nil {
			return fmt.Errorf("%s: %w", Quote(a.Name), err)
		}
	}
	for i, h := range a.Held {
		if h.Reason == "" || i > 0 && a.Held[i-1].Reason >= h.Reason {
			return fmt.Errorf("%s: held: reasons not in order", Quote(a.Name))
		}
	}
	return nil
}
