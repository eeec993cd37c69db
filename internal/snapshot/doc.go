// Package snapshot writes down what planning needs to know of a host, and plans
// against it elsewhere: metadata and inventory, never contents of files.
//
// # What it promises
//
// A plan of a snapshot has the steps, problems and answers about access of one
// that is made on the host at the same time, but for the inodes, which it does
// not name: such a plan cannot be applied. What was not recorded cannot be told,
// and is never taken for missing or allowed. Writing and reading need memory for
// the accounts, and for the entries of a few of them, not for those of all.
//
// # What it refuses
//
// A snapshot ends with a sum of itself: [Open] refuses one that is truncated,
// damaged or of another version, with the line. The sum keeps out accidents, not
// a forger: who believes a snapshot believes who gave it to him. A manifest that
// is not ours has no such end, and is taken as it is.
//
// # The file
//
// It is a manifest in the format of mtree(5), see package mtree, rooted in the
// host's root, with what has no keyword in comments of one JSON object each:
//
//	# rightful: {"snapshot":{"version":1,...}}  first: when, where, by what
//	. type=dir uid=0 gid=0 mode=0755            what is above the homes,
//	./home type=dir ...                         and what programs ask for elsewhere
//	# rightful: {"missing":"/home/carol"}       nothing is there
//	# rightful: {"mark":{...}}, {"file":{...}}  what skip_when and from: name
//	# rightful: {"home":"/home/alice"}          a home and all that is in it, by account,
//	./home/alice type=dir ...                   a directory at a time
//	# rightful: {"closed":"/home/alice/x"}      it could not be listed
//	# rightful: {"barred":"/home/alice/z"}      it could be listed and not searched
//	# rightful: {"unseen":"/home/alice/y"}      it could not be looked at
//	# rightful: {"text":{"of":"users",...}}     passwd(5), group(5), memberships, the ceiling
//	# rightful: {"index":[...]}                 where in the file each home begins
//	# rightful: {"end":{...}}                   last: the sum of all lines before
//
// Texts are bytes: what is not printable ASCII, and the backslash, is \ooo. Of an
// entry "rightful" notes, joined by commas, that something is mounted there
// (mount), that a file has capabilities (caps), that a directory is recorded in
// part (partial) or on its own (home), or keeps no ACLs (noacls).
//
// Each home begins a frame of zstd, or a member of gzip, of its own: the file is
// one stream for every other tool, and a reader goes to a home directly.
//
// # Reading order
//
// record.go and text.go are the comments; write.go, way.go, home.go and
// people.go write, over pack.go; open.go, section.go and files.go read.
// foreign.go is for other tools' manifests, anonymous.go for names.
package snapshot
