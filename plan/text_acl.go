package plan

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// aclText is a POSIX ACL as getfacl(1) writes it in one line. The kernel's form
// is a version, 2, and eight bytes an entry: tag, permissions, id, each little
// endian (linux/posix_acl_xattr.h). What is not that is shown as bytes.
func aclText(a *Account, raw string) string {
	if raw == "" {
		return "none"
	}
	b := []byte(raw)
	if len(b) < 4 || len(b)%8 != 4 || binary.LittleEndian.Uint32(b) != 2 {
		return fmt.Sprintf("%x", raw)
	}
	var entries []string
	for b = b[4:]; len(b) > 0; b = b[8:] {
		tag, perm, id := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:])
		entries = append(entries, aclWho(a, tag, id)+":"+rwx(perm))
	}
	return strings.Join(entries, ",")
}

func aclWho(a *Account, tag uint16, id uint32) string {
	switch tag {
	case 0x01:
		return "user:"
	case 0x02:
		return "user:" + userName(a, id)
	case 0x04:
		return "group:"
	case 0x08:
		return "group:" + groupName(a, id)
	case 0x10:
		return "mask:"
	case 0x20:
		return "other:"
	}
	return fmt.Sprintf("tag %d", tag)
}

func rwx(perm uint16) string {
	s := []byte("---")
	for i, bit := range [...]uint16{4, 2, 1} {
		if perm&bit != 0 {
			s[i] = "rwx"[i]
		}
	}
	return string(s)
}
