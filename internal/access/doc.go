// Package access answers whether somebody may do something to an entry, by the
// states of the entry and of the directories above it, as they are or as a plan
// will leave them. It looks at nothing itself, so that it can be asked about a
// host that is elsewhere, or not there yet.
//
// It promises the kernel's answer, quirks included, and what decided it: which
// directory, which class of bits, which ones lack. What cannot be read is
// [Unclear], which is never allowed, and never denied either. It refuses to
// guess about symlinks: a state alone does not say where they lead, [Walk] does.
// What may stop an identity and is no permission is named by [Blind], and shown
// with every answer.
//
// [Check] judges one entry, [Reach] a chain, [Walk] a path through links. A walk
// over a host carries a [Way] for up to 64 identities and a [Crowd] for all
// [Strangers], each a few words a directory. A [Consumer] is a program with rules
// of its own, over the same states: it judges one [Case] through a [Tree].
//
// Where the rules come from, and what they were held against:
//
//   - owner, group, other and ACLs: fs/namei.c (acl_permission_check,
//     generic_permission, inode_permission) and fs/posix_acl.c of Linux 6;
//     the tests ask the running kernel, as many people, in random trees
//   - paths: fs/namei.c (link_path_walk, MAXSYMLINKS); the same tests
//   - apache: server/request.c, server/core.c and modules/mappers/mod_dir.c of
//     httpd 2.4; the tests ask a real one, and compare the numbers of its messages
//   - suexec: support/suexec.c of httpd 2.4; its exit codes, from the real one
//   - sshd, sshd-debian: misc.c (safe_path) of OpenSSH, and Debian's
//     user-group-modes.patch; logins to a real one of Debian's
//   - suphp: src/Application.cpp of mod_suphp
//   - php-fpm: sapi/fpm/fpm/fpm_unix.c and fpm_main.c of PHP
//   - nginx: its manual of disable_symlinks, ngx_http_static_module
//   - cron: src/database.c of cronie
//   - exim-forward: src/rda.c of Exim; postfix-forward: src/local/dotforward.c of
//     Postfix
//
// Read check.go, acl.go, way.go, strangers.go, walk.go, then consumer.go and the
// consumers, a file each.
package access
