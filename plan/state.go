package plan

import "fmt"

// Type is what an entry is. Only the first three are ever changed.
type Type uint8

const (
	_ Type = iota
	Directory
	File
	Symlink
	FIFO
	Socket
	CharDevice
	BlockDevice
)

var typeNames = [...]string{"", "directory", "file", "symlink", "fifo", "socket", "character device", "block device"}

func (t Type) String() string {
	if int(t) >= len(typeNames) {
		return fmt.Sprintf("type %d", uint8(t))
	}
	return typeNames[t]
}

// Mode is the twelve permission bits of an inode, setuid, setgid and sticky
// included; never the type.
type Mode uint16

// The bits above rwx, as inode(7) has them.
const (
	Setuid Mode = 0o4000
	Setgid Mode = 0o2000
	Sticky Mode = 0o1000
)

func (m Mode) String() string { return fmt.Sprintf("%04o", uint16(m)) }

// Flags are inode attributes that stand in the way of a change
// (statx(2), stx_attributes).
type Flags uint8

const (
	Immutable Flags = 1 << iota
	AppendOnly
)

var flagNames = [...]string{"immutable", "append_only"}

// State is everything about an entry that a policy may ask for or that decides
// whether a step is still the right one. Its identity is apart: [Identity].
type State struct {
	Type  Type
	UID   uint32
	GID   uint32
	Mode  Mode   // 0 for symlinks, whose mode means nothing
	Nlink uint32 // files only: a directory's count says nothing about other names
	Flags Flags
	// Target is a symlink's, byte for byte.
	Target string
	// Access and Default are the POSIX ACLs as the kernel stores them
	// (system.posix_acl_access and _default), empty where there is none. They
	// are never taken apart and put together again on the way through.
	Access  string
	Default string
}

// Identity tells an entry from whatever is put in its place under the same
// name: the inode number, which filesystems reuse at once, and the generation,
// which they do not.
type Identity struct {
	Ino uint64
	// Gen is the CRC-32C of the file handle (name_to_handle_at(2)). For one
	// inode number the handle differs in its generation only, so that two
	// generations never share a Gen.
	Gen uint32
}
