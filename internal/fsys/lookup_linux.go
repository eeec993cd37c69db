package fsys

import (
	"strings"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// Lookup is the state of what stands at an absolute path below d, as it is now
// and in nobody's way: links are not followed, mounts are crossed.
func (d *Dir) Lookup(path string) (plan.State, error) {
	rel := strings.TrimLeft(path, "/")
	if rel == "" {
		rel = "."
	}
	how := unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	}
	fd, err := unix.Openat2(d.fd, rel, &how)
	if err != nil {
		return plan.State{}, pathError("open", path, err)
	}
	pin := &Pin{handle{fd: fd}}
	defer pin.Close()
	return pin.State()
}
