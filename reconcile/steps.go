package reconcile

import (
	"maps"
	"slices"
	"sync"

	"rightful/plan"
	"rightful/spec"
)

// save gives the steps of one directory to the draft, as blocks. dir, whose
// identity the added entries need, may be nil where nothing is added. Where it
// cannot be told the account is held: other steps may already need these.
func (k *worker) save(w *walk, t *task, dir Dir, steps []stepFound) error {
	if len(steps) == 0 {
		return nil
	}
	sortSteps(steps)
	var parent plan.Identity
	if slices.ContainsFunc(steps, func(s stepFound) bool { return s.change.Action == plan.Add }) {
		var err error
		if parent, err = identify(dir); err != nil {
			w.stop(heldUnreadable, "%s: nothing can be added: %v", plan.Quote(plan.Join(w.record.Home, t.path)), err)
			return nil
		}
	}
	for chunk := range slices.Chunk(steps, plan.MaxBlock) {
		block := &k.block
		*block = plan.Block{Account: w.record.Name, Dir: t.path, Changes: block.Changes[:0], Entries: block.Entries[:0]}
		clear(k.numbers)
		var last *plan.Change
		n := 0
		for _, s := range chunk {
			if s.change != last {
				last = s.change
				n = k.number(w, last)
			}
			if s.change.Action == plan.Add {
				block.Parent = parent
			}
			block.Entries = append(block.Entries, plan.Entry{Name: s.name, Change: n, ID: s.id, Inside: s.inside})
		}
		if err := w.draft.Add(block); err != nil {
			return err
		}
	}
	return nil
}

// number is where a change stands in the block, in which it may be new.
func (k *worker) number(w *walk, c *plan.Change) int {
	n, ok := k.numbers[c]
	if !ok {
		n = len(k.block.Changes)
		k.numbers[c] = n
		k.block.Changes = append(k.block.Changes, *c)
		w.ids.add(c)
	}
	return n
}

func identify(dir Dir) (plan.Identity, error) {
	_, id, err := dir.ObserveSelf()
	return id, err
}

// idSet is the users and groups that an account's steps mention.
type idSet struct {
	mu     sync.Mutex
	users  map[uint32]bool
	groups map[uint32]bool
}

func (s *idSet) add(c *plan.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users, s.groups = map[uint32]bool{}, map[uint32]bool{}
	}
	if c.Action != plan.Add {
		s.note(&c.Before)
	}
	if c.Action != plan.Remove {
		s.note(&c.After)
	}
}

func (s *idSet) note(state *plan.State) {
	s.users[state.UID], s.groups[state.GID] = true, true
	for _, acl := range [...]plan.ACLImage{plan.ACLImage(state.Access), plan.ACLImage(state.Default)} {
		n, _ := acl.Len()
		for i := range n {
			switch e := acl.Entry(i); e.Tag {
			case plan.ACLUser:
				s.users[e.ID] = true
			case plan.ACLNamedGroup:
				s.groups[e.ID] = true
			}
		}
	}
}

// name looks the numbers up, for the plan's readers.
func (s *idSet) name(r *run, a spec.Account, record *plan.Account) error {
	// The account's own, whoever else has the number.
	record.Users = map[uint32]string{a.UID: a.Name}
	record.Groups = map[uint32]string{}
	if a.Group[0] != '#' {
		record.Groups[a.GID] = a.Group
	}
	delete(s.users, a.UID)
	delete(s.groups, a.GID)
	for uid := range maps.Keys(s.users) {
		u, ok, err := r.Users.UserByID(uid)
		if err != nil {
			return err
		}
		if ok {
			record.Users[uid] = u.Name
		}
	}
	for gid := range maps.Keys(s.groups) {
		g, ok, err := r.Users.GroupByID(gid)
		if err != nil {
			return err
		}
		if ok {
			record.Groups[gid] = g.Name
		}
	}
	return nil
}
