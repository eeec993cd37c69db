//go:build linux && !amd64

package hostile

var legacyCalls []int
