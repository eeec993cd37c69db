package plan

import (
	"bytes"
	"reflect"
	"testing"
)

// A change that differs in anything is another one: its steps would be written
// as those of the block before.
func TestNoTwoChangesAreTheSame(t *testing.T) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Change]()) {
		var a, b Change
		if !a.same(&b) {
			t.Fatal("two that are empty differ")
		}
		spoil(reflect.ValueOf(&b).Elem().FieldByIndex(field.Index))
		if a.same(&b) || b.same(&a) {
			t.Errorf("%s makes no difference", field.Name)
		}
	}
}

func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Map:
		v.Set(reflect.ValueOf(Rules{AttrMode: "x:1"}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		spoil(v.Field(v.NumField() - 1))
	default:
		v.SetUint(1)
	}
}

// A draft writes again what it wrote before: behind another field or as the first,
// and whatever became of the block that it was given then.
func TestDraftWritesTheSameAgain(t *testing.T) {
	before := State{Type: File, UID: 1, GID: 1, Mode: 0o600, Nlink: 1}
	after := before
	after.Mode = 0o640
	d := NewDraft("")
	given := []Block{{Dir: "."}, {Dir: "a", Parent: Identity{Ino: 7}}, {Dir: "b"}, {Dir: "c"}, {Dir: "d", Parent: Identity{Ino: 8}}}
	change := func(i int) Change {
		return Change{
			Action: Update, Classes: Loosen, OneWay: i == 3, Rules: Rules{AttrMode: "p.yaml:1"}, Before: before, After: after,
		}
	}
	for i, b := range given {
		b.Account, b.Entries, b.Changes = "alice", []Entry{{Name: "x"}}, []Change{change(i)}
		if err := d.Add(&b); err != nil {
			t.Fatal(err)
		}
		b.Changes[0].Rules[AttrMode] = "q.yaml:2"
		b.Changes[0] = Change{}
	}
	var out bytes.Buffer
	w, err := NewWriter(&out, Header{Limits: DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Account(Account{Name: "alice", Home: "/home/alice"}, d); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p, err := Open(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		want := change(int(s.Number))
		if b := &given[s.Number]; s.Block.Dir != b.Dir || s.Block.Parent != b.Parent || !s.Change.same(&want) {
			t.Errorf("%s: parent %v, %+v", s.Block.Dir, s.Block.Parent, s.Change)
		}
	}
}
