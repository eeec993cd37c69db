package access

import "slices"

// Identity is a user as the kernel sees one of his processes: the filesystem
// uid and gid (which follow the effective ones), and the supplementary groups in
// any order. A uid of 0 stands for root with all capabilities.
type Identity struct {
	UID, GID uint32
	Groups   []uint32
}

// In reports whether the identity is in the group.
func (id *Identity) In(gid uint32) bool {
	return id.GID == gid || slices.Contains(id.Groups, gid)
}
