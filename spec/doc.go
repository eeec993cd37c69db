// Package spec is the policy language: what an admin writes down about the
// home directories of hosting accounts. YAML lives here and nowhere else.
//
// It promises three things. [Parse] either understands every word of a policy
// or returns all that is wrong with it at once, each error with its file, line
// and column. [Policy.Bind] fills in the variables of one account, and no value
// of a variable can name anything outside that account's home or act as a
// pattern. And a mode that is accepted is a function of the entry's own mode
// alone, which applied twice gives what it gives once.
//
// It refuses what reads in two ways: anchors, aliases, merge keys and tags of
// YAML, keys given twice, modes such as 0o755, numbers in other bases, names of
// digits only, a mode and a file_mode on one line. It refuses what no policy may
// ask for: setuid or setgid on files, setuid on directories, exceptions without a
// last day. Variables stand in paths, patterns, owners,
// groups and symlink targets; a file's content and the values of variables are
// literal.
//
// The package knows nothing of a live host: names are not resolved, accounts are
// not listed, nothing is opened. It does not import any other package of this
// module.
//
// To read it, begin with policy.go, which is what a policy becomes, then go
// from YAML to that: parse.go (the files of one policy), decode.go (nodes),
// accounts.go, profile.go, rule.go, layout.go, exception.go and limits.go (one
// part of the language each), mode.go and symbolic.go. vars.go and pattern.go
// say what a variable's value is in a path; bind.go puts it all together.
package spec
