package access

import (
	"testing"

	"rightful/plan"
)

func benchmarkStates() (dir, file plan.State) {
	named := []plan.ACLEntry{user(33, 5), user(61002, 1), group(500, 5)}
	return plan.State{Type: plan.Directory, UID: 1000, GID: 33, Mode: 0o750},
		plan.State{Type: plan.File, UID: 1000, GID: 1000, Mode: 0o650, Access: acl(6, 0, 5, 0, named...)}
}

func BenchmarkCheck(b *testing.B) {
	dir, file := benchmarkStates()
	web := Identity{UID: 48, GID: 48, Groups: []uint32{500, 501}}
	for _, c := range []struct {
		name  string
		state *plan.State
		want  Want
	}{{"mode", &dir, Search}, {"acl", &file, Read}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Check(&web, c.state, c.want)
			}
		})
	}
}

func BenchmarkWay(b *testing.B) {
	dir, file := benchmarkStates()
	ids := []Identity{{UID: 33, GID: 33}, {UID: 1000, GID: 1000}, {UID: 48, GID: 48, Groups: []uint32{500, 501}}}
	for _, c := range []struct {
		name  string
		state *plan.State
	}{{"mode", &dir}, {"acl", &file}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Begin(3).Ask(ids, c.state, Read)
			}
		})
	}
}

func BenchmarkStrangers(b *testing.B) {
	dir, file := benchmarkStates()
	var accounts []Identity
	for i := range uint32(2000) {
		accounts = append(accounts, Identity{UID: 1000 + i, GID: 1000 + i, Groups: []uint32{500 + i%4}})
	}
	all := NewStrangers(accounts)
	begin, into := all.Begin(1000), Crowd{}
	for _, c := range []struct {
		name  string
		state *plan.State
	}{{"mode", &dir}, {"acl", &file}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				all.Ask(&into, &begin, c.state, Read)
			}
		})
	}
}
