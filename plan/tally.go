package plan

// count adds steps that have one change; inside are the objects that removed
// directories among them hold.
func (t *Tally) count(ch *Change, steps, inside int64) {
	objects := steps + inside
	t.Steps += objects
	for i, n := range t.byClass() {
		if ch.Classes&(1<<i) != 0 {
			*n += objects
		}
	}
	switch ch.Action {
	case Add:
		t.Adds += steps
	case Update:
		t.Updates += steps
	case Remove:
		t.Removes += steps
	}
}

// byClass is in the order of the classes.
func (t *Tally) byClass() [len(classNames)]*int64 {
	return [...]*int64{&t.Add, &t.Tighten, &t.Loosen, &t.Chown, &t.Take, &t.Remove}
}

func (t *Tally) countBlock(b *Block) {
	for i := 0; i < len(b.Entries); {
		change, first, inside := b.Entries[i].Change, i, int64(0)
		for ; i < len(b.Entries) && b.Entries[i].Change == change; i++ {
			inside += b.Entries[i].Inside
		}
		t.count(&b.Changes[change], int64(i-first), inside)
	}
}

func (t *Tally) add(o Tally) {
	t.Steps += o.Steps
	for i, n := range t.byClass() {
		*n += *o.byClass()[i]
	}
	t.Adds += o.Adds
	t.Updates += o.Updates
	t.Removes += o.Removes
}
