package plan

import (
	"cmp"
	"strings"
)

// compareDirs is the order of a block's directories: the folder that holds the
// home, the home, then what is in it in preorder.
func compareDirs(a, b string) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	return comparePaths(a, b)
}

func rank(dir string) int {
	switch dir {
	case "":
		return 0
	case ".":
		return 1
	}
	return 2
}

// comparePaths is preorder with siblings bytewise. Comparing bytes would put
// a-b between a and a/c: the slash has to come before every other byte.
func comparePaths(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			switch {
			case a[i] == '/':
				return -1
			case b[i] == '/':
				return 1
			}
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareEntries orders the steps of one directory. Under replace: true a name
// is removed and added again.
func compareEntries(a string, removes bool, b string, removesB bool) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	switch {
	case removes == removesB:
		return 0
	case removes:
		return -1
	}
	return 1
}

func compareProblems(a, b *Problem) int {
	return cmp.Or(comparePaths(a.Path, b.Path), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Message, b.Message))
}
