package reconcile

import "strings"

// arena keeps names, which stand in a listing's buffer, until their steps are
// saved: hundreds of them in one allocation.
type arena struct{ strings.Builder }

// arenaSize is how many bytes are taken at a time.
const arenaSize = 4 << 10

// keep is a copy of name. What a Builder gave out is never written again.
func (a *arena) keep(name string) string {
	if a.Len()+len(name) > a.Cap() {
		a.Reset()
		a.Grow(arenaSize)
	}
	at := a.Len()
	a.WriteString(name)
	return a.String()[at:]
}
