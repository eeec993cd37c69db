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
// last day; and what would say something else than it seems to: expectations of
// root, whom nothing stops, owner, group and others in an ACL, which belong to the
// mode, and an empty mask, under which the kernel asks no ACL. Variables stand in
// paths, patterns, owners, groups, symlink targets, users of identities and names
// in ACLs; a file's content and the values of variables are literal.
//
// An ACL is the exact set of named entries, none where the list is empty. The name
// of an identity, where it is written as a user, is that identity's user. Beside an
// ACL the group's part of a mode is what the owning group itself has, in both its
// forms; what ls(1) shows there is the mask. So mode 0700 and acl user:web:r-x make
// group::---, mask::r-x, and 0750 to look at: what chmod(1) and then setfacl(1)
// make. A mode without an acl line means the digits that ls(1) shows. A default
// ACL gives owner, owning group and others what they have on the directory. An
// expectation's patterns are those of rules, but that "." is the home. A check is
// the name of a program, or {name: {options}}: identity and symlinks for apache and
// nginx, htaccess for apache, identity for php-fpm, docroot for suexec, and for all
// of these and for suphp match, what they serve or run. Without options, apache and
// nginx read public_html/** as the identity web, php-fpm runs as the account.
//
// The package knows nothing of a live host: names are not resolved, accounts are
// not listed, nothing is opened. It does not import any other package of this
// module.
//
// To read it, begin with policy.go, which is what a policy becomes, then go
// from YAML to that: parse.go (the files of one policy), decode.go (nodes),
// accounts.go, identity.go, profile.go, rule.go, layout.go, access.go, check.go,
// exception.go, limits.go and ceiling.go (one part of the language each), mode.go,
// symbolic.go, acl.go and acl_entry.go. vars.go and pattern.go say what a
// variable's value is in a path, component.go what a pattern is made of; bind.go
// puts it all together. ignore.go is about comments.
//
// [ParseTests] reads tests of a policy: case.go, case_user.go, case_tree.go and
// case_words.go; case_rewrite.go puts other expectations into such a file.
//
// [Format] gives files their one layout: format.go, then format_reader.go and
// format_scalar.go, which take a file apart into what format_piece.go describes,
// format_printer.go and format_columns.go. [Schema] tells editors what schema.json
// says of the language; tests hold that against the code.
package spec
