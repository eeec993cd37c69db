//go:build linux

package apply

import (
	"testing"
	"time"
	"fmt"
	"os"
)

func TestZZ(t *testing.T) {
	h := newHost(t)
	var to []draft
	for d := range 50 {
		h.dir(fmt.Sprintf("home/alice/d%02d", d), 0o755, int(h.uid))
		for f := range 1000 {
			path := fmt.Sprintf("d%02d/f%03d", d, f)
			h.file("home/alice/"+path, 0o600, int(h.uid))
			to = append(to, h.chmod(path, 0o644))
		}
	}
	o := h.plan(to...)
	h.shell("sync")
	o.Progress = nil
	o.try = func(n string, c func() error) error { if n=="syncfs" { t0:=time.Now(); defer func(){ fmt.Fprintln(os.Stderr,"syncfs",time.Since(t0))}() }; return retry(n,c) }
	t0 := time.Now()
	h.apply(o, "done 50000")
	fmt.Fprintln(os.Stderr, "all", time.Since(t0))
}
