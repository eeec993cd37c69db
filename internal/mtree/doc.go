// Package mtree reads and writes manifests in the format of mtree(5), one entry
// at a time: a file tree's metadata as text that other people's tools read too.
// A snapshot of a host is such a manifest.
//
// # What it promises
//
// What a [Writer] takes, a [Reader] gives back, byte for byte, whatever bytes
// names and link targets have. Both need memory by the depth of a tree, never
// by its size. A Reader takes what NetBSD's and FreeBSD's mtree(8), bsdtar(1)
// and gomtree(1) write; what a manifest does not say is missing in
// [Entry].Given, never zero. [Open] takes compressed ones.
//
// # What it refuses
//
// A manifest may be anybody's. A line that means nothing, or two things, ends
// the reading with a [*FormatError]: escapes that vis(3) does not have, values
// that their keyword cannot have, names with a slash or a zero byte in them,
// absolute paths, "..", and more of anything than limits.go allows. Whether a
// manifest is whole, in order and free of doubles it cannot tell: the format
// has no end, and a later line for the same path would win. Who writes one for
// himself puts that into comments.
//
// # The format
//
// A line is an entry, a special command, or a comment; "#" begins a comment,
// and a backslash at its end takes the next line in. Words stand between blanks
// and tabs.
//
//	/set type=file uid=0      holds for the entries below that do not say otherwise
//	/unset uid                takes that back; "all" takes back everything
//	name type=dir mode=0755   in the current directory, which a directory then becomes
//	..                        leaves the current directory
//	./a/b type=file           a name with a slash: from the root, wherever one is
//
// So say mtree(5) of FreeBSD and libarchive and, with the comment behind a line
// and what a full path does to the current directory (it becomes it, or its
// parent does), mtree(8) of NetBSD and its spec.c. The root is ".", and NetBSD
// wants it first and every directory before what is in it.
//
// Names and targets are encoded as vis(3) does: mtree(5) asks for \ooo, and that
// is what is written here, but for \\ in targets, which gomtree compares as they
// are encoded; NetBSD writes C's escapes and \M-x, gomtree \\. An encoded name is
// still a pattern for NetBSD's mtree if it has one of *?[ in it.
//
// # What to know about other tools' manifests
//
// mtree -c, gomtree -c and bsdtar --format=mtree-classic copy each directory's
// name as it is into a comment: who can make a directory whose name has a newline
// in it has written a line of the manifest. bsdtar --format=mtree does not.
// mtree cannot see Linux's flags and says "none". bsdtar's mode of what has an
// ACL is not stat(2)'s: the group's bits are those of the owning group, where the
// kernel shows the mask. NetBSD's mtree takes the # of \M-#, which it writes for
// the byte 0xa3, for a comment; here it is that byte.
//
// # What a Writer writes
//
//	#mtree v2.0
//	# rightful: {"anything":"on one line"}
//	. type=dir uid=0 gid=0 mode=0755
//	./a\040b type=file uid=1001 uname=alice gid=1001 gname=alice mode=0644 nlink=1
//	#: flags=schg
//	#: xattr.system.posix_acl_access=AgAAAAEABgD/////...
//	#: rightful=whatever,the,caller,notes
//	./c type=file uid=1001 gid=1001 mode=0640 nlink=1
//
// Full paths, every entry complete in itself. A comment "#: " holds keywords of
// the entry below it that are not every tool's: NetBSD's and FreeBSD's mtree end
// at an xattr keyword as at any unknown one (gomtree's, base64), and gomtree
// misses every flag but "none" on Linux. On an entry's own line a Reader takes
// them too, but for what is ours. Linux's immutable and append-only are schg and sappnd, as libarchive
// has them: only the superuser sets and clears them. mtree also ends at a uname
// or gname that its host does not know: a manifest that is to be read on other
// hosts leaves them out.
//
// gomtree reads no line of more than 64 KiB. So much for a comment is an error
// ([MaxComment]), an entry may be longer: its owner has named it.
//
// # Reading order
//
// entry.go, writer.go, reader.go; place.go, keyword.go, vis.go and lines.go are
// their parts; open.go.
package mtree
