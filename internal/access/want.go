package access

import (
	"strings"

	"rightful/plan"
)

// Want is what somebody wants to do, one or several bits of rwx.
type Want uint8

// The wants, of files and of directories.
const (
	Execute Want = 1 << iota
	Write
	Read

	Search = Execute // go through a directory to a name in it
	List   = Read    // read the names in a directory
)

// String is the bits as ls(1) shows them.
func (w Want) String() string {
	s := []byte("---")
	for i, bit := range [...]Want{Read, Write, Execute} {
		if w&bit != 0 {
			s[i] = "rwx"[i]
		}
	}
	return string(s)
}

// Words is what is wanted, as the policy says it: "read and write" of a file,
// "list and search" of a directory.
func (w Want) Words(of plan.Type) string {
	names := [...]string{"read", "write", "execute"}
	if of == plan.Directory {
		names = [...]string{"list", "write", "search"}
	}
	var words []string
	for i, bit := range [...]Want{Read, Write, Execute} {
		if w&bit != 0 {
			words = append(words, names[i])
		}
	}
	return strings.Join(words, " and ")
}
