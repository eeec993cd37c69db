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
	n := Shared(a, b)
	switch {
	case n == len(a) || n == len(b):
		return cmp.Compare(len(a), len(b))
	case a[n] == '/':
		return -1
	case b[n] == '/':
		return 1
	}
	return cmp.Compare(a[n], b[n])
}

// Shared is how many bytes two texts have in common at their beginning. It goes
// by as much at a time as the machine compares: the paths of a chain of
// directories are long, and nearly the same.
func Shared(a, b string) int {
	const stride = 64
	n, i := min(len(a), len(b)), 0
	for i+stride <= n && a[i:i+stride] == b[i:i+stride] {
		i += stride
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
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
