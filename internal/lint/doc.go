// Package lint finds what a policy most likely does not mean: lines that decide
// nothing, modes that open what should be closed, expectations that can never
// hold. It reads the policy alone, and knows no host but for the ceiling that it
// may be given.
//
// Each kind of finding is a [Rule] with a number that never changes its meaning.
// What a rule claims is true of every account that the policy can select (a line
// decides nothing), or of one that is named or shown by a path (a mode opens
// .ssh/id_rsa): where a pattern cannot be decided, nothing is said. Patterns are
// compared by what they match and not by how they are written; see [Run] for the
// limits of that.
//
// To read it, begin with lint.go and rule.go. pattern.go, automaton.go, search.go
// and alphabet.go decide about patterns, subject.go says for whom, attribute.go and
// modes.go what a line says and does. dead.go, conflict.go, open.go, secret.go,
// alone.go, expect.go, docroot.go, exception.go and limit.go are a rule or two each,
// and suppress.go is about comments that take findings back. report.go and the
// other files write what was found: text, JSON, GitHub's workflow commands, SARIF
// and JUnit.
package lint
