//go:build linux

package story

import (
	"bytes"
	"encoding/gob"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"rightful/internal/access"
)

// probeVar makes the test binary a child that asks the kernel.
const probeVar = "RIGHTFUL_STORY_PROBE"

// allowed is which wants somebody may have of an entry, a bit for each of the
// eight: two that are allowed one by one may still not be allowed at once, where
// two entries of an ACL give them.
type allowed uint8

func (a allowed) to(want access.Want) bool { return a&(1<<want) != 0 }

// probe reads paths and answers what it may do with each, as whom it was
// started. Real and effective numbers are the same, so access(2) speaks of both.
func probe() error {
	var paths []string
	if err := gob.NewDecoder(os.Stdin).Decode(&paths); err != nil {
		return err
	}
	may := make([]allowed, len(paths))
	for i, p := range paths {
		for want := range access.Want(8) {
			if unix.Access(p, uint32(want)) == nil {
				may[i] |= 1 << want
			}
		}
	}
	return gob.NewEncoder(os.Stdout).Encode(may)
}

// ask lets the kernel say what somebody may do with each of the host's paths.
func (h *host) ask(as access.Identity, paths []string) map[string]allowed {
	h.t.Helper()
	real := make([]string, len(paths))
	for i, p := range paths {
		real[i] = h.abs(p)
	}
	var in, out bytes.Buffer
	must(h.t, gob.NewEncoder(&in).Encode(real))
	cmd := exec.CommandContext(h.t.Context(), self)
	cmd.Env = append(os.Environ(), probeVar+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as.UID, Gid: as.GID, Groups: as.Groups}}
	must(h.t, cmd.Run())
	var may []allowed
	must(h.t, gob.NewDecoder(&out).Decode(&may))
	all := make(map[string]allowed, len(paths))
	for i, p := range paths {
		all[p] = may[i]
	}
	return all
}
