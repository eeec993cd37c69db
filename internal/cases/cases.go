// Package cases runs the tests of policies: each case is a host that is not there,
// written down in a few lines, and what a plan for it has to say.
//
// It promises that a case passes only where the planner itself, the one that walks
// live hosts, plans exactly the steps that are expected and holds exactly the
// accounts that are expected to be held; of problems, access, checks and limits
// what is expected is all there is, where anything is. Nothing of the machine that
// it runs on has a say: not the day, the users, the files or who runs it.
//
// Read run.go, then host.go and tree.go, which build the host, lines.go, which puts
// a plan in words, match.go, which compares these with what is expected, cover.go
// and the reports.
package cases
