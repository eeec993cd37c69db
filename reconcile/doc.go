// Package reconcile compares what a policy wants with what is there, and
// writes the difference as a plan. It changes nothing.
//
//	inventory   who the policy is about, and who is refused
//	binding     a profile made ready for one account: numbers, compiled patterns
//	walk        directories as tasks, taken by workers, opened from descriptors
//	compare     one entry: a change, a problem, or nothing
//	layout      what is missing
//
// A walk goes down by descriptor from a home whose ancestors nobody else can
// write, never through a link, never onto another mount. It reads names as
// bytes. What a statx shows to be right costs nothing more, but for reading the
// ACLs of what a line wants one of; only an entry that may get a step is looked
// at whole and identified, by name: a race there makes a stale step and never a
// wrong one.
//
// It refuses rather than guesses: hard links, other owners' entries, types that
// are not directory, file or symlink, mounts, setuid, immutable entries and
// whatever it could not see become problems, and an account that would cost
// more than its budget is held, with what was found of it thrown away.
//
// Programs whose checks are asked look at paths that the walk has not come to: a
// .htaccess, an index, what a link leads to. An outlook answers them. It decides
// about such a path when it is asked, from the same lines and by the same
// comparison as the walk will; waiting for the walk would take a second one, or
// all states of an account in memory. Files that are alike in one folder are
// judged once, so that a million files cost what their directories do.
//
// Read run.go, inventory.go, binding.go, want.go, walk.go, compare.go, acl.go,
// layout.go; expect.go and judge.go are who can reach what, checks.go, outlook.go
// and examine.go what programs refuse; match.go and pattern.go are the matcher,
// pool.go the workers.
package reconcile
