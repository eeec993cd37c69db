package plan

import "fmt"

// maxAdded bounds what a reader remembers: the added directories of an account.
const maxAdded = 1 << 20

// sequence holds one account's records against each other while they pass: their
// order, their number, and that every add into a directory that is yet to be
// added names the very step that adds it.
type sequence struct {
	account *Account
	block   *Block // the last one
	problem *Problem
	tally   Tally
	added   map[string]ID // step by the path of the directory that it adds
}

func (s *sequence) next(b *Block) error {
	if s.problem != nil {
		return fmt.Errorf("block %s after a problem", Quote(b.Dir))
	}
	if err := s.follows(b); err != nil {
		return err
	}
	if err := s.checkNeeds(b); err != nil {
		return err
	}
	s.block = b
	s.tally.countBlock(b)
	return nil
}

// lastDir is the directory of the block before, empty where there is none.
func (s *sequence) lastDir() string {
	if s.block == nil {
		return ""
	}
	return s.block.Dir
}

func (s *sequence) follows(b *Block) error {
	last := s.block
	if last == nil {
		return nil
	}
	order := compareDirs(last.Dir, b.Dir)
	if order == 0 {
		i := len(last.Entries) - 1
		order = compareEntries(last.Entries[i].Name, last.removes(i), b.Entries[0].Name, b.removes(0))
	}
	if order >= 0 {
		return fmt.Errorf("block %s: not in order", Quote(b.Dir))
	}
	return nil
}

func (s *sequence) checkNeeds(b *Block) error {
	if s.added[b.Dir] != b.Needs {
		return fmt.Errorf("%s: its adds need another step than the one that adds it", Quote(b.Dir))
	}
	for i := range b.Entries {
		ch := &b.Changes[b.Entries[i].Change]
		if ch.Action != Add || ch.After.Type != Directory {
			continue
		}
		if len(s.added) == maxAdded {
			return fmt.Errorf("more than %d added directories in an account", maxAdded)
		}
		if s.added == nil {
			s.added = make(map[string]ID)
		}
		path := Join(b.Dir, b.Entries[i].Name)
		s.added[path] = StepID(s.account.Name, path, ch)
	}
	return nil
}

func (s *sequence) nextProblem(p *Problem) error {
	if s.problem != nil && compareProblems(s.problem, p) > 0 {
		return fmt.Errorf("problem %s: not in order", Quote(p.Path))
	}
	s.problem = p
	return nil
}

// end compares the account's record with what followed it.
func (s *sequence) end(limits []Limit) error {
	a := s.account
	if a == nil {
		return nil
	}
	if s.tally != a.Tally {
		return fmt.Errorf("%s: its steps are not as it counts them", Quote(a.Name))
	}
	return a.checkHeld(limits)
}

// checkHeld does not let a file say that no limit is exceeded.
func (a *Account) checkHeld(limits []Limit) error {
	byLimit := heldByLimits(limits, a)
	for _, h := range a.Held {
		switch {
		case !h.byLimit() && a.Tally.Steps > 0:
			return fmt.Errorf("%s: held (%s), but has steps", Quote(a.Name), Quote(h.Reason))
		case h.byLimit() && (len(byLimit) == 0 || byLimit[0] != h):
			return fmt.Errorf("%s: held by %s, which is not exceeded, or not so", Quote(a.Name), Quote(h.Reason))
		case h.byLimit():
			byLimit = byLimit[1:]
		}
	}
	if len(byLimit) > 0 {
		return fmt.Errorf("%s: over %s, but not held", Quote(a.Name), byLimit[0].Reason)
	}
	return nil
}
