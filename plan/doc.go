// Package plan is the plan: what was found, what is to be done and by which
// lines of policy, who allowed which part of it, and under which limits. It
// knows no live filesystem; what it says, package apply carries out.
//
// # What it promises
//
// A plan that was opened is whole, unchanged and in the one form that a
// [Writer] gives it: its counts are those of its steps, every account that is
// over an account limit is held, every class is what its states say, every name
// is one component and every path below the home, and every add names the
// directory, or the step for the directory, that it goes into. Reading takes
// memory by the number of groups, not of steps. Two plans with the same digest
// do the same.
//
// # What it refuses
//
// [Open] refuses a file with any other byte in it, as a [*FormatError]. It
// cannot tell who wrote a file: sums keep out damage and slips of the hand, not
// somebody who can write a plan of his own. That the file belongs to somebody
// trusted is for the caller to see to, that the steps are still right for
// apply. [Approve] and [Approval.Check] refuse a selection that matches
// nothing ([*SelectionError]), leaves out what an approved step needs
// ([*NeedsError]), has effects that nobody judged ([*SplitError]) or is over a
// limit ([*LimitError]); an override that names no limit, comes without a
// reason, passes the host's ceiling or is not enough ([*OverrideError]); and an
// approval that is damaged, expired or for another plan ([*ApprovalError]).
//
// # The file
//
// A plan is one zstd frame and a seal. The frame holds lines, each one JSON
// object of at most 16 MiB:
//
//	{"header":{"format":2,...}}     first
//	{"account":{...}}               by name; followed by its
//	{"block":{...}}                 directories in preorder, "" and "." first, and its
//	{"problem":{...}}               problems by path, kind and message
//	{"groups":[...]}                by id, 1024 to a line
//	{"trailer":{...}}               what was counted
//	{"sum":{"digest":"sha256:...","file":"sha256:..."}}
//
// Fields stand in the order of wire.go, without spaces, and are left out where
// they are empty or zero. Numbers are decimal, modes four octal digits in a
// string, contents base64. Texts are bytes: valid UTF-8 stands for itself, but a
// backslash is doubled and any other byte is \xNN; in the JSON around that,
// quotes, backslashes and control characters (as \u00NN) are escaped and nothing
// else. So the name a\b is "a\\\\b", and the byte 0xFF is "\\xff".
//
// A block has the directory as what differs from the one before in its account:
// same is how many bytes of that one it begins with, whole names and as many as
// there are, and dir what follows after a slash. It has its steps by column:
// names, change (index into changes, which are in order of first use), ino (each
// but the first as the difference to the one before), gen, inside, quarantined. A
// column of zeros is left out.
//
// file is the SHA-256 of all lines before the last. digest is that of the
// header, with created as zero time and without tool and skipped, and of the
// account and block lines: what is approved. Problems and the trailer are what
// was seen on the way. The seal is a skippable zstd frame of 40 bytes, 5d 2a 4d
// 18 20 00 00 00 and the SHA-256 of every compressed byte before it.
//
// An approval is two lines: {"approval":{"format":1,...}} in the same encoding,
// and {"sum":"sha256:..."} over the first.
//
// # Reading order
//
// state.go, change.go, account.go, header.go, trailer.go are the data; class.go
// and limit.go what is said about it; acl.go and acl_grants.go say what goes with
// a mode, and nothing else does. draft.go, writer.go, reader.go and plan.go
// carry it to the file and back, over codec.go and wire.go. selection.go,
// selected.go and approval.go are the way from a plan to what may be done. The
// files text*.go, document*.go, markdown*.go and terraform.go show it: to people,
// to programs, in a pull request, and to tools that know Terraform. pair.go and
// divergence.go hold two plans of one tree against each other, and comparison.go
// says what a change of policy does.
package plan
